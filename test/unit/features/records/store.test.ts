import { describe, expect, it } from 'vitest';
import { recordsMigrations } from '#main/features/records/index.ts';
import { createRecordStore, MAX_RECORDS_PER_OWNER } from '#main/features/records/store.ts';
import { memoryDatabase } from '#test/support/database.ts';

const NOW = 1000;
const start = { type: '', key: '' };

function storeWith(records: Array<{ key: string; private?: boolean; own?: boolean }>) {
  const store = createRecordStore(memoryDatabase(recordsMigrations));
  for (const { key, own = false, private: isPrivate = false } of records) {
    const [owner = ''] = key.split('/');
    const meta = { key, owner, seq: 1, issuedAt: 0, expiresAt: 2000, private: isPrivate, tombstone: false };
    store.put('entry/1', meta, new Uint8Array(32), new Uint8Array(1), { own, networks: ['public'] });
  }
  return store;
}
const keys = (records: Array<{ key: string }>) => records.map(({ key }) => key);

describe('page', () => {
  const store = storeWith([
    { key: 'a/n/public' },
    { key: 'b/n/own-private', private: true, own: true },
    { key: 'c/n/private-of-another', private: true },
    { key: 'd/n/public' },
    { key: 'e/n/public' },
  ]);

  it('counts only what may pass, so that no page ends at a key that is not for the reader', () => {
    const forStrangers = (after: { type: string; key: string }) =>
      keys(store.page(after, 2, NOW, (record) => !record.private));
    expect(forStrangers(start)).toEqual(['a/n/public', 'd/n/public']);
    expect(forStrangers({ type: 'entry/1', key: 'd/n/public' })).toEqual(['e/n/public']);
  });

  it('holds own private records for those who may see them, and never those of others', () => {
    expect(keys(store.page(start, 10, NOW, () => true))).toEqual([
      'a/n/public',
      'b/n/own-private',
      'd/n/public',
      'e/n/public',
    ]);
  });
});

describe('room', () => {
  it('ends for each owner at his own quota, also for those who matter', () => {
    const store = storeWith(Array.from({ length: MAX_RECORDS_PER_OWNER }, (_, n) => ({ key: `a/n/s${n}` })));
    expect(store.hasRoom('a', true)).toBe(false);
    expect(store.hasRoom('b', false)).toBe(true);
  });
});
