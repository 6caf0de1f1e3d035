/**
 * A process that hosts a node as the desktop's main process does, and says how late its event loop is while 128 calls are
 * under way: those of AI clients over HTTP, and those of a window over its port. Prints one JSON line.
 */
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { MessageChannel, Worker } from 'node:worker_threads';
import type { MessagePortLike } from '#shared/kernel/rpc/index.ts';
import { createTestHost } from '../../support/desktop/node-host.ts';
import { addEcho, type LoopDelay, type LoopFigures, watchLoop } from './loop.ts';

const [, , kind = 'child', ms = '5000'] = process.argv;
const durationMs = Number(ms);
const dataDir = mkdtempSync(join(tmpdir(), 'toolswarm-bench-'));
const host = createTestHost({ dataDir, host: kind === 'main' ? 'main' : 'child' });
await host.start();
const node = host.client();
const { mcpUrl } = await node['node.status']({});
const { token } = await node['clients.create']({ name: 'bench' });
const tool = await addEcho(node);

/** The load is made in a thread of its own, as a window's page is a process of its own. */
async function under(load: { http: { url: string; token: string } } | { port: true }): Promise<LoopDelay> {
  const worker = new Worker(new URL('loop-load.ts', import.meta.url));
  const { port1, port2 } = new MessageChannel();
  const isWindow = 'port' in load;
  if (isWindow) host.connectWindow(port2 as MessagePortLike);
  const begun = new Promise<void>((resolve) => worker.once('message', () => resolve()));
  worker.postMessage(
    { ...load, tool, durationMs, ...(isWindow ? { port: port1 } : {}) },
    isWindow ? [port1] : [],
  );
  await begun;
  const stop = watchLoop();
  const calls = await new Promise<number>((resolve) => worker.once('message', resolve));
  const delay = stop();
  await worker.terminate();
  return { ...delay, callsPerSecond: (calls * 1000) / durationMs };
}

const figures: LoopFigures = {
  http: await under({ http: { url: mcpUrl, token } }),
  window: await under({ port: true }),
};
await host.close();
rmSync(dataDir, { recursive: true, force: true });
console.log(JSON.stringify(figures));
process.exit();
