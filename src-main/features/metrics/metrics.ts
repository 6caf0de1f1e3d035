import type { Bottleneck, bottleneckContract } from '#shared/features/metrics/bottleneck.ts';
import type { metricsContract, Traffic, TrafficBucket } from '#shared/features/metrics/contract.ts';
import { type Clock, sleep } from '#shared/kernel/clock.ts';
import type { Handlers } from '#shared/kernel/contract.ts';
import { createHistogram } from './histogram.ts';
import { createHopTimes, type HopTimes } from './hop-times.ts';
import { type CallOutcome, createSeries } from './series.ts';

export interface Metrics {
  /** Counts a call that has ended. */
  noteCall(call: CallOutcome): void;
  /** Notes where the time of a call went. */
  noteHops(direction: string, hops: ReadonlyArray<{ hop: string; ms: number }>): void;
  hops(): ReturnType<HopTimes['read']>;
  /** Since the start, for collectors: by direction, with durations within these bounds (ms). */
  totals(bounds: readonly number[]): CallTotals[];
  traffic(): Traffic;
  /** The traffic now, and again while it changes, at most every two seconds. */
  watch(signal: AbortSignal): AsyncIterable<Traffic>;
}

/** What was counted of one direction since the start. */
export interface CallTotals {
  direction: CallOutcome['direction'];
  calls: number;
  failed: number;
  totalMs: number;
  /** Calls that took no longer than each bound. */
  within: number[];
}

const DIRECTIONS = ['local', 'outgoing', 'incoming'] as const;
const MINUTE_MS = 60_000;
const LIVE_MS = 2_000;

export function createMetrics({ clock }: { clock: Clock }): Metrics {
  const minutes = createSeries(MINUTE_MS, 60);
  // The bucket that is filling, and the one before it: only what is over can be compared.
  const seconds = createSeries(LIVE_MS, 2);
  const hopTimes = createHopTimes({ clock });
  const all = new Map(
    DIRECTIONS.map((direction) => [
      direction,
      { calls: 0, failed: 0, totalMs: 0, durations: createHistogram() },
    ]),
  );
  const total = { calls: 0, errors: 0, bytesIn: 0, bytesOut: 0 };

  function traffic(): Traffic {
    const now = clock.now();
    return {
      minutes: minutes.read(now),
      live: seconds.read(now)[0] as TrafficBucket,
      total: { ...total },
    };
  }

  return {
    noteCall(call) {
      const now = clock.now();
      minutes.add(call, now);
      seconds.add(call, now);
      const counted = all.get(call.direction);
      if (counted) {
        counted.calls++;
        if (call.failed) counted.failed++;
        counted.totalMs += call.durationMs;
        counted.durations.add(call.durationMs);
      }
      total.calls++;
      if (call.failed) total.errors++;
      total.bytesIn += call.bytesIn;
      total.bytesOut += call.bytesOut;
    },
    noteHops: hopTimes.note,
    hops: hopTimes.read,
    totals: (bounds) =>
      [...all].map(([direction, { durations, ...counts }]) => ({
        direction,
        ...counts,
        within: durations.below(bounds),
      })),
    traffic,
    async *watch(signal) {
      let shown = '';
      while (!signal.aborted) {
        const now = traffic();
        const state = fingerprint(now);
        if (state !== shown) yield now;
        shown = state;
        await sleep(clock, LIVE_MS, signal).catch(() => undefined);
      }
    },
  };
}

/** What a watcher would see change: a quiet node says one thing a minute, when the hour moves on. */
function fingerprint({ live, minutes, total }: Traffic): string {
  const liveCalls = live.local + live.outgoing + live.incoming;
  return [minutes[0]?.at, total.calls, liveCalls > 0 ? live.at : 'quiet'].join(' ');
}

/** Serves `metrics.*`. */
export const createMetricsHandlers = (
  metrics: Metrics,
  deps: { bottleneck(): Bottleneck; nameOf(subject: string): string | undefined },
): Handlers<typeof metricsContract & typeof bottleneckContract> => ({
  'metrics.bottleneck'() {
    const found = deps.bottleneck();
    const name = found.subject === undefined ? undefined : deps.nameOf(found.subject);
    return name === undefined ? found : { ...found, subjectName: name };
  },
  'metrics.hops': () => metrics.hops(),
  'metrics.traffic': (_input, { signal }) => metrics.watch(signal),
});
