import type { metricsContract, Traffic, TrafficBucket } from '#shared/features/metrics/contract.ts';
import { type Clock, sleep } from '#shared/kernel/clock.ts';
import type { Handlers } from '#shared/kernel/contract.ts';
import { type CallOutcome, createSeries } from './series.ts';

export interface Metrics {
  /** Counts a call that has ended. */
  noteCall(call: CallOutcome): void;
  traffic(): Traffic;
  /** The traffic now, and again while it changes, at most every two seconds. */
  watch(signal: AbortSignal): AsyncIterable<Traffic>;
}

const MINUTE_MS = 60_000;
const LIVE_MS = 2_000;

export function createMetrics({ clock }: { clock: Clock }): Metrics {
  const minutes = createSeries(MINUTE_MS, 60);
  // The bucket that is filling, and the one before it: only what is over can be compared.
  const seconds = createSeries(LIVE_MS, 2);
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
      total.calls++;
      if (call.failed) total.errors++;
      total.bytesIn += call.bytesIn;
      total.bytesOut += call.bytesOut;
    },
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
export const createMetricsHandlers = (metrics: Metrics): Handlers<typeof metricsContract> => ({
  'metrics.traffic': (_input, { signal }) => metrics.watch(signal),
});
