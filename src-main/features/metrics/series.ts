/** Counts of the latest stretches of time: a ring of buckets, so that memory stays the same however long a node runs. */
import type { TrafficBucket } from '#shared/features/metrics/contract.ts';
import { createHistogram, type Histogram } from './histogram.ts';

/** A call that ended, as far as it is counted. */
export interface CallOutcome {
  direction: 'local' | 'outgoing' | 'incoming';
  failed: boolean;
  durationMs: number;
  /** Bytes that crossed the network. */
  bytesIn: number;
  bytesOut: number;
}

export interface Series {
  add(call: CallOutcome, now: number): void;
  /** The last `count` buckets, oldest first; the last one holds `now`. */
  read(now: number): TrafficBucket[];
}

interface Bucket {
  index: number;
  counts: Omit<TrafficBucket, 'at' | 'p50Ms' | 'p95Ms'>;
  durations: Histogram;
}

export function createSeries(intervalMs: number, count: number): Series {
  const ring: Array<Bucket | undefined> = Array.from({ length: count });
  const indexOf = (at: number) => Math.floor(at / intervalMs);
  const slotOf = (index: number) => ((index % count) + count) % count;

  function bucketAt(index: number): Bucket {
    const found = ring[slotOf(index)];
    if (found?.index === index) return found;
    const made: Bucket = { index, counts: nothing(), durations: createHistogram() };
    ring[slotOf(index)] = made;
    return made;
  }

  function view(index: number): TrafficBucket {
    const found = ring[slotOf(index)];
    const at = index * intervalMs;
    if (found?.index !== index) return { at, ...nothing() };
    const p50Ms = found.durations.quantile(0.5);
    const p95Ms = found.durations.quantile(0.95);
    return {
      at,
      ...found.counts,
      ...(p50Ms === undefined ? {} : { p50Ms }),
      ...(p95Ms === undefined ? {} : { p95Ms }),
    };
  }

  return {
    add(call, now) {
      const { counts, durations } = bucketAt(indexOf(now));
      counts[call.direction]++;
      if (call.failed) counts.errors++;
      counts.bytesIn += call.bytesIn;
      counts.bytesOut += call.bytesOut;
      durations.add(call.durationMs);
    },
    read(now) {
      const last = indexOf(now);
      return Array.from({ length: count }, (_, place) => view(last - count + 1 + place));
    },
  };
}

const nothing = () => ({ local: 0, outgoing: 0, incoming: 0, errors: 0, bytesIn: 0, bytesOut: 0 });
