/** How late an event loop is: what stands between a click in the tray and its effect. */
import { monitorEventLoopDelay } from 'node:perf_hooks';
import { fileURLToPath } from 'node:url';
import type { NodeClient } from '#shared/contract.ts';
import { findNode24 } from '#scripts/lib/node24.mjs';
import { root } from '#scripts/lib/root.mjs';

/** Calls under way at a time. */
export const CONCURRENCY = 128;

export interface LoopDelay {
  p50Ms: number;
  p99Ms: number;
  maxMs: number;
  callsPerSecond: number;
}

export interface LoopFigures {
  /** Calls of AI clients. */
  http: LoopDelay;
  /** Calls of a window. */
  window: LoopDelay;
}

const RESOLUTION_MS = 1;

/** Measures this process until the returned function is called. */
export function watchLoop(): () => Omit<LoopDelay, 'callsPerSecond'> {
  const histogram = monitorEventLoopDelay({ resolution: RESOLUTION_MS });
  histogram.enable();
  return () => {
    histogram.disable();
    // The sampling timer's own interval is in every sample.
    const ms = (nanoseconds: number) => Math.max(0, nanoseconds / 1e6 - RESOLUTION_MS);
    return {
      p50Ms: ms(histogram.percentile(50)),
      p99Ms: ms(histogram.percentile(99)),
      maxMs: ms(histogram.max),
    };
  };
}

/** Adds the measured server and gives its tool's id and catalog name. */
export async function addEcho(node: NodeClient): Promise<{ id: string; name: string }> {
  const transport = {
    type: 'stdio' as const,
    command: findNode24(root),
    args: [fileURLToPath(new URL('../endpoint/echo-server.ts', import.meta.url))],
  };
  await node['servers.add']({ name: 'bench', transport });
  const { items } = await node['tools.list']({ scope: 'local' });
  const [tool] = items;
  if (!tool) throw new Error('the measured server shows no tool');
  return { id: tool.id, name: tool.catalogName ?? tool.name };
}
