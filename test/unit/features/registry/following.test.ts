import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { createDecisions } from '#main/features/registry/decisions.ts';
import { registryMigrations } from '#main/features/registry/index.ts';
import { createKeepsakes, MAX_KEPT } from '#main/features/registry/keepsakes.ts';
import { createRulesStore } from '#main/features/registry/rules-store.ts';
import { createVersions } from '#main/features/registry/versions.ts';
import type { Database } from '#main/platform/sqlite.ts';
import { createManualClock } from '#test/support/clock.ts';
import { memoryDatabase } from '#test/support/database.ts';

const TABLES = ['decisions', 'admitted', 'pins', 'favourites', 'versions'] as const;
const tool = { name: 'read', inputSchema: { type: 'object' as const } };
const pin = { kind: 'fingerprint' as const, value: 'f', anchor: tool, fingerprint: 'f', version: '1' };

describe('what is kept of a provider who takes one new key after another', () => {
  let db: Database;
  beforeEach(() => (db = memoryDatabase(registryMigrations)));
  afterEach(() => void db.close());
  const clock = createManualClock();
  const rows = () =>
    TABLES.map((name) => (db.prepare(`SELECT tool FROM registry_${name}`).all() as object[]).length);

  it('goes with him and does not grow', () => {
    const [decisions, rules, keepsakes, versions] = [
      createDecisions(db, clock),
      createRulesStore(db, clock),
      createKeepsakes(db, clock),
      createVersions(db, clock),
    ];
    decisions.set('p0/s/read', { verdict: 'rejected', fingerprint: 'f', shown: tool });
    rules.admit('p0/s/read', { fingerprint: 'f', rule: 'r' });
    keepsakes.setPin('p0/s/read', pin);
    keepsakes.setFavourite('p0/s/read', true);
    versions.note('p0/s/read', { tool, fingerprint: 'f', version: '1' });
    for (let key = 0; key < 5; key++) {
      const [from, to] = [`p${key}`, `p${key + 1}`];
      decisions.follow(`${from}/`, `${to}/`);
      keepsakes.follow(`${from}/`, `${to}/`);
      versions.follow(from, to);
      rules.follow(from, to);
    }
    expect(rows()).toEqual([1, 1, 1, 1, 1]);
    expect(decisions.get('p5/s/read')?.verdict).toBe('rejected');
    expect(rules.admission('p5/s/read')?.fingerprint).toBe('f');
    expect(keepsakes.pin('p5/s/read')).toEqual(pin);
    expect(keepsakes.isFavourite('p5/s/read')).toBe(true);
    expect(versions.definition('p5/s/read', 'f')).toEqual(tool);
  });

  it('finds room for its pins though there is none left', () => {
    const keepsakes = createKeepsakes(db, clock);
    for (let index = 0; index < MAX_KEPT; index++) keepsakes.setPin(`old/s/${index}`, pin);
    keepsakes.follow('old/', 'new/');
    expect(keepsakes.pin(`new/s/${MAX_KEPT - 1}`)).toEqual(pin);
    expect(keepsakes.pin('old/s/0')).toBeUndefined();
  });
});
