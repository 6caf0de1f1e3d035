/** What a node takes up on its disk, by kind. */
import { readdir, stat } from 'node:fs/promises';
import { basename, join } from 'node:path';
import type { NodeStorage, StorageKind } from '#shared/features/node/upkeep.ts';
import type { DataDir } from '#main/platform/data-dir.ts';
import { freeBytes } from '#main/platform/disk.ts';
import type { Database } from '#main/platform/sqlite.ts';

/** Tables by what they hold; those that are not named are `kept`. Indexes count with their table. */
const TABLE_KINDS: Record<string, StorageKind> = {
  invocations: 'calls',
  usage_days: 'calls',
  records: 'network',
  registry_manifests: 'network',
  central_listings: 'registry',
  central_progress: 'registry',
};
/** Files and folders that are counted; a data folder holds far fewer. */
const MAX_ENTRIES = 20_000;

/** Reads every page's header once: about half a millisecond for each megabyte. */
export async function measureStorage({
  dataDir,
  db,
}: {
  dataDir: DataDir;
  db: Database;
}): Promise<NodeStorage> {
  const sizes = new Map<StorageKind, number>();
  const add = (kind: StorageKind, bytes: number) => sizes.set(kind, (sizes.get(kind) ?? 0) + bytes);
  for (const { kind, bytes } of databaseKinds(db)) add(kind, bytes);
  for (const { path, bytes } of await filesBelow(dataDir.root)) {
    const kind = kindOfFile(path, dataDir);
    if (kind) add(kind, bytes);
  }
  const free = await freeBytes(dataDir.root);
  return {
    dataDir: dataDir.root,
    items: [...sizes].map(([kind, bytes]) => ({ kind, bytes })).sort((a, b) => b.bytes - a.bytes),
    ...(free === undefined ? {} : { freeBytes: free }),
  };
}

function databaseKinds(db: Database): Array<{ kind: StorageKind; bytes: number }> {
  const rows = db
    .prepare(
      `SELECT coalesce(m.tbl_name, s.name) AS name, sum(s.pgsize) AS bytes
       FROM dbstat AS s LEFT JOIN sqlite_master AS m ON m.name = s.name WHERE s.aggregate = TRUE GROUP BY 1`,
    )
    .all() as Array<{ name: string; bytes: number }>;
  const pageBytes = db.pragma('page_size', { simple: true }) as number;
  const freePages = db.pragma('freelist_count', { simple: true }) as number;
  return [
    ...rows.map(({ name, bytes }) => ({ kind: TABLE_KINDS[name] ?? 'kept', bytes })),
    { kind: 'free', bytes: freePages * pageBytes },
  ];
}

/** The database itself is told apart by its tables. */
function kindOfFile(path: string, { blobsDir, databaseFile, logDir }: DataDir): StorageKind | undefined {
  if (path === databaseFile) return undefined;
  if (path.startsWith(join(logDir, '/'))) return 'log';
  if (path.startsWith(join(blobsDir, '/'))) return 'blobs';
  if (basename(path).startsWith(`${basename(databaseFile)}.before`)) return 'copies';
  return 'other';
}

async function filesBelow(root: string): Promise<Array<{ path: string; bytes: number }>> {
  const entries = await readdir(root, { recursive: true, withFileTypes: true });
  const paths = entries
    .filter((entry) => entry.isFile())
    .slice(0, MAX_ENTRIES)
    .map((entry) => join(entry.parentPath, entry.name));
  const sizes = await Promise.all(paths.map(sizeOf));
  return paths.map((path, index) => ({ path, bytes: sizes[index] ?? 0 }));
}

/** A file may go while it is looked at; then it takes up nothing. */
const sizeOf = (path: string): Promise<number> =>
  stat(path).then(
    ({ size }) => size,
    () => 0,
  );
