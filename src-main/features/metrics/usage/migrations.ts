import type { Migration } from '../../../platform/sqlite.ts';

export const metricsMigrations: Migration[] = [
  {
    slice: 'metrics',
    version: 1,
    // Names that do not apply are empty, so that the key is whole.
    up: `
      CREATE TABLE usage_days (
        day INTEGER NOT NULL,            -- days since 1970-01-01 in UTC
        direction TEXT NOT NULL,
        provider TEXT NOT NULL,
        client TEXT NOT NULL,
        server TEXT NOT NULL,            -- '' where a call was refused before, '*' of all that are not kept apart
        tool TEXT NOT NULL,
        calls INTEGER NOT NULL,
        errors INTEGER NOT NULL,
        cached INTEGER NOT NULL,
        request_bytes INTEGER NOT NULL,
        response_bytes INTEGER NOT NULL,
        duration_ms REAL NOT NULL,
        PRIMARY KEY (day, direction, provider, client, server, tool)
      ) STRICT, WITHOUT ROWID;
    `,
  },
];
