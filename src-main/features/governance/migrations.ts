import type { Migration } from '../../platform/sqlite.ts';

export const governanceMigrations: readonly Migration[] = [
  {
    slice: 'governance',
    version: 1,
    up: `
      CREATE TABLE governance_overrides (
        feature TEXT PRIMARY KEY,
        choice TEXT NOT NULL CHECK (choice IN ('never', 'always'))
      ) STRICT;
      CREATE TABLE governance_activated (
        feature TEXT PRIMARY KEY,
        proposal TEXT NOT NULL,
        activated_at INTEGER NOT NULL
      ) STRICT;
      CREATE TABLE governance_samples (
        proposal TEXT NOT NULL,
        day INTEGER NOT NULL,
        at INTEGER NOT NULL,
        yes INTEGER NOT NULL,
        no INTEGER NOT NULL,
        abstain INTEGER NOT NULL,
        ready INTEGER NOT NULL,
        weight INTEGER NOT NULL,
        PRIMARY KEY (proposal, day)
      ) STRICT, WITHOUT ROWID;
    `,
  },
];
