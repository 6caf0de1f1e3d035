/** Drives a call and measures it: one at a time for latency, many at once for throughput. */
export type Call = () => Promise<unknown>;

export interface Load {
  callsPerSecond: number;
  /** CPU of this process per call. */
  cpuMicros: number;
}

/** Median microseconds of `count` calls made one after the other. */
export async function medianLatency(call: Call, count: number): Promise<number> {
  const times: number[] = [];
  for (let i = 0; i < count; i++) {
    const start = performance.now();
    await call();
    times.push(performance.now() - start);
  }
  return median(times) * 1000;
}

/** Keeps `concurrency` calls in flight for `durationMs`. */
export async function throughput(call: Call, concurrency: number, durationMs: number): Promise<Load> {
  const cpu = process.cpuUsage();
  const start = performance.now();
  let calls = 0;
  const worker = async () => {
    while (performance.now() - start < durationMs) {
      await call();
      calls++;
    }
  };
  await Promise.all(Array.from({ length: concurrency }, worker));
  const { user, system } = process.cpuUsage(cpu);
  return {
    callsPerSecond: (calls * 1000) / (performance.now() - start),
    cpuMicros: (user + system) / calls,
  };
}

export function median(values: number[]): number {
  const sorted = [...values].sort((a, b) => a - b);
  return sorted[Math.floor(sorted.length / 2)] ?? 0;
}
