/**
 * Invitations that this node wrote, of whose secrets only hashes are kept, and those it is about to follow. The latter
 * hold keys of networks: they lie with the keys, never in the database.
 */
import type { OpenInvitation } from '#shared/features/p2p/joining.ts';
import { sha256Bytes } from '#shared/kernel/canonical.ts';
import type { ProviderId } from '#shared/kernel/ids.ts';
import { fromUtf8, toHex, utf8 } from '#shared/kernel/bytes.ts';
import type { Keystore } from '#main/platform/keystore.ts';
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
/** Invitations that are followed at a time; further ones take the place of others. */
export const MAX_JOINING = 16;
const JOINING = 'p2p/joining/';
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
  /** Invitations that are followed until they lead somewhere, at most {@link MAX_JOINING}. */
  joining(): string[];
  addJoining(code: string): void;
  removeJoining(code: string): void;
}

export function createInvitationStore(
  db: Database,
  keystore: Pick<Keystore, 'get' | 'names' | 'set' | 'update'>,
): InvitationStore {
  moveJoining(db, keystore);
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
    joining: () =>
      keystore.names(JOINING).flatMap((name) => {
        const bytes = keystore.get(name);
        return bytes ? [fromUtf8(bytes)] : [];
      }),
    addJoining(code) {
      const kept = keystore.names(JOINING).filter((name) => name !== nameOf(code));
      const excess = kept.slice(0, Math.max(0, kept.length - MAX_JOINING + 1));
      keystore.update({
        ...Object.fromEntries(excess.map((name) => [name, undefined])),
        [nameOf(code)]: utf8(code),
      });
    },
    removeJoining(code) {
      if (keystore.get(nameOf(code))) keystore.update({ [nameOf(code)]: undefined });
    },
  };
}

const nameOf = (code: string): string => `${JOINING}${toHex(sha256Bytes(utf8(code))).slice(0, 16)}`;

/** Earlier versions kept an invitation, key and all, in the database: it leaves no trace there, free pages included. */
function moveJoining(db: Database, keystore: Pick<Keystore, 'set'>): void {
  const row = db.prepare('SELECT code FROM p2p_joining').get() as { code: string } | undefined;
  if (!row) return;
  keystore.set(nameOf(row.code), utf8(row.code));
  db.pragma('secure_delete = ON');
  db.exec('DELETE FROM p2p_joining');
  db.pragma('wal_checkpoint(TRUNCATE)');
}

const fromRow = (row: Row): OpenInvitation => ({
  id: row.id,
  createdAt: row.created_at,
  expiresAt: row.expires_at,
  ...(row.note === null ? {} : { note: row.note }),
  ...(row.used_by === null ? {} : { usedBy: row.used_by }),
  ...(row.used_at === null ? {} : { usedAt: row.used_at }),
});
