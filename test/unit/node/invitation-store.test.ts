/** Invitations that are followed hold keys of networks: they lie with the keys, also those that an earlier version kept. */
import { mkdtempSync, readdirSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { createInvitationStore, invitationMigrations, MAX_JOINING } from '#main/node/invitation-store.ts';
import { type Database, openDatabase } from '#main/platform/sqlite.ts';
import { memoryDatabase } from '#test/support/database.ts';

function memoryKeys() {
  const entries = new Map<string, Uint8Array>();
  const set = (name: string, value: Uint8Array | undefined) =>
    void (value ? entries.set(name, value) : entries.delete(name));
  return {
    entries,
    get: (name: string) => entries.get(name),
    names: (prefix: string) => [...entries.keys()].filter((name) => name.startsWith(prefix)),
    set,
    update: (changes: Record<string, Uint8Array | undefined>) =>
      Object.entries(changes).forEach(([name, value]) => set(name, value)),
  };
}

describe('an invitation that an earlier version kept in the database', () => {
  let folder: string;
  let db: Database;
  beforeEach(() => {
    folder = mkdtempSync(join(tmpdir(), 'invitations-'));
    db = open();
  });
  const open = () =>
    openDatabase({ file: join(folder, 'db.sqlite'), migrations: invitationMigrations, now: 0 });
  afterEach(() => {
    db.close();
    rmSync(folder, { recursive: true, force: true });
  });
  const keep = (code: string) => db.prepare('INSERT OR REPLACE INTO p2p_joining VALUES (1, ?)').run(code);
  const written = () =>
    readdirSync(folder)
      .map((name) => readFileSync(join(folder, name)).toString('latin1'))
      .join('\n');

  it('is followed on, and leaves no trace there, nor does one that it replaced', () => {
    const [old, code] = ['toolswarm://join/an-older-secret-key', 'toolswarm://join/the-secret-key'];
    keep(old);
    keep(code);
    const keys = memoryKeys();
    expect(createInvitationStore(db, keys).joining()).toEqual([code]);
    expect(written()).not.toContain('secret-key');
    db.close();
    expect(written()).not.toContain('secret-key');
    db = open();
    expect(createInvitationStore(db, keys).joining()).toEqual([code]);
  });

  it('is not lost where the keys cannot be written: the next start tries again', () => {
    keep('toolswarm://join/x');
    const locked = {
      ...memoryKeys(),
      set: () => {
        throw new Error('locked');
      },
    };
    expect(() => createInvitationStore(db, locked)).toThrow('locked');
    expect(createInvitationStore(db, memoryKeys()).joining()).toEqual(['toolswarm://join/x']);
  });
});

it('invitations that are followed are sixteen at most, and end one by one', () => {
  const store = createInvitationStore(memoryDatabase(invitationMigrations), memoryKeys());
  const codes = Array.from({ length: MAX_JOINING + 1 }, (_, index) => `toolswarm://join/${index}`);
  for (const code of codes) store.addJoining(code);
  store.addJoining(codes.at(-1) as string);
  expect(store.joining()).toEqual(codes.slice(1));
  store.removeJoining(codes[1] as string);
  store.removeJoining('toolswarm://join/never');
  expect(store.joining()).toEqual(codes.slice(2));
});
