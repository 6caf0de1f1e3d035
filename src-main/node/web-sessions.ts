/** Who may open the dashboard: one-time links, and the sessions of browsers that came through one. */
import { toHex } from '#shared/kernel/bytes.ts';
import type { Clock } from '#shared/kernel/clock.ts';
import type { Random } from '#shared/kernel/random.ts';
import type { Database, Migration } from '#main/platform/sqlite.ts';
import { hashSecret, matchesHash, newSecret } from './bearer-secrets.ts';

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
];

export interface WebSessions {
  /** A token for one link: valid once, for ten minutes, in this process. */
  mintLink(): string;
  /** Exchanges a link's token for a session's cookie value; undefined where it is wrong, used or too old. */
  redeem(linkToken: string): string | undefined;
  /** Whether this is the cookie value of a session that has not expired. */
  isValid(cookie: string): boolean;
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

export function createWebSessions({ db, clock, random }: WebSessionsDeps): WebSessions {
  /** Hash of a link's token in hex → when it expires. A look-up by hash tells a guesser nothing about the token. */
  const links = new Map<string, number>();
  const find = db.prepare<[string], { hash: Uint8Array; expires_at: number }>(
    'SELECT hash, expires_at FROM web_sessions WHERE id = ?',
  );
  const insert = db.prepare('INSERT INTO web_sessions (id, hash, expires_at) VALUES (?, ?, ?)');
  const expire = db.prepare('DELETE FROM web_sessions WHERE expires_at <= ?');
  const makeRoom = db.prepare(
    'DELETE FROM web_sessions WHERE id NOT IN (SELECT id FROM web_sessions ORDER BY expires_at DESC LIMIT ?)',
  );

  function openSession(): string {
    const now = clock.now();
    const id = toHex(random.bytes(8));
    const secret = newSecret(random);
    expire.run(now);
    makeRoom.run(MAX_SESSIONS - 1);
    insert.run(id, hashSecret(secret), now + SESSION_MS);
    return `${id}.${secret}`;
  }

  return {
    mintLink() {
      const token = newSecret(random);
      for (const oldest of links.keys()) if (links.size >= MAX_LINKS) links.delete(oldest);
      links.set(hashSecret(token).toString('hex'), clock.now() + LINK_MS);
      return token;
    },
    redeem(linkToken) {
      const key = hashSecret(linkToken).toString('hex');
      const expiresAt = links.get(key);
      links.delete(key);
      return expiresAt !== undefined && clock.now() < expiresAt ? openSession() : undefined;
    },
    isValid(cookie) {
      const [id = '', secret = ''] = cookie.split('.', 2);
      const session = find.get(id);
      return session !== undefined && matchesHash(secret, session.hash) && clock.now() < session.expires_at;
    },
  };
}
