/** Databases as every earlier version left them open with today's program, and what is in them stays. */
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { nodeMigrations } from '#main/node/migrations.ts';
import { type Database, openDatabase } from '#main/platform/sqlite.ts';

let dir: string;
beforeEach(() => (dir = mkdtempSync(join(tmpdir(), 'migrations-'))));
afterEach(() => rmSync(dir, { recursive: true }));

interface Column {
  name: string;
  type: string;
  pk: number;
}

const tablesOf = (db: Database): string[] =>
  (
    db
      .prepare(
        `SELECT name FROM sqlite_schema WHERE type = 'table' AND name <> 'migrations' AND name NOT LIKE 'sqlite_%'
         AND sql NOT LIKE 'CREATE VIRTUAL%'`,
      )
      .all() as Array<{ name: string }>
  ).map(({ name }) => name);

const columnsOf = (db: Database, table: string) => db.pragma(`table_info(${table})`) as Column[];

/** A value of the column's type; texts are JSON, since some are read as that. */
function valueFor({ type }: Column): unknown {
  if (type === 'BLOB') return Buffer.from([7]);
  return type === 'TEXT' || type === 'ANY' ? '{}' : 7;
}

function fill(db: Database): void {
  db.pragma('foreign_keys = OFF');
  for (const table of tablesOf(db)) {
    const columns = columnsOf(db, table);
    const names = columns.map(({ name }) => `"${name}"`).join(', ');
    const places = columns.map(() => '?').join(', ');
    db.prepare(`INSERT OR IGNORE INTO ${table} (${names}) VALUES (${places})`).run(...columns.map(valueFor));
  }
}

const contentOf = (db: Database) =>
  new Map(tablesOf(db).map((table) => [table, db.prepare(`SELECT * FROM ${table}`).all() as object[]]));

const slices = [...new Set(nodeMigrations.map(({ slice }) => slice))];
const steps = slices.flatMap((slice) => {
  const newest = Math.max(...nodeMigrations.flatMap((one) => (one.slice === slice ? [one.version] : [])));
  return Array.from({ length: newest - 1 }, (_, index) => ({ slice, version: index + 1 }));
});

describe('a database of an earlier version', () => {
  it.each(steps)('keeps what is in it: $slice $version', ({ slice, version }) => {
    const file = join(dir, 'node.db');
    const then = nodeMigrations.filter((one) => one.slice !== slice || one.version <= version);
    const old = openDatabase({ file, migrations: then, now: 1 });
    fill(old);
    const before = contentOf(old);
    old.close();
    const today = openDatabase({ file, migrations: nodeMigrations, now: 2 });
    const after = contentOf(today);
    for (const [table, rows] of before) {
      const now = after.get(table);
      expect(now, table).toEqual(expect.arrayContaining(rows.map((row) => expect.objectContaining(row))));
    }
    today.close();
  });
});

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

  it('refuse a database of a later version, and leave it as it is', () => {
    const file = join(dir, 'later.db');
    const later = { slice: 'access', version: 1000, up: 'CREATE TABLE of_tomorrow (x) ' };
    openDatabase({ file, migrations: [...nodeMigrations, later], now: 1 }).close();
    expect(() => openDatabase({ file, migrations: nodeMigrations, now: 2 })).toThrow(
      expect.objectContaining({ code: 'storage.newer', advice: expect.stringMatching(/./) }),
    );
    const again = openDatabase({ file, migrations: [...nodeMigrations, later], now: 3 });
    expect(tablesOf(again)).toContain('of_tomorrow');
    again.close();
  });
});
