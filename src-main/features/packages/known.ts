/** The furthest that each publisher was heard of, on disk: nobody is led back behind it, not even by a restart. */
import { type PackageId, packageId } from '#shared/features/packages/release.ts';
import type { Database } from '../../platform/sqlite.ts';

export type PackageState = 'good' | 'rewritten' | 'ended';

export interface KnownPackage {
  package: PackageId;
  seq: number;
  /** Hash of the log in force; absent where none was fetched yet. */
  log: Uint8Array | undefined;
  /** The envelope of the record that named it. */
  record: Uint8Array;
  /** When its publisher signed the newest record. */
  heardAt: number;
  expiresAt: number;
  state: PackageState;
  /** A record that contradicts the one in force. */
  proof: Uint8Array | undefined;
}

export interface KnownPackages {
  get(id: PackageId): KnownPackage | undefined;
  all(): KnownPackage[];
  set(known: KnownPackage): void;
  forget(id: PackageId): void;
  /** A publisher replaced his key. */
  follow(from: string, to: string): void;
}

interface Row {
  package: string;
  seq: number;
  log: Uint8Array | null;
  record: Uint8Array;
  heard_at: number;
  expires_at: number;
  state: PackageState;
  proof: Uint8Array | null;
}

export function createKnownPackages(db: Database): KnownPackages {
  const sql = {
    get: db.prepare('SELECT * FROM packages_known WHERE package = ?'),
    all: db.prepare('SELECT * FROM packages_known ORDER BY package'),
    set: db.prepare(
      `INSERT OR REPLACE INTO packages_known (package, seq, log, record, heard_at, expires_at, state, proof)
       VALUES (@package, @seq, @log, @record, @heardAt, @expiresAt, @state, @proof)`,
    ),
    remove: db.prepare('DELETE FROM packages_known WHERE package = ?'),
    rename: db.prepare('UPDATE OR IGNORE packages_known SET package = ? WHERE package = ?'),
  };
  const all = () => (sql.all.all() as Row[]).map(fromRow);
  return {
    get(id) {
      const row = sql.get.get(id) as Row | undefined;
      return row && fromRow(row);
    },
    all,
    set: (known) => void sql.set.run({ ...known, log: known.log ?? null, proof: known.proof ?? null }),
    forget: (id) => void sql.remove.run(id),
    follow(from, to) {
      for (const { package: id } of all())
        if (id.startsWith(`${from}/`)) sql.rename.run(packageId(to, id.slice(from.length + 1)), id);
    },
  };
}

const fromRow = (row: Row): KnownPackage => ({
  package: row.package,
  seq: row.seq,
  log: row.log ? new Uint8Array(row.log) : undefined,
  record: new Uint8Array(row.record),
  heardAt: row.heard_at,
  expiresAt: row.expires_at,
  state: row.state,
  proof: row.proof ? new Uint8Array(row.proof) : undefined,
});
