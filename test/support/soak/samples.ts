/** What a process holds at a quiet moment, and what it holds more of as time goes by. */
import { readdirSync } from 'node:fs';
import { setImmediate as turn } from 'node:timers/promises';

export interface Sample {
  /** Seconds since the start. */
  at: number;
  /** Calls made until now. */
  calls: number;
  /** Bytes in use after collecting garbage. */
  heap: number;
  /** Bytes resident. */
  rss: number;
  /** Open files and sockets, as the system counts them. */
  descriptors: number;
  /** Timers, sockets and the like that keep the process alive. */
  resources: number;
  /** Files in the folder of the nodes. */
  files: number;
}

/** Needs `--expose-gc`. */
export async function takeSample(folder: string, at: number, calls: number): Promise<Sample> {
  // What finalizers let go of is collected by the second.
  for (let round = 0; round < 2; round++) {
    globalThis.gc?.();
    await turn();
  }
  const { heapUsed, rss } = process.memoryUsage();
  return {
    at,
    calls,
    heap: heapUsed,
    rss,
    descriptors: readdirSync('/proc/self/fd').length,
    resources: process.getActiveResourcesInfo().length,
    files: readdirSync(folder, { recursive: true }).length,
  };
}

export type Counted = 'heap' | 'rss' | 'descriptors' | 'resources' | 'files';

/**
 * By how much the last third of the samples is above the middle third, each by its median: the first third fills what is
 * bounded, and one moment that stands out counts for nothing.
 */
export function growthOf(samples: readonly Sample[], what: Counted): number {
  const third = Math.floor(samples.length / 3);
  const middle = (from: number, to: number) => {
    const sorted = samples
      .slice(from, to)
      .map((sample) => sample[what])
      .sort((a, b) => a - b);
    return sorted[Math.floor(sorted.length / 2)] ?? 0;
  };
  return (
    middle(samples.length - third, samples.length) -
    middle(samples.length - 2 * third, samples.length - third)
  );
}
