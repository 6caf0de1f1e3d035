import type { Migration } from '../../platform/sqlite.ts';

export const trustMigrations: Migration[] = [
  {
    slice: 'trust',
    version: 1,
    up: `
      CREATE TABLE trust_blocks (id TEXT PRIMARY KEY, blocked_at INTEGER NOT NULL) STRICT;
      CREATE TABLE trust_known (provider TEXT PRIMARY KEY, known_at INTEGER NOT NULL) STRICT;
    `,
  },
];
