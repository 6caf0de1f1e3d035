import type { Migration } from '../../platform/sqlite.ts';

export const accessMigrations: Migration[] = [
  {
    slice: 'access',
    version: 1,
    up: `
      CREATE TABLE access_shares (
        server TEXT PRIMARY KEY,
        audience TEXT NOT NULL,
        tools TEXT,
        shared_at INTEGER NOT NULL
      ) STRICT;
    `,
  },
  {
    slice: 'access',
    version: 2,
    up: `ALTER TABLE access_shares ADD COLUMN details TEXT NOT NULL DEFAULT '{}';`,
  },
  {
    slice: 'access',
    version: 3,
    up: `CREATE TABLE access_limits (scope TEXT PRIMARY KEY, details TEXT NOT NULL) STRICT;`,
  },
  {
    slice: 'access',
    version: 4,
    up: `
      CREATE TABLE access_grants_made (
        id TEXT PRIMARY KEY,
        bytes BLOB NOT NULL,
        note TEXT NOT NULL,
        used INTEGER NOT NULL DEFAULT 0,
        last_used_at INTEGER,
        revoked_at INTEGER
      ) STRICT;
      CREATE TABLE access_grants_held (
        id TEXT PRIMARY KEY,
        issuer TEXT NOT NULL,
        provider TEXT NOT NULL,
        bytes BLOB NOT NULL
      ) STRICT;
      CREATE TABLE access_requests (
        id INTEGER PRIMARY KEY AUTOINCREMENT,
        side TEXT NOT NULL,
        provider TEXT NOT NULL,
        peer TEXT NOT NULL,
        server TEXT NOT NULL,
        tools TEXT NOT NULL,
        words TEXT NOT NULL,
        state TEXT NOT NULL,
        at INTEGER NOT NULL
      ) STRICT;
    `,
  },
  {
    // Grants that a held one names as its parents: canonical CBOR, an array of envelopes, the origin's first.
    slice: 'access',
    version: 5,
    up: `ALTER TABLE access_grants_held ADD COLUMN parents BLOB;`,
  },
  {
    // The peer id of the provider's node that signed it, where that is another one.
    slice: 'access',
    version: 6,
    up: `ALTER TABLE access_grants_made ADD COLUMN signed_by TEXT;`,
  },
];
