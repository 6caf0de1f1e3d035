import type { Migration } from '../../platform/sqlite.ts';

export const recordsMigrations: Migration[] = [
  {
    slice: 'records',
    version: 1,
    up: `
      CREATE TABLE records (
        type TEXT NOT NULL,
        key TEXT NOT NULL,
        owner TEXT NOT NULL,
        seq INTEGER NOT NULL,
        hash BLOB NOT NULL,
        expires_at INTEGER NOT NULL,
        private INTEGER NOT NULL,
        tombstone INTEGER NOT NULL,
        own INTEGER NOT NULL,
        disputed INTEGER NOT NULL DEFAULT 0,
        bytes BLOB NOT NULL,
        PRIMARY KEY (type, key)
      ) STRICT;
      CREATE INDEX records_by_hash ON records (hash);
      CREATE INDEX records_by_owner ON records (owner);
      CREATE INDEX records_by_expiry ON records (expires_at);
      CREATE TABLE record_equivocations (
        type TEXT NOT NULL,
        key TEXT NOT NULL,
        owner TEXT NOT NULL,
        seq INTEGER NOT NULL,
        first BLOB NOT NULL,
        second BLOB NOT NULL,
        found_at INTEGER NOT NULL,
        PRIMARY KEY (type, key, seq)
      ) STRICT;
    `,
  },
];
