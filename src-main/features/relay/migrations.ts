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
  {
    slice: 'relay',
    version: 2,
    // What lists are filtered by stands in columns; what only one call is asked for stands apart, so that lists stay small.
    up: `
      ALTER TABLE invocations ADD COLUMN tool TEXT;
      ALTER TABLE invocations ADD COLUMN client TEXT;
      ALTER TABLE invocations ADD COLUMN provider TEXT;
      ALTER TABLE invocations ADD COLUMN code TEXT;
      ALTER TABLE invocations ADD COLUMN detail TEXT;  -- JSON: hops, request, response
      UPDATE invocations SET
        tool = json_extract(body, '$.tool'),
        client = json_extract(body, '$.client'),
        provider = json_extract(body, '$.providerId'),
        code = json_extract(body, '$.code'),
        detail = CASE WHEN json_extract(body, '$.request') IS NULL AND json_extract(body, '$.response') IS NULL THEN NULL
          ELSE json_object('request', json_extract(body, '$.request'), 'response', json_extract(body, '$.response')) END,
        body = json_remove(body, '$.request', '$.response');
    `,
  },
  {
    slice: 'relay',
    version: 3,
    // Who used what is read from this alone, without the calls themselves.
    up: `
      CREATE INDEX invocations_uses ON invocations (server, tool, provider, started_at, outcome)
        WHERE direction = 'incoming';
    `,
  },
];
