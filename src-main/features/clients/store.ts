/** Clients and profiles in SQLite. Tokens are there as SHA-256 only. */
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
];

export interface Profile {
  name: string;
  servers?: string[];
  prefix: boolean;
}

export interface Client {
  id: string;
  name: string;
  profile: string;
  createdAt: number;
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

interface ClientRow extends Omit<StoredClient, 'lastUsedAt'> {
  lastUsedAt: number | null;
}

export function createClientStore(db: Database): ClientStore {
  const selectProfiles = db.prepare<[], { name: string; servers: string | null; prefix: number }>(
    'SELECT name, servers, prefix FROM client_profiles ORDER BY name',
  );
  const upsertProfile = db.prepare(
    `INSERT INTO client_profiles VALUES (?, ?, ?)
     ON CONFLICT (name) DO UPDATE SET servers = excluded.servers, prefix = excluded.prefix`,
  );
  const deleteProfile = db.prepare('DELETE FROM client_profiles WHERE name = ?');
  const selectClients = db.prepare<[], ClientRow>(
    `SELECT id, name, profile, token_hash AS tokenHash, created_at AS createdAt, last_used_at AS lastUsedAt
     FROM clients ORDER BY created_at, id`,
  );
  const replaceClient = db.prepare('INSERT OR REPLACE INTO clients VALUES (?, ?, ?, ?, ?, ?)');
  const deleteClient = db.prepare('DELETE FROM clients WHERE id = ?');
  const updateUse = db.prepare('UPDATE clients SET last_used_at = ? WHERE id = ?');
  return {
    profiles: () =>
      selectProfiles.all().map(({ name, servers, prefix }) => ({
        name,
        ...(servers === null ? {} : { servers: JSON.parse(servers) as string[] }),
        prefix: prefix === 1,
      })),
    putProfile: ({ name, servers, prefix }) =>
      void upsertProfile.run(name, servers ? JSON.stringify(servers) : null, prefix ? 1 : 0),
    removeProfile: (name) => void deleteProfile.run(name),
    clients: () =>
      selectClients
        .all()
        .map(({ lastUsedAt, ...client }) => (lastUsedAt === null ? client : { ...client, lastUsedAt })),
    putClient: ({ id, name, profile, tokenHash, createdAt, lastUsedAt }) =>
      void replaceClient.run(id, name, profile, tokenHash, createdAt, lastUsedAt ?? null),
    removeClient: (id) => void deleteClient.run(id),
    noteUses: (uses) =>
      db.transaction(() => {
        for (const [id, at] of uses) updateUse.run(at, id);
      })(),
  };
}
