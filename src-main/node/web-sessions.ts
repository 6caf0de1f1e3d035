/** Who may open the dashboard: one-time links, and the sessions of browsers that came through one. Each has a role. */
import type { OperatorEntry } from '#shared/features/node/operators.ts';
import type { Role } from '#shared/features/node/roles.ts';
import { toHex } from '#shared/kernel/bytes.ts';
import type { Clock } from '#shared/kernel/clock.ts';
import { AppError } from '#shared/kernel/errors.ts';
import type { Random } from '#shared/kernel/random.ts';
import type { Database, Migration } from '#main/platform/sqlite.ts';
import { hashSecret, matchesHash, newSecret } from './bearer-secrets.ts';
import { createEndings } from './endings.ts';

export const webSessionMigrations: readonly Migration[] = [
  {
    slice: 'web',
    version: 1,
    up: `CREATE TABLE web_sessions (
      id TEXT PRIMARY KEY,
      hash BLOB NOT NULL,
      expires_at INTEGER NOT NULL
    ) STRICT`,
  },
  {
    slice: 'web',
    version: 2,
    // Until then every session was the owner's, and lived for thirty days from when it was opened.
    up: `ALTER TABLE web_sessions ADD COLUMN role TEXT NOT NULL DEFAULT 'owner';
      ALTER TABLE web_sessions ADD COLUMN name TEXT NOT NULL DEFAULT '';
      ALTER TABLE web_sessions ADD COLUMN created_at INTEGER NOT NULL DEFAULT 0;
      ALTER TABLE web_sessions ADD COLUMN last_used_at INTEGER;
      UPDATE web_sessions SET created_at = max(0, expires_at - 2592000000)`,
  },
];

/** For whom a link is made. */
export interface LinkFor {
  role?: Role;
  name?: string;
}

export interface Session {
  id: string;
  name: string;
  role: Role;
  /** Aborts when the session is revoked or gives way to another. */
  ended: AbortSignal;
}

export interface WebSessions {
  /** A token for one link: valid once, for ten minutes, in this process. Without a role the owner's. */
  mintLink(wanted?: LinkFor): string;
  /** Exchanges a link's token for a session's cookie value; undefined where it is wrong, used or too old. */
  redeem(linkToken: string): string | undefined;
  /** Whose cookie value this is; undefined unless it is that of a session that has not expired. */
  identify(cookie: string): Session | undefined;
  /** Sessions and links that are open. */
  list(): OperatorEntry[];
  /** Ends a session or a link; false where there is none of this id. */
  revoke(id: string): boolean;
}

export interface WebSessionsDeps {
  db: Database;
  clock: Clock;
  random: Random;
}

export const SESSION_MS = 30 * 24 * 60 * 60 * 1000;
const LINK_MS = 10 * 60 * 1000;
/** Links that are open at a time; the oldest gives way. */
const MAX_LINKS = 16;
/** Browsers signed in at a time; the one that expires first gives way. */
const MAX_SESSIONS = 64;
/** A session in busy use is noted this often, not with every page. */
const NOTE_USE_MS = 60_000;

interface Row {
  id: string;
  hash: Uint8Array;
  expires_at: number;
  role: Role;
  name: string;
  created_at: number;
  last_used_at: number | null;
}

type Link = OperatorEntry & { expiresAt: number };

export function createWebSessions({ db, clock, random }: WebSessionsDeps): WebSessions {
  /** By the hash of a link's token in hex: a look-up by hash tells a guesser nothing about the token. */
  const links = new Map<string, Link>();
  const endings = createEndings();
  const all = db.prepare<[number], Row>('SELECT * FROM web_sessions WHERE expires_at > ?');
  const find = db.prepare<[string], Row>('SELECT * FROM web_sessions WHERE id = ?');
  const insert = db.prepare(
    'INSERT INTO web_sessions (id, hash, expires_at, role, name, created_at) VALUES (?, ?, ?, ?, ?, ?)',
  );
  const noteUse = db.prepare('UPDATE web_sessions SET last_used_at = ? WHERE id = ?');
  const remove = db.prepare('DELETE FROM web_sessions WHERE id = ?');
  const surplus = db.prepare<[number, number], { id: string }>(
    `SELECT id FROM web_sessions WHERE expires_at <= ?
       OR id NOT IN (SELECT id FROM web_sessions ORDER BY expires_at DESC LIMIT ?)`,
  );

  const newId = () => toHex(random.bytes(8));

  function end(id: string): boolean {
    const existed = remove.run(id).changes > 0;
    endings.end(id, sessionEnded());
    return existed;
  }

  function openSession({ name, role }: Link): string {
    const now = clock.now();
    const id = newId();
    const secret = newSecret(random);
    for (const old of surplus.all(now, MAX_SESSIONS - 1)) end(old.id);
    insert.run(id, hashSecret(secret), now + SESSION_MS, role, name, now);
    return `${id}.${secret}`;
  }

  function dropLink(id: string): boolean {
    for (const [key, link] of links) if (link.id === id) return links.delete(key);
    return false;
  }

  return {
    mintLink({ role = 'owner', name = '' } = {}) {
      const token = newSecret(random);
      const createdAt = clock.now();
      for (const oldest of links.keys()) if (links.size >= MAX_LINKS) links.delete(oldest);
      const link = {
        id: newId(),
        kind: 'link',
        name,
        role,
        createdAt,
        expiresAt: createdAt + LINK_MS,
      } as const;
      links.set(hashSecret(token).toString('hex'), link);
      return token;
    },
    redeem(linkToken) {
      const key = hashSecret(linkToken).toString('hex');
      const link = links.get(key);
      links.delete(key);
      return link && clock.now() < link.expiresAt ? openSession(link) : undefined;
    },
    identify(cookie) {
      const [id = '', secret = ''] = cookie.split('.', 2);
      const row = find.get(id);
      const now = clock.now();
      if (!row || !matchesHash(secret, row.hash) || now >= row.expires_at) return undefined;
      if (now - (row.last_used_at ?? 0) >= NOTE_USE_MS) noteUse.run(now, id);
      return { id, name: row.name, role: row.role, ended: endings.signalOf(id) };
    },
    list() {
      const now = clock.now();
      const open = [...links.values()].filter(({ expiresAt }) => now < expiresAt);
      return [...open, ...all.all(now).map(view)];
    },
    revoke: (id) => dropLink(id) || end(id),
  };
}

const view = (row: Row): OperatorEntry => ({
  id: row.id,
  kind: 'session',
  name: row.name,
  role: row.role,
  createdAt: row.created_at,
  ...(row.last_used_at === null ? {} : { lastUsedAt: row.last_used_at }),
  expiresAt: row.expires_at,
});

const sessionEnded = (): AppError =>
  new AppError('session.required', 'This session was ended.', {
    advice: 'Open a new link of the owner of this node.',
  });
