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
  {
    slice: 'records',
    version: 2,
    // Ids of networks, a space between them; private records are in none.
    up: `ALTER TABLE records ADD COLUMN networks TEXT NOT NULL DEFAULT 'public';`,
  },
  {
    slice: 'records',
    version: 3,
    // Records of before are dated when their kind is registered: reconciliation orders by the time of issue.
    up: `
      ALTER TABLE records ADD COLUMN issued_at INTEGER NOT NULL DEFAULT 0;
      ALTER TABLE records ADD COLUMN facets TEXT NOT NULL DEFAULT '';
      ALTER TABLE record_equivocations ADD COLUMN networks TEXT NOT NULL DEFAULT '';
      CREATE TABLE record_texts (
        type TEXT NOT NULL,
        key TEXT NOT NULL,
        owner TEXT NOT NULL,
        commitment BLOB NOT NULL,
        salt BLOB,
        text TEXT,
        PRIMARY KEY (type, key, commitment)
      ) STRICT;
      CREATE INDEX record_texts_by_commitment ON record_texts (commitment);
      CREATE TABLE record_erased (
        commitment BLOB NOT NULL,
        owner TEXT NOT NULL,
        until INTEGER NOT NULL,
        PRIMARY KEY (commitment, owner)
      ) STRICT;
    `,
  },
];
