/** Measures the hops of one call: each begins where the one before ends, so that together they are the whole. */
import {
  type Hop,
  type HopName,
  microseconds,
  type Report,
  splitRemote,
} from '#shared/features/relay/hops.ts';
import type { Clock } from '#shared/kernel/clock.ts';

export interface HopClock {
  /** The hop under way ends and this one begins; the same again goes on. */
  begin(hop: HopName): void;
  /** The provider's answer is here: the hop under way is split into what he reports and the rest. */
  answered(report: Report): void;
  /** The hops so far, the one under way included. */
  soFar(): Hop[];
  /** Ends the hop under way. All of them, in order; their sum is the time since the first began. Called once. */
  finish(): Hop[];
}

/** @param arrivedAt monotonic ms at which the client's request had arrived; without it there is no hop `endpoint`. */
export function createHopClock(clock: Pick<Clock, 'monotonic'>, arrivedAt?: number): HopClock {
  const start = arrivedAt ?? clock.monotonic();
  const done: Hop[] = [];
  let current: HopName = arrivedAt === undefined ? 'check' : 'endpoint';
  let since = 0;

  /** Offsets are rounded, not durations: roundings then never add up. */
  const now = () => Math.max(since, microseconds(clock.monotonic() - start));
  const elapsed = (): Hop => ({ hop: current, ms: microseconds(now() - since) });

  function end(): Hop {
    const hop = elapsed();
    since = microseconds(since + hop.ms);
    return hop;
  }

  return {
    begin(hop) {
      if (hop === current) return;
      done.push(end());
      current = hop;
    },
    answered(report) {
      done.push(...splitRemote(end().ms, report));
      current = 'verify';
    },
    soFar: () => [...done, elapsed()],
    finish: () => [...done, end()],
  };
}
