import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { centralMigrations, createCentralStore } from '#main/features/registry/central/store.ts';
import type { Database } from '#main/platform/sqlite.ts';
import { memoryDatabase } from '#test/support/database.ts';

const progress = { url: 'https://example.org', cursor: null, since: null, newest: null, synced_at: null };

const entry = (name: string, chars: number, version = '1.0.0') => ({
  change: {
    kind: 'keep' as const,
    latest: true,
    listing: { name, version, status: 'active' as const, kinds: [] },
  },
  json: 'x'.repeat(chars),
});

describe('the copy of a registry', () => {
  let db: Database;
  beforeEach(() => (db = memoryDatabase(centralMigrations)));
  afterEach(() => void db.close());
  const open = () => createCentralStore(db, { maxChars: 100 });
  const names = () =>
    open()
      .search({ text: '', offset: 0, limit: 10 })
      .items.map(({ name }) => name)
      .toSorted();

  it('takes in no more than it has room for, after a restart too', () => {
    open().apply([entry('a', 60), entry('b', 60), entry('c', 40)], progress);
    expect(names()).toEqual(['a', 'c']);
    open().apply([entry('d', 1)], progress);
    expect(names()).toEqual(['a', 'c']);
  });

  it('gives back the room of what is removed or replaced', () => {
    const store = open();
    store.apply([entry('a', 60), entry('b', 40)], progress);
    store.apply([entry('a', 50, '1.1.0'), entry('c', 10)], progress);
    store.apply([{ change: { kind: 'remove', name: 'b' }, json: '' }, entry('d', 40)], progress);
    expect(names()).toEqual(['a', 'c', 'd']);
    store.apply([entry('a', 51, '1.2.0')], progress);
    expect(store.find('a')?.version).toBe('1.1.0');
    store.clear();
    store.apply([entry('e', 100)], progress);
    expect(names()).toEqual(['e']);
  });
});
