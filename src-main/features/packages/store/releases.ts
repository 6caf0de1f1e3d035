/** Releases that are installed, kept or published here. Their records lie here whole: going back needs no network. */
import { bundleId, type BundleId } from '#shared/features/packages/bundle.ts';
import {
  type PackageId,
  type Release,
  type ReleaseId,
  releaseId,
  releaseSchema,
} from '#shared/features/packages/release.ts';
import { type CborValue, decodeCbor, encodeCbor } from '#shared/kernel/canonical.ts';
import { payloadOf } from '#shared/kernel/envelope.ts';
import type { Database } from '../../../platform/sqlite.ts';

/** Where a package is from that nobody of the network signed. */
export type ForeignOrigin = 'file' | 'npm' | 'pypi' | 'mcpb';

export interface KeptRelease {
  id: ReleaseId;
  package: PackageId;
  release: Release;
  bundle: BundleId;
  foreign: ForeignOrigin | undefined;
  notedAt: number;
}

export interface Releases {
  get(id: ReleaseId): KeptRelease | undefined;
  ofPackage(id: PackageId): KeptRelease[];
  all(): KeptRelease[];
  /** Keeps a signed release whose envelope was verified. */
  note(id: PackageId, envelope: Uint8Array, at: number): ReleaseId;
  /** Keeps what stands for a release where nobody signed: the same facts, by their hash. */
  noteForeign(id: PackageId, release: Release, origin: ForeignOrigin, at: number): ReleaseId;
  remove(id: ReleaseId): void;
}

interface Row {
  release: string;
  package: string;
  bundle: string;
  foreign_to: ForeignOrigin | null;
  bytes: Uint8Array;
  noted_at: number;
}

export function createReleases(db: Database): Releases {
  const sql = {
    get: db.prepare('SELECT * FROM packages_releases WHERE release = ?'),
    ofPackage: db.prepare('SELECT * FROM packages_releases WHERE package = ? ORDER BY noted_at, release'),
    all: db.prepare('SELECT * FROM packages_releases ORDER BY noted_at, release'),
    put: db.prepare(
      `INSERT OR IGNORE INTO packages_releases (release, package, version, bundle, foreign_to, bytes, noted_at)
       VALUES (?, ?, ?, ?, ?, ?, ?)`,
    ),
    remove: db.prepare('DELETE FROM packages_releases WHERE release = ?'),
  };

  function put(id: PackageId, release: Release, bytes: Uint8Array, origin: ForeignOrigin | null, at: number) {
    const key = releaseId(bytes);
    sql.put.run(key, id, release.version, bundleId(release.bundle), origin, bytes, at);
    return key;
  }

  return {
    get(id) {
      const row = sql.get.get(id) as Row | undefined;
      return row && fromRow(row);
    },
    ofPackage: (id) => (sql.ofPackage.all(id) as Row[]).map(fromRow),
    all: () => (sql.all.all() as Row[]).map(fromRow),
    note: (id, envelope, at) => put(id, releaseSchema.parse(payloadOf(envelope)), envelope, null, at),
    noteForeign: (id, release, origin, at) =>
      put(id, release, encodeCbor(release as unknown as CborValue), origin, at),
    remove: (id) => void sql.remove.run(id),
  };
}

function fromRow(row: Row): KeptRelease {
  const bytes = new Uint8Array(row.bytes);
  return {
    id: row.release,
    package: row.package,
    release: releaseSchema.parse(row.foreign_to === null ? payloadOf(bytes) : decodeCbor(bytes)),
    bundle: row.bundle,
    foreign: row.foreign_to ?? undefined,
    notedAt: row.noted_at,
  };
}
