/** A node's own idea of the time: off by an offset, and drifting further. Timers run by the world's time. */
import type { Clock } from '#shared/kernel/clock.ts';

export interface Skew {
  offsetMs?: number;
  /** Parts per million that the clock runs fast; negative: slow. */
  driftPpm?: number;
}

export function createSkewedClock(clock: Clock, { driftPpm = 0, offsetMs = 0 }: Skew): Clock {
  const startedAt = clock.monotonic();
  return {
    now: () => Math.floor(clock.now() + offsetMs + ((clock.monotonic() - startedAt) * driftPpm) / 1_000_000),
    monotonic: clock.monotonic,
    after: clock.after,
    every: clock.every,
  };
}
