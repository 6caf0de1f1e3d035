/** Tokens of the HTTP API: `ts_<id>_<secret>`, kept as hashes, each with one scope. */
import type { NodeHandlers } from '#shared/contract.ts';
import type { ApiScope, ApiToken } from '#shared/features/node/contract.ts';
import { toHex } from '#shared/kernel/bytes.ts';
import type { Clock } from '#shared/kernel/clock.ts';
import { AppError } from '#shared/kernel/errors.ts';
import type { Random } from '#shared/kernel/random.ts';
import type { Database, Migration } from '#main/platform/sqlite.ts';
import { hashSecret, matchesHash, newSecret } from './bearer-secrets.ts';

export const apiTokenMigrations: readonly Migration[] = [
  {
    slice: 'api',
    version: 1,
    up: `CREATE TABLE api_tokens (
      id TEXT PRIMARY KEY,
      name TEXT NOT NULL,
      scope TEXT NOT NULL,
      hash BLOB NOT NULL,
      created_at INTEGER NOT NULL,
      last_used_at INTEGER
    ) STRICT`,
  },
];

export interface ApiTokens {
  /** The scope of a token, or undefined for anything that is not one of ours. */
  authenticate(token: string): { id: string; scope: ApiScope } | undefined;
  handlers: Pick<NodeHandlers, 'api.tokens.list' | 'api.tokens.create' | 'api.tokens.revoke'>;
}

export interface ApiTokensDeps {
  db: Database;
  clock: Clock;
  random: Random;
}

/** Tokens at a time; nobody needs that many, and a list must end. */
const MAX_TOKENS = 256;
/** A token in busy use is noted this often, not on every call. */
const NOTE_USE_MS = 60_000;

interface Row {
  id: string;
  name: string;
  scope: ApiScope;
  hash: Uint8Array;
  created_at: number;
  last_used_at: number | null;
}

export function createApiTokens({ db, clock, random }: ApiTokensDeps): ApiTokens {
  const all = db.prepare<[], Row>('SELECT * FROM api_tokens ORDER BY created_at, id');
  const byId = db.prepare<[string], Row>('SELECT * FROM api_tokens WHERE id = ?');
  const insert = db.prepare(
    'INSERT INTO api_tokens (id, name, scope, hash, created_at) VALUES (?, ?, ?, ?, ?)',
  );
  const remove = db.prepare('DELETE FROM api_tokens WHERE id = ?');
  const noteUse = db.prepare('UPDATE api_tokens SET last_used_at = ? WHERE id = ?');

  function authenticate(token: string): { id: string; scope: ApiScope } | undefined {
    const [, id, secret] = /^ts_([0-9a-f]{16})_([\w-]{43})$/.exec(token) ?? [];
    const row = id === undefined ? undefined : byId.get(id);
    if (!row || !secret || !matchesHash(secret, row.hash)) return undefined;
    const now = clock.now();
    if (now - (row.last_used_at ?? 0) >= NOTE_USE_MS) noteUse.run(now, row.id);
    return { id: row.id, scope: row.scope };
  }

  function create(name: string, scope: ApiScope): ApiToken & { token: string } {
    if (all.all().length >= MAX_TOKENS) throw tooManyTokens();
    const id = toHex(random.bytes(8));
    const secret = newSecret(random);
    const createdAt = clock.now();
    insert.run(id, name, scope, hashSecret(secret), createdAt);
    return { id, name, scope, createdAt, token: `ts_${id}_${secret}` };
  }

  return {
    authenticate,
    handlers: {
      'api.tokens.list': () => ({ items: all.all().map(view) }),
      'api.tokens.create': ({ name, scope }) => create(name, scope),
      'api.tokens.revoke': ({ id }) => {
        if (remove.run(id).changes === 0) throw unknownToken();
        return {};
      },
    },
  };
}

const view = (row: Row): ApiToken => ({
  id: row.id,
  name: row.name,
  scope: row.scope,
  createdAt: row.created_at,
  ...(row.last_used_at === null ? {} : { lastUsedAt: row.last_used_at }),
});

const tooManyTokens = (): AppError =>
  new AppError('api.too_many_tokens', `There are ${MAX_TOKENS} API tokens already.`, {
    advice: 'Revoke those that are no longer used.',
  });

const unknownToken = (): AppError =>
  new AppError('api.unknown_token', 'There is no API token with this id.', {
    advice: 'List them with `toolswarm api list`.',
  });
