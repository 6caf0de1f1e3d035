/**
 * Time that passes only when a test says so, and then as fast as the machine can compute. Timers run in order of
 * their moment; between two moments everything that became ready runs to its end.
 */
import type { Clock, Timer } from '#shared/kernel/clock.ts';

export interface VirtualClock extends Clock {
  /** Lets `durationMs` pass and everything happen that falls due in it. */
  advance(durationMs: number): Promise<void>;
  /** Lets time pass whenever nothing else is to be done, until the returned function is called. */
  flow(): () => void;
}

interface Entry {
  at: number;
  order: number;
  /** Absent once it is cancelled. */
  run: (() => void) | undefined;
}

const isBefore = (a: Entry, b: Entry): boolean => a.at < b.at || (a.at === b.at && a.order < b.order);

/** A binary heap by moment, then by order of arrival. What is cancelled stays until it falls due, or is too much. */
function createHeap() {
  let heap: Entry[] = [];
  let cancelled = 0;

  function rise(index: number): void {
    const entry = heap[index] as Entry;
    let at = index;
    while (at > 0) {
      const above = (at - 1) >>> 1;
      const parent = heap[above] as Entry;
      if (!isBefore(entry, parent)) break;
      heap[at] = parent;
      at = above;
    }
    heap[at] = entry;
  }

  function sink(entry: Entry): void {
    let at = 0;
    for (let below = 1; below < heap.length; below = 2 * at + 1) {
      const right = heap[below + 1];
      if (right && isBefore(right, heap[below] as Entry)) below++;
      if (!isBefore(heap[below] as Entry, entry)) break;
      heap[at] = heap[below] as Entry;
      at = below;
    }
    heap[at] = entry;
  }

  function shift(): Entry | undefined {
    const first = heap[0];
    const last = heap.pop();
    if (last && heap.length > 0) sink(last);
    if (first && !first.run) cancelled--;
    return first;
  }

  function sweep(): void {
    const kept = heap.filter((entry) => entry.run).sort((a, b) => (isBefore(a, b) ? -1 : 1));
    heap = kept;
    cancelled = 0;
  }

  return {
    push(entry: Entry): void {
      heap.push(entry);
      rise(heap.length - 1);
    },
    /** The next entry that was not cancelled. */
    first(): Entry | undefined {
      while (heap[0] && !heap[0].run) shift();
      return heap[0];
    },
    /** What is to be run next; it can no longer be cancelled. */
    take(): (() => void) | undefined {
      const entry = shift();
      const run = entry?.run;
      if (entry) entry.run = undefined;
      return run;
    },
    cancel(entry: Entry): void {
      if (!entry.run) return;
      entry.run = undefined;
      if (++cancelled > 1024 && cancelled > heap.length / 2) sweep();
    },
  };
}

/** @param startAt epoch ms of the first moment. */
export function createVirtualClock(startAt = Date.UTC(2026, 0, 1)): VirtualClock {
  const entries = createHeap();
  let elapsed = 0;
  let order = 0;

  function add(at: number, run: () => void): Timer {
    const entry: Entry = { at, order: order++, run };
    entries.push(entry);
    return { cancel: () => entries.cancel(entry) };
  }

  /** Runs all timers of the next moment that is not after `limit`. */
  function step(limit: number): boolean {
    const at = entries.first()?.at;
    if (at === undefined || at > limit) return false;
    elapsed = Math.max(elapsed, at);
    for (let next = entries.first(); next && next.at <= elapsed; next = entries.first()) {
      entries.take()?.();
    }
    return true;
  }

  const clock: VirtualClock = {
    now: () => startAt + Math.floor(elapsed),
    monotonic: () => elapsed,
    after: (delayMs, run) => add(elapsed + Math.max(0, delayMs), run),
    every(intervalMs, run) {
      let timer: Timer;
      const again = () => {
        timer = clock.after(intervalMs, again);
        run();
      };
      timer = clock.after(intervalMs, again);
      return { cancel: () => timer.cancel() };
    },
    async advance(durationMs) {
      const until = elapsed + durationMs;
      do await settle();
      while (step(until));
      elapsed = until;
    },
    flow() {
      let flowing = true;
      void (async () => {
        while (flowing) {
          await settle();
          if (flowing) step(Number.POSITIVE_INFINITY);
        }
      })();
      return () => {
        flowing = false;
      };
    },
  };
  return clock;
}

/** Everything that is ready, promises above all, runs before the event loop turns. */
const settle = (): Promise<void> => new Promise((resolve) => setImmediate(resolve));
