import type { Migration } from '../../platform/sqlite.ts';

export const packagesMigrations: readonly Migration[] = [
  {
    slice: 'packages',
    version: 1,
    up: `
      -- Releases, logs, manifests, lists of tools: by the SHA-256 of their bytes.
      CREATE TABLE packages_documents (
        hash BLOB PRIMARY KEY,
        bytes BLOB NOT NULL,
        used_at INTEGER NOT NULL
      ) STRICT;
      -- The furthest that each package's publisher was heard of, so that he cannot go back.
      CREATE TABLE packages_known (
        package TEXT PRIMARY KEY,
        seq INTEGER NOT NULL,
        log BLOB,
        record BLOB NOT NULL,
        heard_at INTEGER NOT NULL,
        expires_at INTEGER NOT NULL,
        state TEXT NOT NULL CHECK (state IN ('good', 'rewritten', 'ended')),
        proof BLOB
      ) STRICT;
      -- Releases that are installed, kept or published here. 'bytes' is the signed envelope, or what stands for it where nobody signed.
      CREATE TABLE packages_releases (
        release TEXT PRIMARY KEY,
        package TEXT NOT NULL,
        version TEXT NOT NULL,
        bundle TEXT NOT NULL,
        foreign_to TEXT,
        bytes BLOB NOT NULL,
        noted_at INTEGER NOT NULL
      ) STRICT;
      CREATE INDEX packages_releases_by_package ON packages_releases (package);
      CREATE TABLE packages_bundles (
        bundle TEXT PRIMARY KEY,
        description BLOB NOT NULL,
        whole INTEGER NOT NULL,
        -- Somebody waits for it: what a crash cut off is gone on with.
        wanted INTEGER NOT NULL DEFAULT 0,
        published INTEGER NOT NULL,
        got_at INTEGER NOT NULL,
        verified_at INTEGER,
        sent_bytes INTEGER NOT NULL DEFAULT 0,
        tree TEXT
      ) STRICT;
      CREATE TABLE packages_installed (
        package TEXT PRIMARY KEY,
        server TEXT NOT NULL UNIQUE,
        generation INTEGER NOT NULL,
        policy TEXT NOT NULL,
        installed_at INTEGER NOT NULL,
        problem TEXT
      ) STRICT;
      CREATE TABLE packages_generations (
        package TEXT NOT NULL,
        generation INTEGER NOT NULL,
        at INTEGER NOT NULL,
        reason TEXT NOT NULL,
        gone_back_to INTEGER,
        release TEXT NOT NULL REFERENCES packages_releases (release),
        permissions TEXT NOT NULL,
        settings TEXT NOT NULL,
        vault TEXT NOT NULL,
        PRIMARY KEY (package, generation)
      ) STRICT, WITHOUT ROWID;
      CREATE TABLE packages_pins (
        profile TEXT NOT NULL,
        package TEXT NOT NULL,
        release TEXT NOT NULL REFERENCES packages_releases (release),
        server TEXT NOT NULL,
        PRIMARY KEY (profile, package)
      ) STRICT, WITHOUT ROWID;
    `,
  },
];
