/** The list of steps itself; what they do to databases of earlier versions is in `upgrades.test.ts`. */
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { nodeMigrations } from '#main/node/migrations.ts';
import { type Database, openDatabase } from '#main/platform/sqlite.ts';

let dir: string;
beforeEach(() => (dir = mkdtempSync(join(tmpdir(), 'migrations-'))));
afterEach(() => rmSync(dir, { recursive: true }));

const slices = [...new Set(nodeMigrations.map(({ slice }) => slice))];

describe('the steps', () => {
  it('are numbered without gaps', () => {
    for (const slice of slices) {
      const versions = nodeMigrations.filter((one) => one.slice === slice).map(({ version }) => version);
      expect(versions.toSorted((a, b) => a - b)).toEqual(versions.map((_, index) => index + 1));
    }
  });

  it('end at the same schema, taken one by one or all at once', () => {
    const schemaOf = (db: Database) =>
      db.prepare("SELECT name, sql FROM sqlite_schema WHERE name NOT LIKE 'sqlite_%' ORDER BY name").all();
    const whole = openDatabase({ file: join(dir, 'whole.db'), migrations: nodeMigrations, now: 1 });
    const file = join(dir, 'steps.db');
    for (let count = 1; count <= nodeMigrations.length; count++)
      openDatabase({ file, migrations: nodeMigrations.slice(0, count), now: 1 }).close();
    const stepwise = openDatabase({ file, migrations: nodeMigrations, now: 1 });
    expect(schemaOf(stepwise)).toEqual(schemaOf(whole));
    whole.close();
    stepwise.close();
  });
});
