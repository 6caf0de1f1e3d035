/**
 * One timer for all deadlines of a link. A timer per call would cost more than the call: the timer is armed for the
 * earliest deadline only, and most calls are over long before it fires.
 */
import type { Clock, Timer } from '#shared/kernel/clock.ts';

export interface Deadlines {
  /** Sees to it that `sweep` runs at or after `at` (monotonic ms). */
  watch(at: number): void;
  close(): void;
}

/** @param sweep ends what is overdue at `now` and returns the earliest deadline left, or `Infinity`. */
export function createDeadlines(clock: Clock, sweep: (now: number) => number): Deadlines {
  let timer: Timer | undefined;
  let wakeAt = Number.POSITIVE_INFINITY;

  function arm(at: number): void {
    timer?.cancel();
    wakeAt = at;
    timer = clock.after(Math.max(0, at - clock.monotonic()), fire);
  }

  function fire(): void {
    timer = undefined;
    wakeAt = Number.POSITIVE_INFINITY;
    const next = sweep(clock.monotonic());
    if (next < wakeAt) arm(next);
  }

  return {
    watch(at) {
      if (at < wakeAt) arm(at);
    },
    close() {
      timer?.cancel();
      timer = undefined;
      wakeAt = Number.POSITIVE_INFINITY;
    },
  };
}
