/** Tokens of the HTTP API: `ts_<id>_<secret>`, kept as hashes, each with a scope and a role. */
import type { NodeHandlers } from '#shared/contract.ts';
import type { ApiScope, ApiToken } from '#shared/features/node/contract.ts';
import type { Role } from '#shared/features/node/roles.ts';
import { toHex } from '#shared/kernel/bytes.ts';
import type { Clock } from '#shared/kernel/clock.ts';
import { AppError } from '#shared/kernel/errors.ts';
import type { Random } from '#shared/kernel/random.ts';
import type { Database, Migration } from '#main/platform/sqlite.ts';
import { hashSecret, matchesHash, newSecret } from './bearer-secrets.ts';
import { createEndings } from './endings.ts';

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
  {
    slice: 'api',
    version: 2,
    // Until then whoever had a token was the owner, as far as its scope went.
    up: `ALTER TABLE api_tokens ADD COLUMN role TEXT NOT NULL DEFAULT 'owner'`,
  },
];

/** Whose token it is and what it opens. */
export interface TokenHolder {
  id: string;
  name: string;
  scope: ApiScope;
  role: Role;
  /** Aborts when the token is revoked. */
  ended: AbortSignal;
}

export interface ApiTokens {
  /** The holder of a token, or undefined for anything that is not one of ours. */
  authenticate(token: string): TokenHolder | undefined;
  list(): ApiToken[];
  /** Ends a token; false where there is none of this id. */
  revoke(id: string): boolean;
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
  role: Role;
  hash: Uint8Array;
  created_at: number;
  last_used_at: number | null;
}

export function createApiTokens({ db, clock, random }: ApiTokensDeps): ApiTokens {
  const endings = createEndings();
  const all = db.prepare<[], Row>('SELECT * FROM api_tokens ORDER BY created_at, id');
  const byId = db.prepare<[string], Row>('SELECT * FROM api_tokens WHERE id = ?');
  const insert = db.prepare(
    'INSERT INTO api_tokens (id, name, scope, role, hash, created_at) VALUES (?, ?, ?, ?, ?, ?)',
  );
  const remove = db.prepare('DELETE FROM api_tokens WHERE id = ?');
  const noteUse = db.prepare('UPDATE api_tokens SET last_used_at = ? WHERE id = ?');

  function authenticate(token: string): TokenHolder | undefined {
    const [, id, secret] = /^ts_([0-9a-f]{16})_([\w-]{43})$/.exec(token) ?? [];
    const row = id === undefined ? undefined : byId.get(id);
    if (!row || !secret || !matchesHash(secret, row.hash)) return undefined;
    const now = clock.now();
    if (now - (row.last_used_at ?? 0) >= NOTE_USE_MS) noteUse.run(now, row.id);
    const { name, role, scope } = row;
    return { id: row.id, name, scope, role, ended: endings.signalOf(row.id) };
  }

  function create({
    name,
    role,
    scope,
  }: Pick<ApiToken, 'name' | 'role' | 'scope'>): ApiToken & { token: string } {
    if (all.all().length >= MAX_TOKENS) throw tooManyTokens();
    const id = toHex(random.bytes(8));
    const secret = newSecret(random);
    const createdAt = clock.now();
    insert.run(id, name, scope, role, hashSecret(secret), createdAt);
    return { id, name, scope, role, createdAt, token: `ts_${id}_${secret}` };
  }

  const list = (): ApiToken[] => all.all().map(view);

  function revoke(id: string): boolean {
    const existed = remove.run(id).changes > 0;
    endings.end(id, tokenEnded());
    return existed;
  }

  return {
    authenticate,
    list,
    revoke,
    handlers: {
      'api.tokens.list': () => ({ items: list() }),
      'api.tokens.create': create,
      'api.tokens.revoke': ({ id }) => {
        if (!revoke(id)) throw unknownToken();
        return {};
      },
    },
  };
}

const view = (row: Row): ApiToken => ({
  id: row.id,
  name: row.name,
  scope: row.scope,
  role: row.role,
  createdAt: row.created_at,
  ...(row.last_used_at === null ? {} : { lastUsedAt: row.last_used_at }),
});

const tokenEnded = (): AppError =>
  new AppError('api.unauthorized', 'This token was revoked.', { advice: 'Use another token.' });

const tooManyTokens = (): AppError =>
  new AppError('api.too_many_tokens', `There are ${MAX_TOKENS} API tokens already.`, {
    advice: 'Revoke those that are no longer used.',
  });

const unknownToken = (): AppError =>
  new AppError('api.unknown_token', 'There is no API token with this id.', {
    advice: 'List them with `toolswarm api list`.',
  });
