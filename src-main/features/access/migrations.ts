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
];
