/**
 * How long each hop of calls takes: a histogram for each direction and hop, over the last ten to twenty minutes. Two
 * generations take turns, so that what was slow an hour ago is not blamed today.
 */
import type { HopTime } from '#shared/features/metrics/contract.ts';
import type { Clock } from '#shared/kernel/clock.ts';
import { createHistogram, type Histogram } from './histogram.ts';

const GENERATION_MS = 10 * 60_000;
/** Directions times hops; names that come from elsewhere cannot make more. */
const MAX_SERIES = 64;

interface Times {
  durations: Histogram;
  count: number;
  totalMs: number;
}

type Generation = Map<string, Times>;

export interface HopTimes {
  note(direction: string, hops: ReadonlyArray<{ hop: string; ms: number }>): void;
  /** Those that took most time in all first. */
  read(): { sinceMs: number; items: HopTime[] };
}

export function createHopTimes({ clock }: { clock: Pick<Clock, 'monotonic'> }): HopTimes {
  let current: Generation = new Map();
  let previous: Generation = new Map();
  let startedAt = clock.monotonic();
  let previousAt = startedAt;

  function turn(): void {
    const now = clock.monotonic();
    if (now - startedAt < GENERATION_MS) return;
    // After a long silence the one before is as old as the one before that.
    previous = now - startedAt < 2 * GENERATION_MS ? current : new Map();
    previousAt = now - startedAt < 2 * GENERATION_MS ? startedAt : now;
    current = new Map();
    startedAt = now;
  }

  function timesOf(key: string): Times | undefined {
    const found = current.get(key);
    if (found || current.size >= MAX_SERIES) return found;
    const made: Times = { durations: createHistogram(), count: 0, totalMs: 0 };
    current.set(key, made);
    return made;
  }

  return {
    note(direction, hops) {
      turn();
      for (const { hop, ms } of hops) {
        const times = timesOf(`${direction} ${hop}`);
        if (!times) continue;
        times.durations.add(ms);
        times.count++;
        times.totalMs += ms;
      }
    },
    read() {
      turn();
      const keys = new Set([...previous.keys(), ...current.keys()]);
      const items = [...keys].map((key): HopTime => {
        const both = [previous.get(key), current.get(key)].filter((times) => times !== undefined);
        const durations = createHistogram();
        for (const times of both) durations.absorb(times.durations);
        const [direction = '', hop = ''] = key.split(' ');
        return {
          direction,
          hop,
          count: both.reduce((sum, { count }) => sum + count, 0),
          totalMs: Math.round(both.reduce((sum, { totalMs }) => sum + totalMs, 0)),
          p50Ms: durations.quantile(0.5) ?? 0,
          p95Ms: durations.quantile(0.95) ?? 0,
          p99Ms: durations.quantile(0.99) ?? 0,
        };
      });
      return {
        sinceMs: Math.round(clock.monotonic() - previousAt),
        items: items.sort((a, b) => b.totalMs - a.totalMs),
      };
    },
  };
}
