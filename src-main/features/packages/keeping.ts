/** What is kept of packages, and for how long: the current version, those before it, what is pinned, what is published. */
import type { BundleId } from '#shared/features/packages/bundle.ts';
import type { PackageId } from '#shared/features/packages/release.ts';
import type { Clock } from '#shared/kernel/clock.ts';
import type { Log } from '../../platform/log.ts';
import type { Generations } from './install/generations.ts';
import type { BundleTable } from './store/bundle-table.ts';
import type { Bundles } from './store/bundles.ts';
import type { Releases } from './store/releases.ts';

export interface KeepingDeps {
  clock: Clock;
  log: Log;
  bundles: Bundles;
  table: BundleTable;
  releases: Releases;
  generations: Generations;
  /** Earlier versions of each package that stay, beside the current one. */
  keepVersions(): number;
  /** Fetches what a damaged bundle lacks. */
  mend(bundle: BundleId, signal: AbortSignal): Promise<void>;
}

export interface Keeping {
  /** Removes what nothing needs. */
  tidy(): Promise<void>;
  /** Reads everything, and mends what is damaged. */
  verify(signal: AbortSignal): Promise<{ checked: number; mended: number; damaged: string[] }>;
  /** The bundle that was verified longest ago; for a round in the background. */
  verifyNext(signal: AbortSignal): Promise<void>;
}

/** What came lately may be about to be used. */
const GRACE_MS = 3_600_000;
/** In the background each bundle is read this often. */
const VERIFY_EVERY_MS = 24 * 3_600_000;

export function createKeeping(deps: KeepingDeps): Keeping {
  const { bundles, clock, generations, log, releases, table } = deps;

  /** Bundles of the current state, of those before it, and of pins. */
  function keptOf(id: PackageId): Set<BundleId> {
    const current = generations.current(id);
    const recent: string[] = current ? [current.release] : [];
    for (const { release } of generations.history(id))
      if (!recent.includes(release) && recent.length <= deps.keepVersions()) recent.push(release);
    const wanted = [...recent, ...generations.pins(id).map(({ release }) => release)];
    return new Set(wanted.flatMap((release) => releases.get(release)?.bundle ?? []));
  }

  async function tidy(): Promise<void> {
    const kept = new Set(generations.installed().flatMap(({ package: id }) => [...keptOf(id)]));
    const known = new Set(releases.all().map(({ bundle }) => bundle));
    for (const { gotAt, id, published, whole } of table.all()) {
      // What is being fetched belongs to somebody who waits for it.
      if (published || kept.has(id) || (!whole && known.has(id)) || gotAt > clock.now() - GRACE_MS) continue;
      await bundles.remove(id);
    }
    const used = generations.releasesInUse();
    for (const { bundle, id } of releases.all())
      if (!used.has(id) && table.get(bundle) === undefined) releases.remove(id);
  }

  /** Whether it is whole again. */
  async function mend(id: BundleId, hadTree: boolean, signal: AbortSignal): Promise<boolean> {
    try {
      if (!bundles.isWhole(id)) await deps.mend(id, signal);
      if (hadTree) await bundles.unpacked(id, signal);
      return true;
    } catch (error) {
      signal.throwIfAborted();
      log.warn({ bundle: id, error: String(error) }, 'a damaged package could not be mended yet');
      return false;
    }
  }

  async function verifyOne(id: BundleId, signal: AbortSignal): Promise<'good' | 'mended' | 'damaged'> {
    const hadTree = table.get(id)?.tree !== undefined;
    if ((await bundles.verify(id, signal)) === 'good') return 'good';
    log.warn({ bundle: id }, 'a package on the disk was damaged');
    return (await mend(id, hadTree, signal)) ? 'mended' : 'damaged';
  }

  return {
    tidy,
    async verify(signal) {
      const damaged: string[] = [];
      let checked = 0;
      let mended = 0;
      for (const { id, tree, whole } of table.all()) {
        if (!whole && !tree) continue;
        const outcome = await verifyOne(id, signal);
        checked += 1;
        if (outcome === 'mended') mended += 1;
        if (outcome === 'damaged') damaged.push(id);
      }
      return { checked, mended, damaged };
    },
    async verifyNext(signal) {
      const [due] = table
        .all()
        .filter(({ tree, whole }) => whole || tree)
        .filter(({ gotAt, verifiedAt }) => clock.now() - (verifiedAt ?? gotAt) > VERIFY_EVERY_MS)
        .sort((a, b) => (a.verifiedAt ?? a.gotAt) - (b.verifiedAt ?? b.gotAt));
      if (due) await verifyOne(due.id, signal);
    },
  };
}
