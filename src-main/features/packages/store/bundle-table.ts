/** What is known of bundles that lie here, whole or in part. */
import { type Bundle, type BundleId, bundleId, bundleSchema } from '#shared/features/packages/bundle.ts';
import { decodeCbor, encodeCbor } from '#shared/kernel/canonical.ts';
import type { Database } from '../../../platform/sqlite.ts';
import type { TreeFile } from '../archive/unpack.ts';

export interface BundleRow {
  id: BundleId;
  bundle: Bundle;
  whole: boolean;
  /** Somebody waits for it. */
  wanted: boolean;
  published: boolean;
  gotAt: number;
  verifiedAt: number | undefined;
  sentBytes: number;
  /** The files of its unpacked folder; absent where it is not unpacked. */
  tree: TreeFile[] | undefined;
}

export interface BundleTable {
  get(id: BundleId): BundleRow | undefined;
  all(): BundleRow[];
  /** Notes a bundle that is not there yet. */
  note(bundle: Bundle, at: number): BundleId;
  setWhole(id: BundleId, whole: boolean, at: number): void;
  setWanted(id: BundleId, wanted: boolean): void;
  setPublished(id: BundleId): void;
  setTree(id: BundleId, tree: TreeFile[] | undefined): void;
  verified(id: BundleId, at: number): void;
  sent(id: BundleId, bytes: number): void;
  remove(id: BundleId): void;
}

interface Row {
  bundle: string;
  description: Uint8Array;
  whole: number;
  wanted: number;
  published: number;
  got_at: number;
  verified_at: number | null;
  sent_bytes: number;
  tree: string | null;
}

export function createBundleTable(db: Database): BundleTable {
  const sql = {
    get: db.prepare('SELECT * FROM packages_bundles WHERE bundle = ?'),
    all: db.prepare('SELECT * FROM packages_bundles ORDER BY got_at, bundle'),
    note: db.prepare(
      'INSERT OR IGNORE INTO packages_bundles (bundle, description, whole, published, got_at) VALUES (?, ?, 0, 0, ?)',
    ),
    whole: db.prepare(
      'UPDATE packages_bundles SET whole = ?, got_at = ?, verified_at = NULL WHERE bundle = ?',
    ),
    wanted: db.prepare('UPDATE packages_bundles SET wanted = ? WHERE bundle = ?'),
    published: db.prepare('UPDATE packages_bundles SET published = 1 WHERE bundle = ?'),
    tree: db.prepare('UPDATE packages_bundles SET tree = ? WHERE bundle = ?'),
    verified: db.prepare('UPDATE packages_bundles SET verified_at = ? WHERE bundle = ?'),
    sent: db.prepare('UPDATE packages_bundles SET sent_bytes = sent_bytes + ? WHERE bundle = ?'),
    remove: db.prepare('DELETE FROM packages_bundles WHERE bundle = ?'),
  };
  return {
    get(id) {
      const row = sql.get.get(id) as Row | undefined;
      return row && fromRow(row);
    },
    all: () => (sql.all.all() as Row[]).map(fromRow),
    note(bundle, at) {
      const id = bundleId(bundle);
      sql.note.run(id, encodeCbor(bundle), at);
      return id;
    },
    setWhole: (id, whole, at) => void sql.whole.run(Number(whole), at, id),
    setWanted: (id, wanted) => void sql.wanted.run(Number(wanted), id),
    setPublished: (id) => void sql.published.run(id),
    setTree: (id, tree) => void sql.tree.run(tree ? JSON.stringify(tree) : null, id),
    verified: (id, at) => void sql.verified.run(at, id),
    sent: (id, bytes) => void sql.sent.run(bytes, id),
    remove: (id) => void sql.remove.run(id),
  };
}

const fromRow = (row: Row): BundleRow => ({
  id: row.bundle,
  bundle: bundleSchema.parse(decodeCbor(new Uint8Array(row.description))),
  whole: row.whole === 1,
  wanted: row.wanted === 1,
  published: row.published === 1,
  gotAt: row.got_at,
  verifiedAt: row.verified_at ?? undefined,
  sentBytes: row.sent_bytes,
  tree: row.tree === null ? undefined : (JSON.parse(row.tree) as TreeFile[]),
});
