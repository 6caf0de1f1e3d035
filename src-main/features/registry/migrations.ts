import type { Migration } from '../../platform/sqlite.ts';

export const registryMigrations: Migration[] = [
  {
    slice: 'registry',
    version: 1,
    up: `
      CREATE TABLE registry_manifests (hash BLOB PRIMARY KEY, bytes BLOB NOT NULL, used_at INTEGER NOT NULL) STRICT;
      CREATE TABLE registry_decisions (
        tool TEXT PRIMARY KEY,            -- provider/server/tool
        verdict TEXT NOT NULL CHECK (verdict IN ('approved', 'rejected')),
        fingerprint TEXT NOT NULL,
        shown TEXT NOT NULL,              -- the tool as it was shown to the operator, JSON
        decided_at INTEGER NOT NULL
      ) STRICT;
      CREATE TABLE registry_names (tool TEXT PRIMARY KEY, name TEXT NOT NULL UNIQUE) STRICT;
      CREATE TABLE registry_aliases (tool TEXT PRIMARY KEY, alias TEXT NOT NULL UNIQUE) STRICT;
    `,
  },
];
