/** The same figures from the real main process: the built application on this machine's Electron. */
import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { findNode24 } from '#scripts/lib/node24.mjs';
import { root } from '#scripts/lib/root.mjs';
import { type DesktopApp, launchDesktop } from '../../e2e/desktop/app.ts';
import { connectRaw } from '../support/http-client.ts';
import { throughput } from '../support/load.ts';
import { CONCURRENCY, type LoopDelay, type LoopFigures } from './loop.ts';

export interface ElectronFigures {
  version: string;
  measured: Array<['child' | 'main', LoopFigures]>;
  /** What could not be run, in sentences. */
  notes: string[];
}

/** The oldest Node on which a node runs within the main process. */
const OLDEST_NODE = 22;
const MESSAGE = 'x'.repeat(1024);

export async function measureElectron(durationMs: number): Promise<ElectronFigures> {
  const display = await openDisplay();
  try {
    const child = await inElectron(durationMs, []);
    const found: ElectronFigures = {
      version: child.electron,
      measured: [['child', child.figures]],
      notes: [],
    };
    if (Number.parseInt(child.node, 10) >= OLDEST_NODE)
      found.measured.push(['main', (await inElectron(durationMs, ['--node-host=main'])).figures]);
    else
      found.notes.push(
        `Not run: the node inside of Electron ${child.electron}, whose Node is ${child.node}; it needs ${OLDEST_NODE} (Electron 45 has 24).`,
      );
    return found;
  } finally {
    display.close();
  }
}

/** A virtual display where there is none. */
async function openDisplay(): Promise<{ close(): void }> {
  if (process.platform !== 'linux' || process.env['DISPLAY']) return { close: () => undefined };
  const server = spawn('Xvfb', ['-displayfd', '1', '-screen', '0', '1280x1024x24'], {
    stdio: ['ignore', 'pipe', 'ignore'],
  });
  const [number] = (await once(server.stdout, 'data')) as [Buffer];
  process.env['DISPLAY'] = `:${number.toString().trim()}`;
  return { close: () => void server.kill() };
}

async function inElectron(durationMs: number, args: string[]) {
  const folder = mkdtempSync(join(tmpdir(), 'toolswarm-bench-'));
  const app = await launchDesktop({ dataDir: join(folder, 'data'), home: folder, args });
  try {
    await app.window();
    const { electron, node } = await app.electron.evaluate(
      () => ({ ...process.versions }) as Record<string, string>,
    );
    const figures = await measure(app, durationMs);
    return { electron: electron ?? '', node: node ?? '', figures };
  } finally {
    await app.quit();
    rmSync(folder, { recursive: true, force: true });
  }
}

async function measure(app: DesktopApp, durationMs: number): Promise<LoopFigures> {
  const transport = {
    type: 'stdio',
    command: findNode24(root),
    args: [fileURLToPath(new URL('../endpoint/echo-server.ts', import.meta.url))],
  };
  await app.call('node', 'servers.add', { name: 'bench', transport });
  const list = (await app.call('node', 'tools.list', { scope: 'local' })) as {
    items: Array<{ id: string; catalogName: string }>;
  };
  const [tool] = list.items;
  const { mcpUrl } = (await app.call('node', 'node.status')) as { mcpUrl: string };
  const { token } = (await app.call('node', 'clients.create', { name: 'bench' })) as { token: string };
  const client = await connectRaw(mcpUrl, token, CONCURRENCY);
  const call = () => client.call('tools/call', { name: tool?.catalogName, arguments: { message: MESSAGE } });
  await call();
  const http = await watched(
    app,
    async () => (await throughput(call, CONCURRENCY, durationMs)).callsPerSecond,
  );
  client.close();
  const page = await app.window();
  const order = { id: tool?.id, message: MESSAGE, durationMs, concurrency: CONCURRENCY };
  const window = await watched(
    app,
    async () => ((await page.evaluate(callFromPage, order)) * 1000) / durationMs,
  );
  return { http, window };
}

async function watched(app: DesktopApp, load: () => Promise<number>): Promise<LoopDelay> {
  const histogram = await app.electron.evaluateHandle(() => {
    const { monitorEventLoopDelay } = process.getBuiltinModule('node:perf_hooks');
    const watching = monitorEventLoopDelay({ resolution: 1 });
    watching.enable();
    return watching;
  });
  const callsPerSecond = await load();
  const [p50Ms, p99Ms, maxMs] = await histogram.evaluate((watching) => {
    watching.disable();
    return [watching.percentile(50), watching.percentile(99), watching.max].map((ns) =>
      Math.max(0, ns / 1e6 - 1),
    );
  });
  return { p50Ms: p50Ms ?? 0, p99Ms: p99Ms ?? 0, maxMs: maxMs ?? 0, callsPerSecond };
}

/** Runs in the page: keeps `concurrency` calls under way over a line of its own, and says how many ended. */
async function callFromPage(order: {
  id: string | undefined;
  message: string;
  durationMs: number;
  concurrency: number;
}): Promise<number> {
  const { toolswarm } = globalThis as unknown as {
    toolswarm: { connect(target: string, ticket: string): void };
  };
  const ticket = `bench-${Math.random()}`;
  const port = await new Promise<MessagePort>((resolve) => {
    addEventListener('message', ({ data, ports }: MessageEvent<{ toolswarm?: string }>) => {
      if (data.toolswarm === ticket && ports[0]) resolve(ports[0]);
    });
    toolswarm.connect('node', ticket);
  });
  const until = performance.now() + order.durationMs;
  const params = { id: order.id, arguments: { message: order.message } };
  let lastId = 1;
  let open = 0;
  let ended = 0;
  let taken = 0;
  const send = (message: object) => port.postMessage(`.${JSON.stringify({ jsonrpc: '2.0', ...message })}`);
  const call = () => {
    open += 1;
    send({ id: (lastId += 1), method: 'tools.call', params });
  };
  return new Promise((resolve) => {
    port.addEventListener('message', ({ data }: MessageEvent<string>) => {
      if (!data.startsWith('.')) return;
      taken += data.length + 63;
      if (taken > 100_000) {
        port.postMessage(`!${taken}`);
        taken = 0;
      }
      if (JSON.parse(data.slice(1)).id === 1) return;
      open -= 1;
      ended += 1;
      if (performance.now() < until) call();
      else if (open === 0) resolve(ended);
    });
    port.start();
    send({ id: 1, method: '$/hello', params: { version: 1 } });
    for (let index = 0; index < order.concurrency; index += 1) call();
  });
}
