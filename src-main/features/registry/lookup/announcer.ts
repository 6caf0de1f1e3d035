/**
 * Tells the distributed index under which keys this node is found: those of its public entries, at once when they change
 * and again from time to time. What fails is counted, logged and tried again later; nothing here fails in silence.
 */
import { toHex } from '#shared/kernel/bytes.ts';
import type { NetworkId } from '#shared/kernel/ids.ts';
import type { Clock, Timer } from '#shared/kernel/clock.ts';
import { type Closeable, createDisposableStore } from '#shared/kernel/disposables.ts';
import { jitter, type Random } from '#shared/kernel/random.ts';
import type { Log } from '../../../platform/log.ts';
import type { Network } from '../../p2p/index.ts';
import { within } from './flow.ts';

/** Keys told at a time, and the pause before the next: a few hundred keys must not crowd out calls. */
const PARALLEL = 2;
const PAUSE_MS = 200;
const PROVIDE_MS = 60_000;
/** Nodes keep what they are told for 48 hours; told again at a quarter of it, a key survives what nodes come and go. */
const AGAIN_MS = 12 * 3_600_000;
/** After a failure: this long, doubled each time. */
const FIRST_RETRY_MS = 2000;
const LAST_RETRY_MS = 10 * 60_000;
/** A new neighbour is given this long to be known to the index as well. */
const SETTLE_MS = 500;
/** Keys of one node: 120 servers with all their capabilities. */
export const MAX_KEYS = 2048;

export interface AnnouncerCounts {
  /** Keys that others should find this node by. */
  keys: number;
  /** Of these, told by now. */
  told: number;
  /** Attempts that failed since the start. */
  failed: number;
  /** Keys that found no room in {@link MAX_KEYS}. */
  leftOut: number;
}

export interface Announcer {
  start(): Closeable;
  /** Reads anew what is wanted: new keys are told, and others no more. */
  refresh(): void;
  counts(): AnnouncerCounts;
}

/** A key, and the network whose index is told of it. */
export interface Wanted {
  key: Uint8Array;
  network: NetworkId;
}

interface Told extends Wanted {
  /** Monotonic ms of the next attempt. */
  dueAt: number;
  failures: number;
  isTold: boolean;
  isRunning: boolean;
}

/** @param wanted the keys as they should be now. */
export function createAnnouncer(
  deps: { network: Network; clock: Clock; random: Random; log: Log },
  wanted: () => Wanted[],
): Announcer {
  const { clock, log, network, random } = deps;
  const keys = new Map<string, Told>();
  const stop = new AbortController();
  let isStarted = false;
  let running = 0;
  let failed = 0;
  let leftOut = 0;
  let lastAt = Number.NEGATIVE_INFINITY;
  let timer: Timer | undefined;

  function refresh(): void {
    if (!isStarted) return;
    const now = new Map(wanted().map((one) => [`${one.network}/${toHex(one.key)}`, one]));
    for (const [id, told] of keys) if (!now.has(id)) drop(id, told);
    leftOut = 0;
    for (const [id, one] of now) {
      if (keys.has(id)) continue;
      if (keys.size >= MAX_KEYS) leftOut++;
      else keys.set(id, { ...one, dueAt: clock.monotonic(), failures: 0, isTold: false, isRunning: false });
    }
    if (leftOut > 0)
      log.warn({ leftOut }, 'the index is not told all that is shared: there are too many keys');
    pump();
  }

  function drop(id: string, told: Told): void {
    keys.delete(id);
    network.withdraw(told.key, { network: told.network }).catch((error: unknown) => {
      failed++;
      log.warn(
        { error: String(error) },
        'the index could not be told to forget a key; it lapses in two days',
      );
    });
  }

  /** Starts what is due, one now and the next after a pause, and sleeps until something is due. */
  function pump(): void {
    timer?.cancel();
    if (stop.signal.aborted || running >= PARALLEL) return;
    const [next] = [...keys].filter(([, told]) => !told.isRunning).sort(([, a], [, b]) => a.dueAt - b.dueAt);
    if (!next) return;
    const wait = Math.max(next[1].dueAt, lastAt + PAUSE_MS) - clock.monotonic();
    if (wait > 0) {
      timer = clock.after(wait, pump);
      return;
    }
    lastAt = clock.monotonic();
    timer = clock.after(PAUSE_MS, pump);
    void tell(...next);
  }

  async function tell(id: string, told: Told): Promise<void> {
    running++;
    told.isRunning = true;
    try {
      await within(clock, PROVIDE_MS, stop.signal, (signal) =>
        network.provide(told.key, { signal, network: told.network }),
      );
      Object.assign(told, { failures: 0, isTold: true, dueAt: later(AGAIN_MS) });
    } catch (error) {
      if (!stop.signal.aborted) noteFailure(told, error);
    }
    running--;
    told.isRunning = false;
    // It may have been dropped while it was told; it is not to be renewed.
    if (!keys.has(id) && !stop.signal.aborted) drop(id, told);
    pump();
  }

  function noteFailure(told: Told, error: unknown): void {
    failed++;
    const wait = Math.min(FIRST_RETRY_MS * 2 ** told.failures++, LAST_RETRY_MS);
    told.dueAt = later(wait);
    const facts = { error: String(error), failures: told.failures, failed };
    // Without an index nothing is wrong with this node: only what goes on failing is worth a warning.
    if (told.failures === 4) log.warn(facts, 'the index has not taken a key for a while; it is tried again');
    else log.debug(facts, 'the index did not take a key; it is tried again');
  }

  const later = (ms: number): number => clock.monotonic() + jitter(random, ms, 0.2);

  /** A new neighbour may keep an index: what failed is due soon, not in minutes. */
  function hurry(): void {
    const soon = later(SETTLE_MS);
    for (const told of keys.values()) if (told.failures > 0) told.dueAt = Math.min(told.dueAt, soon);
    pump();
  }

  return {
    start() {
      const owned = createDisposableStore();
      isStarted = true;
      owned.defer(() => {
        timer?.cancel();
        stop.abort();
      });
      owned.defer(network.on('peerConnected', hurry));
      refresh();
      return owned;
    },
    refresh,
    counts: () => ({
      keys: keys.size,
      told: [...keys.values()].filter(({ isTold }) => isTold).length,
      failed,
      leftOut,
    }),
  };
}
