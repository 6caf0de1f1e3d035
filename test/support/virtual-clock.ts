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
  run(): void;
}

/** @param startAt epoch ms of the first moment. */
export function createVirtualClock(startAt = Date.UTC(2026, 0, 1)): VirtualClock {
  const entries: Entry[] = [];
  let elapsed = 0;
  let order = 0;

  function add(at: number, run: () => void): Timer {
    const entry: Entry = { at, order: order++, run };
    let low = 0;
    let high = entries.length;
    while (low < high) {
      const middle = (low + high) >>> 1;
      if ((entries[middle]?.at ?? 0) <= at) low = middle + 1;
      else high = middle;
    }
    entries.splice(low, 0, entry);
    return { cancel: () => remove(entry) };
  }

  function remove(entry: Entry): void {
    const index = entries.indexOf(entry);
    if (index >= 0) entries.splice(index, 1);
  }

  /** Runs all timers of the next moment that is not after `limit`. */
  function step(limit: number): boolean {
    const at = entries[0]?.at;
    if (at === undefined || at > limit) return false;
    elapsed = Math.max(elapsed, at);
    while (entries[0] && entries[0].at <= elapsed) entries.shift()?.run();
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
