import type { Migration } from '../../platform/sqlite.ts';

export const relayMigrations: Migration[] = [
  {
    slice: 'relay',
    version: 1,
    up: `
      CREATE TABLE invocations (
        id TEXT PRIMARY KEY,
        started_at INTEGER NOT NULL,
        direction TEXT NOT NULL,
        outcome TEXT NOT NULL,
        server TEXT NOT NULL,
        body TEXT NOT NULL               -- the whole invocation, JSON
      ) STRICT;
      CREATE INDEX invocations_by_time ON invocations (started_at);
    `,
  },
];
