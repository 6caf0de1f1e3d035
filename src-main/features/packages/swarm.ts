/** Bundles and peers: what is fetched from them, what is given to them, and how they find each other. */
import { type Bundle, type BundleId, bundleCid, bundleId } from '#shared/features/packages/bundle.ts';
import { encodeBitmap } from '#shared/features/packages/messages.ts';
import type { PackageTransfer } from '#shared/features/packages/views.ts';
import { toBase64Url } from '#shared/kernel/bytes.ts';
import type { Clock, Timer } from '#shared/kernel/clock.ts';
import { type Closeable, createDisposableStore } from '#shared/kernel/disposables.ts';
import { createEmitter, type EventSource } from '#shared/kernel/events.ts';
import { type NetworkId, type PeerId, PUBLIC_NETWORK } from '#shared/kernel/ids.ts';
import type { Random } from '#shared/kernel/random.ts';
import type { Log } from '../../platform/log.ts';
import type { Network, PeerInfo } from '../p2p/index.ts';
import { createAnnouncer, packageKey } from '../registry/index.ts';
import type { BundleRow, BundleTable } from './store/bundle-table.ts';
import type { Bundles } from './store/bundles.ts';
import { createBans } from './transfer/bans.ts';
import type { DownloadDeps, DownloadProgress } from './transfer/download.ts';
import { createPacer, type Pacer } from './transfer/pacer.ts';
import { type Offered, servePieces } from './transfer/serving.ts';

/** Peers that the distributed index is asked for. */
const MAX_FOUND = 20;
/** Over so long a rate is measured. */
const RATE_MS = 5_000;
/** A transfer that moved nothing for so long is shown as stalled, and one of giving as done. */
const STALLED_MS = 15_000;
/** While something moves, this often it is told anew how fast: that it slows down or stalls is no event of its own. */
const TOLD_MS = 2_000;
/** Transfers that are shown after they ended. */
const MAX_SHOWN = 20;

/** Whether bundles that others published are given away. */
export interface SeedPolicy {
  /** `own`: only what this node publishes. */
  mode: 'own' | 'ratio' | 'time' | 'always';
  /** Bytes given for each byte that was fetched. */
  ratio: number;
  hours: number;
}

export interface SwarmDeps {
  clock: Clock;
  random: Random;
  log: Log;
  network: Network;
  table: BundleTable;
}

export interface SwarmOptions {
  /** Bytes a second; 0: no limit. */
  maxDownload(): number;
  maxUpload(): number;
  seed(): SeedPolicy;
  /** The networks in which a bundle may be handed on. */
  networksOf(bundle: BundleId): readonly NetworkId[];
  /** What a bundle is, to people. */
  nameOf(bundle: BundleId): { id: string; version: string } | undefined;
}

export interface Swarm extends EventSource<{ changed: object; damaged: { bundle: BundleId } }> {
  /** For the store, which fetches. */
  readonly downloads: DownloadDeps;
  start(bundles: Bundles): Closeable;
  /** What is to be found by others changed. */
  refresh(): void;
  /** Notes how far a fetch is; undefined: it ended. */
  note(bundle: Bundle, progress: DownloadProgress | undefined): void;
  transfers(): PackageTransfer[];
}

interface Moving {
  bundle: Bundle;
  direction: 'fetch' | 'seed';
  progress: DownloadProgress | undefined;
  bytes: number;
  peers: Map<PeerId, number>;
  movedAt: number;
  /** Bytes at moments within the last seconds, oldest first. */
  samples: Array<{ at: number; bytes: number }>;
  done: boolean;
}

export function createSwarm(deps: SwarmDeps, options: SwarmOptions): Swarm {
  const { clock, log, network, table } = deps;
  const events = createEmitter<{ changed: object; damaged: { bundle: BundleId } }>((error) =>
    log.error({ err: error }, 'a listener failed'),
  );
  const bans = createBans(clock);
  const down: Pacer = createPacer(clock, options.maxDownload);
  const up: Pacer = createPacer(clock, options.maxUpload);
  const moving = new Map<string, Moving>();
  let telling: Timer | undefined;
  const announcer = createAnnouncer(deps, () =>
    table
      .all()
      .filter((row) => row.whole && mayGive(row))
      .flatMap(({ id }) =>
        options.networksOf(id).map((through) => ({ key: packageKey(id), network: through })),
      ),
  );

  function mayGive({ bundle, gotAt, published, sentBytes }: BundleRow): boolean {
    const { hours, mode, ratio } = options.seed();
    if (published || mode === 'always') return true;
    if (mode === 'ratio') return sentBytes < ratio * bundle.size;
    return mode === 'time' && clock.now() - gotAt < hours * 3_600_000;
  }

  function offeredTo(bundles: Bundles, id: BundleId, peer: PeerInfo): Offered | undefined {
    const row = table.get(id);
    if (!row || !options.networksOf(id).includes(peer.network) || !mayGive(row)) return undefined;
    return bundles.offered(id);
  }

  async function* seek(bundle: Bundle, signal: AbortSignal): AsyncIterable<PeerId> {
    const id = bundleId(bundle);
    for (const through of options.networksOf(id).length > 0 ? options.networksOf(id) : [PUBLIC_NETWORK])
      for await (const peer of network.find(packageKey(id), { limit: MAX_FOUND, signal, network: through })) {
        if (peer === network.peerId || bans.has(peer)) continue;
        const isThere = await network.dial(peer, signal).then(
          () => true,
          (error: unknown) => {
            log.debug({ peer, error: String(error) }, 'who is said to have a bundle cannot be reached');
            return false;
          },
        );
        if (isThere) yield peer;
      }
  }

  function entry(bundle: Bundle, direction: Moving['direction']): Moving {
    const key = `${direction}/${bundleId(bundle)}`;
    const known = moving.get(key);
    if (known) return known;
    const made: Moving = {
      ...{ bundle, direction, progress: undefined, bytes: 0, peers: new Map<PeerId, number>() },
      ...{ movedAt: clock.monotonic(), samples: [], done: false },
    };
    moving.set(key, made);
    const ended = [...moving].filter(([, one]) => one.done);
    for (const [old] of ended.slice(0, Math.max(0, moving.size - MAX_SHOWN))) moving.delete(old);
    return made;
  }

  function moved(one: Moving, bytes: number): void {
    const at = clock.monotonic();
    if (bytes !== one.bytes) one.movedAt = at;
    one.bytes = bytes;
    one.samples = [...one.samples.filter((sample) => at - sample.at < RATE_MS), { at, bytes }];
    events.emit('changed', {});
    tellAgain();
  }

  const isMoving = ({ done, movedAt }: Moving): boolean => !done && clock.monotonic() - movedAt <= STALLED_MS;

  /** Until everything has ended or stalled, which is told as well. */
  function tellAgain(): void {
    telling?.cancel();
    telling = clock.after(TOLD_MS, () => {
      events.emit('changed', {});
      if ([...moving.values()].some(isMoving)) tellAgain();
    });
  }

  function onSent(id: BundleId, { peerId }: PeerInfo, bytes: number): void {
    table.sent(id, bytes);
    const row = table.get(id);
    if (!row) return;
    const one = entry(row.bundle, 'seed');
    one.done = false;
    one.peers.set(peerId, (one.peers.get(peerId) ?? 0) + bytes);
    moved(one, one.bytes + bytes);
  }

  function viewOf(one: Moving): PackageTransfer[] {
    const name = options.nameOf(bundleId(one.bundle));
    if (!name) return [];
    const { bundle, bytes, direction, peers, progress } = one;
    const isQuiet = !isMoving(one);
    const quiet = direction === 'seed' ? ('done' as const) : ('stalled' as const);
    return [
      {
        cid: bundleCid(bundle),
        ...name,
        direction,
        state: one.done ? 'done' : isQuiet ? quiet : 'active',
        bytes,
        total: bundle.size,
        rate: one.done || isQuiet ? 0 : rateOf(one, clock.monotonic()),
        pieces: bundle.pieces.length,
        have: toBase64Url(
          encodeBitmap(
            (piece) => direction === 'seed' || one.done || progress?.have(piece) === true,
            bundle.pieces.length,
          ),
        ),
        peers:
          direction === 'fetch'
            ? (progress?.peers ?? []).map(({ bytes: got, inFlight, peer, state }) => ({
                peer,
                bytes: got,
                inFlight,
                state,
              }))
            : [...peers].map(([peer, sent]) => ({
                peer,
                bytes: sent,
                inFlight: 0,
                state: 'active' as const,
              })),
      },
    ];
  }

  return {
    on: events.on,
    downloads: { ...deps, bans, pacer: down, seek },
    start(bundles) {
      const owned = createDisposableStore();
      owned.add(announcer.start());
      owned.add({ close: () => telling?.cancel() });
      owned.add(
        servePieces({
          network,
          pacer: up,
          offered: (id, peer) => offeredTo(bundles, id, peer),
          onSent,
          onDamaged(id) {
            log.warn({ bundle: id }, 'a bundle on the disk is damaged');
            events.emit('damaged', { bundle: id });
          },
        }),
      );
      return owned;
    },
    refresh: announcer.refresh,
    note(bundle, progress) {
      const one = entry(bundle, 'fetch');
      one.done = progress === undefined;
      if (progress) one.progress = progress;
      moved(one, progress?.bytes ?? one.bytes);
      if (one.done) announcer.refresh();
    },
    transfers: () => [...moving.values()].flatMap(viewOf),
  };
}

/** Bytes a second over the last seconds. */
function rateOf({ bytes, samples }: Moving, now: number): number {
  const [first] = samples;
  if (!first || now <= first.at) return 0;
  return Math.round(((bytes - first.bytes) * 1_000) / (now - first.at));
}
