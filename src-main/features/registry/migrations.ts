import { conflictsMigrations } from './conflicts.ts';
import { criticalMigrations } from './critical.ts';
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
  {
    slice: 'registry',
    version: 2,
    up: `
      CREATE TABLE registry_rules (
        id TEXT PRIMARY KEY,
        position INTEGER NOT NULL,
        rule TEXT NOT NULL                -- JSON
      ) STRICT;
      CREATE TABLE registry_admitted (    -- what a rule last let in
        tool TEXT PRIMARY KEY,
        fingerprint TEXT NOT NULL,
        rule TEXT NOT NULL,
        admitted_at INTEGER NOT NULL
      ) STRICT;
      CREATE TABLE registry_pins (
        tool TEXT PRIMARY KEY,
        pin TEXT NOT NULL,                -- JSON, with the tool as it was when it was pinned
        pinned_at INTEGER NOT NULL
      ) STRICT;
      CREATE TABLE registry_favourites (tool TEXT PRIMARY KEY, marked_at INTEGER NOT NULL) STRICT;
      CREATE TABLE registry_versions (
        tool TEXT NOT NULL,
        fingerprint TEXT NOT NULL,
        version TEXT NOT NULL,
        definition TEXT NOT NULL,         -- JSON
        first_seen_at INTEGER NOT NULL,
        last_seen_at INTEGER NOT NULL,
        PRIMARY KEY (tool, fingerprint)
      ) STRICT;
      CREATE TABLE registry_undo (
        undo INTEGER NOT NULL,
        tool TEXT NOT NULL,
        made TEXT NOT NULL,               -- the verdict that may be taken back
        before TEXT,                      -- the decision before it, JSON; null where there was none
        PRIMARY KEY (undo, tool)
      ) STRICT;
    `,
  },
  ...conflictsMigrations,
  ...criticalMigrations,
];
