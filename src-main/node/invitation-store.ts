/** Invitations that this node wrote, of whose secrets only hashes are kept, and the one it is about to follow. */
import type { OpenInvitation } from '#shared/features/p2p/joining.ts';
import { sha256Bytes } from '#shared/kernel/canonical.ts';
import type { ProviderId } from '#shared/kernel/ids.ts';
import type { Database, Migration } from '#main/platform/sqlite.ts';

export const invitationMigrations: readonly Migration[] = [
  {
    slice: 'invitations',
    version: 1,
    up: `CREATE TABLE p2p_invitations (
           id TEXT PRIMARY KEY,
           hash BLOB NOT NULL UNIQUE,
           note TEXT,
           created_at INTEGER NOT NULL,
           expires_at INTEGER NOT NULL,
           used_by TEXT,
           used_at INTEGER
         ) STRICT;
         CREATE TABLE p2p_joining (
           only INTEGER PRIMARY KEY CHECK (only = 1),
           code TEXT NOT NULL
         ) STRICT;`,
  },
];

/** Invitations listed at most; ended ones make room first. */
export const MAX_INVITATIONS = 200;
/** How long an ended invitation stays listed. */
const KEEP_ENDED_MS = 30 * 86_400_000;

interface Row {
  id: string;
  note: string | null;
  created_at: number;
  expires_at: number;
  used_by: string | null;
  used_at: number | null;
}

export interface InvitationStore {
  /** Newest first. */
  list(): OpenInvitation[];
  /** Whether another one can be opened. */
  hasRoom(now: number): boolean;
  add(invitation: {
    id: string;
    secret: Uint8Array;
    note?: string;
    createdAt: number;
    expiresAt: number;
  }): void;
  remove(id: string): void;
  /** Uses the invitation up, once. `undefined` where no open one has this secret; the same guest may come again. */
  redeem(secret: Uint8Array, guest: ProviderId, now: number): { id: string } | undefined;
  /** An invitation that is followed after the next start. */
  joining(): string | undefined;
  setJoining(code: string | undefined): void;
}

export function createInvitationStore(db: Database): InvitationStore {
  const sql = {
    list: db.prepare('SELECT * FROM p2p_invitations ORDER BY created_at DESC, id LIMIT ?'),
    count: db.prepare('SELECT count(*) AS count FROM p2p_invitations'),
    prune: db.prepare('DELETE FROM p2p_invitations WHERE expires_at < ? OR used_at < ?'),
    add: db.prepare(
      'INSERT INTO p2p_invitations (id, hash, note, created_at, expires_at) VALUES (?, ?, ?, ?, ?)',
    ),
    remove: db.prepare('DELETE FROM p2p_invitations WHERE id = ?'),
    find: db.prepare(
      'SELECT id FROM p2p_invitations WHERE hash = ? AND expires_at > ? AND (used_by IS NULL OR used_by = ?)',
    ),
    use: db.prepare('UPDATE p2p_invitations SET used_by = ?, used_at = coalesce(used_at, ?) WHERE id = ?'),
    joining: db.prepare('SELECT code FROM p2p_joining'),
    join: db.prepare('INSERT OR REPLACE INTO p2p_joining (only, code) VALUES (1, ?)'),
    joined: db.prepare('DELETE FROM p2p_joining'),
  };
  return {
    list: () => (sql.list.all(MAX_INVITATIONS) as Row[]).map(fromRow),
    hasRoom(now) {
      sql.prune.run(now - KEEP_ENDED_MS, now - KEEP_ENDED_MS);
      return (sql.count.get() as { count: number }).count < MAX_INVITATIONS;
    },
    add: ({ id, secret, note, createdAt, expiresAt }) =>
      void sql.add.run(id, sha256Bytes(secret), note ?? null, createdAt, expiresAt),
    remove: (id) => void sql.remove.run(id),
    redeem: db.transaction((secret: Uint8Array, guest: ProviderId, now: number) => {
      const found = sql.find.get(sha256Bytes(secret), now, guest) as { id: string } | undefined;
      if (found) sql.use.run(guest, now, found.id);
      return found;
    }),
    joining: () => (sql.joining.get() as { code: string } | undefined)?.code,
    setJoining: (code) => void (code === undefined ? sql.joined.run() : sql.join.run(code)),
  };
}

const fromRow = (row: Row): OpenInvitation => ({
  id: row.id,
  createdAt: row.created_at,
  expiresAt: row.expires_at,
  ...(row.note === null ? {} : { note: row.note }),
  ...(row.used_by === null ? {} : { usedBy: row.used_by }),
  ...(row.used_at === null ? {} : { usedAt: row.used_at }),
});
