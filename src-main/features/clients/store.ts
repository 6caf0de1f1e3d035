/** Clients and profiles in SQLite. Tokens are there as SHA-256 only. */
import type { CatalogChoice } from '#shared/features/clients/budget.ts';
import type { TokenScope } from '#shared/features/clients/token-scopes.ts';
import type { Database, Migration } from '#main/platform/sqlite.ts';

export const clientsMigrations: readonly Migration[] = [
  {
    slice: 'clients',
    version: 1,
    up: `
      CREATE TABLE client_profiles (
        name TEXT PRIMARY KEY,
        servers TEXT,
        prefix INTEGER NOT NULL
      ) STRICT;
      CREATE TABLE clients (
        id TEXT PRIMARY KEY,
        name TEXT NOT NULL,
        profile TEXT NOT NULL REFERENCES client_profiles (name) ON DELETE CASCADE,
        token_hash TEXT NOT NULL UNIQUE,
        created_at INTEGER NOT NULL,
        last_used_at INTEGER
      ) STRICT;
    `,
  },
  {
    slice: 'clients',
    version: 2,
    up: `
      ALTER TABLE client_profiles ADD COLUMN include_tools TEXT;
      ALTER TABLE client_profiles ADD COLUMN exclude_tools TEXT;
      CREATE TABLE client_files (
        file TEXT PRIMARY KEY,
        client TEXT NOT NULL,
        profile TEXT NOT NULL,
        undo TEXT NOT NULL CHECK (undo IN ('restore', 'delete', 'remove')),
        backup TEXT,
        before_hash TEXT NOT NULL,
        after_hash TEXT NOT NULL,
        connected_at INTEGER NOT NULL
      ) STRICT;
    `,
  },
  {
    slice: 'clients',
    version: 3,
    up: `
      ALTER TABLE client_profiles ADD COLUMN catalog TEXT CHECK (catalog IN ('full', 'search'));
      ALTER TABLE client_profiles ADD COLUMN budget INTEGER;
      ALTER TABLE client_profiles ADD COLUMN always_listed TEXT;
    `,
  },
  {
    slice: 'clients',
    version: 4,
    up: `
      ALTER TABLE clients ADD COLUMN scope TEXT NOT NULL DEFAULT 'call' CHECK (scope IN ('call', 'read', 'list'));
      ALTER TABLE clients ADD COLUMN expires_at INTEGER;
    `,
  },
];

export interface Profile {
  name: string;
  servers?: string[] | undefined;
  includeTools?: string[] | undefined;
  excludeTools?: string[] | undefined;
  prefix: boolean;
  /** Absent: `auto`. */
  catalog?: CatalogChoice | undefined;
  /** Tokens; absent: the default. */
  budget?: number | undefined;
  alwaysListed?: string[] | undefined;
}

export interface Client {
  id: string;
  name: string;
  profile: string;
  scope: TokenScope;
  createdAt: number;
  /** From then on the token is refused. */
  expiresAt?: number;
  lastUsedAt?: number;
}

export interface StoredClient extends Client {
  /** Lower-case hex SHA-256 of the token. */
  tokenHash: string;
}

export interface ClientStore {
  profiles(): Profile[];
  putProfile(profile: Profile): void;
  /** Its clients go with it. */
  removeProfile(name: string): void;
  clients(): StoredClient[];
  putClient(client: StoredClient): void;
  removeClient(id: string): void;
  /** Notes several uses in one transaction. */
  noteUses(uses: ReadonlyMap<string, number>): void;
}

interface ProfileRow {
  name: string;
  servers: string | null;
  includeTools: string | null;
  excludeTools: string | null;
  prefix: number;
  catalog: 'full' | 'search' | null;
  budget: number | null;
  alwaysListed: string | null;
}

const asText = (names: readonly string[] | undefined): string | null =>
  names ? JSON.stringify(names) : null;
const namesIn = (member: string, text: string | null): Record<string, string[]> =>
  text === null ? {} : { [member]: JSON.parse(text) as string[] };

const profileIn = (row: ProfileRow): Profile => ({
  name: row.name,
  ...namesIn('servers', row.servers),
  ...namesIn('includeTools', row.includeTools),
  ...namesIn('excludeTools', row.excludeTools),
  prefix: row.prefix === 1,
  ...(row.catalog === null ? {} : { catalog: row.catalog }),
  ...(row.budget === null ? {} : { budget: row.budget }),
  ...namesIn('alwaysListed', row.alwaysListed),
});

interface ClientRow extends Omit<StoredClient, 'expiresAt' | 'lastUsedAt'> {
  expiresAt: number | null;
  lastUsedAt: number | null;
}

export function createClientStore(db: Database): ClientStore {
  const selectProfiles = db.prepare<[], ProfileRow>(
    `SELECT name, servers, include_tools AS includeTools, exclude_tools AS excludeTools, prefix, catalog, budget,
       always_listed AS alwaysListed
     FROM client_profiles ORDER BY name`,
  );
  const upsertProfile = db.prepare(
    `INSERT INTO client_profiles
       (name, servers, include_tools, exclude_tools, prefix, catalog, budget, always_listed)
     VALUES (?, ?, ?, ?, ?, ?, ?, ?)
     ON CONFLICT (name) DO UPDATE SET servers = excluded.servers, include_tools = excluded.include_tools,
       exclude_tools = excluded.exclude_tools, prefix = excluded.prefix, catalog = excluded.catalog,
       budget = excluded.budget, always_listed = excluded.always_listed`,
  );
  const deleteProfile = db.prepare('DELETE FROM client_profiles WHERE name = ?');
  const selectClients = db.prepare<[], ClientRow>(
    `SELECT id, name, profile, token_hash AS tokenHash, created_at AS createdAt, last_used_at AS lastUsedAt, scope,
       expires_at AS expiresAt
     FROM clients ORDER BY created_at, id`,
  );
  const replaceClient = db.prepare(
    `INSERT OR REPLACE INTO clients (id, name, profile, token_hash, created_at, last_used_at, scope, expires_at)
     VALUES (?, ?, ?, ?, ?, ?, ?, ?)`,
  );
  const deleteClient = db.prepare('DELETE FROM clients WHERE id = ?');
  const updateUse = db.prepare('UPDATE clients SET last_used_at = ? WHERE id = ?');
  return {
    profiles: () => selectProfiles.all().map(profileIn),
    putProfile: ({ name, servers, includeTools, excludeTools, prefix, catalog, budget, alwaysListed }) =>
      void upsertProfile.run(
        name,
        asText(servers),
        asText(includeTools),
        asText(excludeTools),
        prefix ? 1 : 0,
        catalog === 'auto' ? null : (catalog ?? null),
        budget ?? null,
        asText(alwaysListed),
      ),
    removeProfile: (name) => void deleteProfile.run(name),
    clients: () =>
      selectClients.all().map(({ expiresAt, lastUsedAt, ...client }) => ({
        ...client,
        ...(expiresAt === null ? {} : { expiresAt }),
        ...(lastUsedAt === null ? {} : { lastUsedAt }),
      })),
    putClient: ({ id, name, profile, tokenHash, createdAt, lastUsedAt, scope, expiresAt }) =>
      void replaceClient.run(
        id,
        name,
        profile,
        tokenHash,
        createdAt,
        lastUsedAt ?? null,
        scope,
        expiresAt ?? null,
      ),
    removeClient: (id) => void deleteClient.run(id),
    noteUses: (uses) =>
      db.transaction(() => {
        for (const [id, at] of uses) updateUse.run(at, id);
      })(),
  };
}
