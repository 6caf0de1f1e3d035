/** How busy this process is: processor time, and how late its one thread comes to what is due. */
import { monitorEventLoopDelay, performance } from 'node:perf_hooks';
import type { Closeable } from '#shared/kernel/disposables.ts';

const NANOS_PER_MS = 1e6;
/** How often the delay is looked at (ms). */
const RESOLUTION_MS = 20;

export interface ProcessLoad extends Closeable {
  /** Since the last reading. */
  read(): { cpuShare: number; loopShare: number; loopDelayMs: number };
}

export function measureProcess(): ProcessLoad {
  const delays = monitorEventLoopDelay({ resolution: RESOLUTION_MS });
  delays.enable();
  let loop = performance.eventLoopUtilization();
  let cpu = process.cpuUsage();
  let at = performance.now();
  return {
    read() {
      const now = performance.now();
      const used = process.cpuUsage(cpu);
      const cpuShare = (used.user + used.system) / 1000 / Math.max(1, now - at);
      const loopShare = performance.eventLoopUtilization(loop).utilization;
      // The monitor counts its own period as well.
      const loopDelayMs = Math.max(0, delays.percentile(99) / NANOS_PER_MS - RESOLUTION_MS);
      delays.reset();
      loop = performance.eventLoopUtilization();
      cpu = process.cpuUsage();
      at = now;
      return { cpuShare, loopShare, loopDelayMs: Number.isFinite(loopDelayMs) ? loopDelayMs : 0 };
    },
    close: () => void delays.disable(),
  };
}
