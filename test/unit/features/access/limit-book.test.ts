import { beforeEach, expect, it } from 'vitest';
import { accessMigrations } from '#main/features/access/index.ts';
import { createLimitBook } from '#main/features/access/limit-book.ts';
import { providerIdOf } from '#shared/kernel/ids.ts';
import { memoryDatabase } from '#test/support/database.ts';

const [alice, bob] = [1, 2].map((byte) => providerIdOf(new Uint8Array(32).fill(byte))) as [string, string];
let db: ReturnType<typeof memoryDatabase>;
beforeEach(() => (db = memoryDatabase(accessMigrations)));
const call = { providerId: alice, server: 'files', tool: 'read' };

it('holds back each provider before anybody says otherwise, and not once it was taken away', () => {
  const book = createLimitBook(db);
  expect(book.of(call)).toEqual([{ scope: { kind: 'each' }, concurrent: 128 }]);
  book.set({ scope: { kind: 'each' } });
  expect(createLimitBook(db).of(call)).toEqual([{ scope: { kind: 'each' } }]);
});

it('finds every limit that fits, and a provider’s own instead of the one for each', () => {
  const book = createLimitBook(db);
  book.set({ scope: { kind: 'all' }, callsPerMinute: 1000 });
  book.set({ scope: { kind: 'provider', provider: alice }, callsPerMinute: 10 });
  book.set({ scope: { kind: 'server', server: 'files' }, concurrent: 4 });
  book.set({ scope: { kind: 'tool', server: 'files', tool: 'read' }, concurrent: 2 });
  book.set({ scope: { kind: 'tool', server: 'files', tool: 'write' }, concurrent: 1 });
  const reopened = createLimitBook(db);
  expect(reopened.of(call).map(({ scope }) => scope.kind)).toEqual(['all', 'provider', 'server', 'tool']);
  expect(reopened.of({ ...call, providerId: bob, server: 'other' }).map(({ scope }) => scope.kind)).toEqual([
    'all',
    'each',
  ]);
});

it('follows a server to its new name and a provider to his new key', () => {
  const book = createLimitBook(db);
  book.set({ scope: { kind: 'tool', server: 'files', tool: 'read' }, concurrent: 2 });
  book.set({ scope: { kind: 'provider', provider: alice }, concurrent: 3 });
  book.rename('files', 'papers');
  book.follow(alice, bob);
  expect(book.of(call).map(({ scope }) => scope.kind)).toEqual(['each']);
  expect(
    createLimitBook(db)
      .of({ ...call, providerId: bob, server: 'papers' })
      .map(({ concurrent }) => concurrent),
  ).toEqual([3, 2]);
  book.forget('papers');
  expect(book.of({ ...call, server: 'papers' }).map(({ scope }) => scope.kind)).toEqual(['each']);
});

it('follows a server to its new name where there is no room for one limit more', () => {
  const book = createLimitBook(db);
  for (let index = 0; index < 999; index++)
    book.set({ scope: { kind: 'tool', server: 'files', tool: `t${index}` }, concurrent: 2 });
  expect(book.list()).toHaveLength(1_000);
  book.rename('files', 'papers');
  expect(book.of({ ...call, server: 'papers', tool: 't998' }).map(({ scope }) => scope.kind)).toEqual([
    'each',
    'tool',
  ]);
});
