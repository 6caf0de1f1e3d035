/**
 * Bundles in the store: fetched, unpacked, verified, mended, removed. Each step writes what can be found again before it
 * notes it, and forgets before it removes; so a kill at any moment leaves either the old state or the new, and litter
 * that `recover` finds.
 */
import { createHash } from 'node:crypto';
import { existsSync } from 'node:fs';
import { open, readdir, readFile, rename, rm, stat } from 'node:fs/promises';
import { join } from 'node:path';
import { type Bundle, type BundleId, bundleId, pieceLength } from '#shared/features/packages/bundle.ts';
import type { Clock } from '#shared/kernel/clock.ts';
import { AppError } from '#shared/kernel/errors.ts';
import { describeFileError, syncDirectory } from '#main/platform/files.ts';
import { type TreeFile, unpack } from '../archive/unpack.ts';
import { goodPieces, openBundleFile } from '../transfer/bundle-file.ts';
import { download, type DownloadDeps, type DownloadOptions } from '../transfer/download.ts';
import type { Offered } from '../transfer/serving.ts';
import type { BundleRow, BundleTable } from './bundle-table.ts';
import type { Places } from './places.ts';

/** What was begun and not finished is kept so long, to go on with. */
const KEEP_PARTIAL_MS = 7 * 24 * 3_600_000;
/** Left free on the disk beside what is fetched and unpacked. */
const SPARE_BYTES = 64 << 20;

export interface Bundles {
  isWhole(id: BundleId): boolean;
  /** Bytes that are still to be fetched. */
  missing(bundle: Bundle): Promise<number>;
  /** Fetches what is not there. Rejects as {@link download} does, or with `packages.no_space`. */
  fetch(bundle: Bundle, options: DownloadOptions): Promise<void>;
  /** Takes a file that was made here into the store; the file is moved. */
  adopt(path: string, bundle: Bundle): Promise<BundleId>;
  /** The folder of an unpacked bundle, which is unpacked where it is not. Throws `packages.hostile_archive`. */
  unpacked(id: BundleId, signal: AbortSignal): Promise<string>;
  /** What may be given away of it. */
  offered(id: BundleId): Offered | undefined;
  /** Reads everything again. What is damaged is not used any more until it is mended. */
  verify(id: BundleId, signal: AbortSignal): Promise<'good' | 'damaged'>;
  /** Removes it with its folder. */
  remove(id: BundleId): Promise<void>;
  /** After a start, before anything else: litter goes, and notes that are not true any more. */
  recover(): Promise<void>;
}

export interface BundlesDeps {
  clock: Clock;
  places: Places;
  table: BundleTable;
  download: DownloadDeps;
  freeBytes(path: string): Promise<number | undefined>;
  /** Aborts when the node stops. */
  stopping: AbortSignal;
}

export function createBundles(deps: BundlesDeps): Bundles {
  const { clock, places, table } = deps;
  const fetching = new Map<BundleId, Promise<void>>();
  const unpacking = new Map<BundleId, Promise<string>>();
  /** Bundles that are being fetched, and may be given away as far as they came. */
  const partial = new Map<BundleId, Offered>();

  async function refuseWithoutSpace(bytes: number): Promise<void> {
    const free = await deps.freeBytes(places.bundles);
    if (free !== undefined && free < bytes + SPARE_BYTES) throw noSpace(bytes, free);
  }

  async function fetchOnce(bundle: Bundle, options: DownloadOptions): Promise<void> {
    const id = table.note(bundle, clock.now());
    if (table.get(id)?.whole) return;
    table.setWanted(id, true);
    const file = await openBundleFile(places.part(id), bundle, options.signal);
    try {
      const there = bundle.pieces.reduce(
        (sum, _, at) => sum + (file.has(at) ? pieceLength(bundle, at) : 0),
        0,
      );
      await refuseWithoutSpace(bundle.size - there);
      partial.set(id, { bundle, path: places.part(id), has: file.has });
      await download(deps.download, bundle, file, options);
      await file.sync();
    } catch (error) {
      // Called off, or impossible for now: whoever wants it asks again. What a stop or a kill cuts off is gone on with.
      if (!deps.stopping.aborted) table.setWanted(id, false);
      throw error;
    } finally {
      partial.delete(id);
      await file.close();
    }
    await keep(id, places.part(id));
  }

  /** The bytes are on the disk and good: they become the bundle. */
  async function keep(id: BundleId, from: string): Promise<void> {
    await rename(from, places.bundle(id)).catch(inOurWords(from));
    syncDirectory(places.bundles);
    table.setWhole(id, true, clock.now());
    table.setWanted(id, false);
  }

  async function unpackOnce(id: BundleId, signal: AbortSignal): Promise<string> {
    const row = table.get(id);
    if (!row?.whole) throw notThere();
    const staged = places.stage();
    let tree: TreeFile[];
    try {
      tree = await unpack(places.bundle(id), staged, signal);
    } catch (error) {
      throw describeFileError(error, places.staging);
    }
    await rm(places.version(id), { recursive: true, force: true });
    await rename(staged, places.version(id));
    syncDirectory(places.versions);
    table.setTree(id, tree);
    return places.version(id);
  }

  /** Runs `work` for a bundle once at a time; others who ask meanwhile wait for the same. */
  function once<T>(running: Map<BundleId, Promise<T>>, id: BundleId, work: () => Promise<T>): Promise<T> {
    const known = running.get(id);
    if (known) return known;
    const promise = work().finally(() => running.delete(id));
    running.set(id, promise);
    return promise;
  }

  async function isTreeGood(row: BundleRow, signal: AbortSignal): Promise<boolean> {
    for (const file of row.tree ?? []) {
      signal.throwIfAborted();
      if (!(await isFileGood(places.version(row.id), file))) return false;
    }
    return true;
  }

  async function isBundleGood({ bundle, id }: BundleRow, signal: AbortSignal): Promise<boolean> {
    const file = await open(places.bundle(id), 'r').catch(() => undefined); // gone is as bad as damaged
    if (!file) return false;
    try {
      const { size } = await file.stat();
      return size === bundle.size && (await goodPieces(file, bundle, signal)).every(Boolean);
    } finally {
      await file.close();
    }
  }

  /** What is good of it is found again when it is fetched. */
  async function demote(id: BundleId): Promise<void> {
    table.setWhole(id, false, clock.now());
    if (existsSync(places.bundle(id))) await rename(places.bundle(id), places.part(id));
  }

  async function removeTree(id: BundleId): Promise<void> {
    table.setTree(id, undefined);
    await rm(places.version(id), { recursive: true, force: true });
  }

  async function recoverRow({ gotAt, id, tree, whole }: BundleRow): Promise<void> {
    if (!whole && existsSync(places.bundle(id))) await rename(places.bundle(id), places.part(id));
    if (whole && !existsSync(places.bundle(id))) table.setWhole(id, false, clock.now());
    if (tree && !existsSync(places.version(id))) table.setTree(id, undefined);
    if (!whole && tree === undefined && gotAt < clock.now() - KEEP_PARTIAL_MS) table.remove(id);
  }

  async function sweep(folder: string, isKnown: (name: string) => boolean): Promise<void> {
    for (const name of await readdir(folder))
      if (!isKnown(name)) await rm(join(folder, name), { recursive: true, force: true });
  }

  return {
    isWhole: (id) => table.get(id)?.whole === true,
    async missing(bundle) {
      const id = bundleId(bundle);
      if (table.get(id)?.whole) return 0;
      const part = await stat(places.part(id)).catch(() => undefined); // nothing was begun
      return part ? Math.max(0, bundle.size - part.size) : bundle.size;
    },
    fetch: (bundle, options) => once(fetching, bundleId(bundle), () => fetchOnce(bundle, options)),
    async adopt(path, bundle) {
      const id = table.note(bundle, clock.now());
      if (table.get(id)?.whole) await rm(path, { force: true });
      else await keep(id, path);
      return id;
    },
    unpacked(id, signal) {
      const row = table.get(id);
      if (row?.tree && existsSync(places.version(id))) return Promise.resolve(places.version(id));
      return once(unpacking, id, () => unpackOnce(id, signal));
    },
    offered(id) {
      const row = table.get(id);
      if (!row?.whole) return partial.get(id);
      return { bundle: row.bundle, path: places.bundle(id), has: () => true };
    },
    async verify(id, signal) {
      const row = table.get(id);
      if (!row) return 'good';
      const wholeIsGood = row.whole && (await isBundleGood(row, signal));
      const treeIsGood = await isTreeGood(row, signal);
      if (row.whole && !wholeIsGood) await demote(id);
      if (!treeIsGood) await removeTree(id);
      if (wholeIsGood && treeIsGood) table.verified(id, clock.now());
      return wholeIsGood && treeIsGood ? 'good' : 'damaged';
    },
    async remove(id) {
      table.remove(id);
      for (const path of [places.version(id), places.bundle(id), places.part(id)])
        await rm(path, { recursive: true, force: true });
    },
    async recover() {
      await sweep(places.staging, () => false);
      for (const row of table.all()) await recoverRow(row);
      const rows = new Map(table.all().map((row) => [row.id, row]));
      await sweep(places.bundles, (name) => rows.get(name)?.whole === true);
      await sweep(places.partial, (name) => rows.get(name)?.whole === false);
      await sweep(places.versions, (name) => rows.get(name)?.tree !== undefined);
    },
  };
}

async function isFileGood(root: string, { path, sha256, size }: TreeFile): Promise<boolean> {
  const bytes = await readFile(join(root, path)).catch(() => undefined); // gone is as bad as damaged
  return bytes?.length === size && createHash('sha256').update(bytes).digest('hex') === sha256;
}

const inOurWords =
  (path: string) =>
  (error: unknown): never => {
    throw describeFileError(error, path);
  };

const notThere = (): AppError =>
  new AppError('packages.not_kept', 'The bytes of this version are not kept here.', {
    advice: 'Install it again while somebody who has it is connected.',
  });

const noSpace = (needed: number, free: number): AppError =>
  new AppError('packages.no_space', 'There is not enough room on the disk for this package.', {
    advice: 'Free some space, then try again; what was fetched already is kept.',
    retryable: true,
    details: { needed, free },
  });
