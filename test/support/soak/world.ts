/**
 * Nodes that live as nodes do, in a process of its own: calls, calls called off, links that break and come back, grants made
 * and revoked, nodes that come and go. Now and then, when nothing is under way, it writes a line with what the process holds.
 *
 *     node --expose-gc world.ts FOLDER SECONDS
 */
import { join } from 'node:path';
import { setTimeout as pause } from 'node:timers/promises';
import type { McpTarget } from '#shared/features/servers/mcp.ts';
import { echoTool, type MeshNode, startMeshNode, testExchange, until } from '../mesh-node.ts';
import { takeSample } from './samples.ts';

const [folder = '', seconds = '10'] = process.argv.slice(2);
const LASTS_MS = Number(seconds) * 1000;
/** Thirty of them, or one in a quarter of a minute where it lasts long. */
const SAMPLE_MS = Math.min(15_000, LASTS_MS / 30);
/** Low enough to leave a shared machine alone. */
const PAUSE_MS = 60;
const WAVE = 6;

const never: McpTarget = {
  request: (_message, { signal }) =>
    new Promise((_resolve, reject) => {
      signal.addEventListener('abort', () => reject(signal.reason as Error), { once: true });
    }),
};
const echo: McpTarget = {
  request: async ({ params }) => ({ content: [{ type: 'text', text: JSON.stringify(params) }] }),
};
const tools = {
  echo: { ...echoTool, annotations: {} },
  never: { ...echoTool, name: 'never', annotations: {} },
  granted: { ...echoTool, name: 'granted', annotations: {} },
};

let calls = 0;
let nodes = 0;
const start = (options: { bootstrap?: string[]; targets?: Record<string, McpTarget> }) =>
  startMeshNode({ ...options, databaseFile: join(folder, `node-${nodes++ % 4}.db`) });

const provider = await start({ targets: { echo, never, granted: echo } });
for (const [name, tool] of Object.entries(tools)) {
  provider.addServer(name, [tool]);
  provider.access.share({
    server: name,
    audience: { kind: name === 'granted' ? 'grants' : 'everyone' },
    confirmed: true,
    offered: [tool],
  });
}
const bootstrap = [provider.address()];
const consumers = [await start({ bootstrap }), await start({ bootstrap })] as const;

const toolAt = (node: MeshNode, name: string) =>
  until(() => node.registry.list('network').find((tool) => tool.name === name));

/** Calls a tool that may be new to the node. */
async function call(node: MeshNode, name: string, signal = new AbortController().signal): Promise<unknown> {
  const { id, state } = await toolAt(node, name);
  if (state !== 'approved') node.registry.approve(id);
  calls++;
  const params = { name, arguments: { message: `call ${calls} ${'x'.repeat(500)}` } };
  return await node.relay.callTool(id, params, testExchange({ signal }).exchange);
}

async function callOff(node: MeshNode): Promise<void> {
  const controller = new AbortController();
  const ended = call(node, 'never', controller.signal).catch((error: { code?: string }) => error.code);
  await pause(PAUSE_MS / 4);
  controller.abort();
  const code = await ended;
  if (code !== 'relay.cancelled') throw new Error(`a call that was called off ended with ${String(code)}`);
}

async function grantAndRevoke(node: MeshNode): Promise<void> {
  const made = provider.grants.make({ to: node.providerId, server: 'granted', days: 1 });
  await until(() => node.grants.held().length === 1);
  await call(node, 'granted');
  provider.grants.revoke(made.id);
  await until(() => node.grants.held().length === 0);
}

/** The link breaks, and is back with the next call. */
async function reconnect(node: MeshNode): Promise<void> {
  await node.network.disconnect(provider.peerId);
  await node.network.dial(provider.address());
  await call(node, 'echo');
}

async function comeAndGo(): Promise<void> {
  nodes = 3;
  const guest = await start({ bootstrap });
  await call(guest, 'echo');
  await guest.stop();
}

/** What happens besides calls, each at its own pace: in so many steps once. */
const HAPPENINGS: ReadonlyArray<[steps: number, happens: (node: MeshNode) => Promise<void>]> = [
  [3, callOff],
  [25, grantAndRevoke],
  [20, reconnect],
  [50, comeAndGo],
];

const begun = performance.now();
const passed = () => performance.now() - begun;
let nextSample = 0;
for (let step = 1; passed() < LASTS_MS; step++) {
  const node = consumers[step % 2] as MeshNode;
  await Promise.all(Array.from({ length: WAVE }, () => call(node, 'echo')));
  for (const [steps, happens] of HAPPENINGS) if (step % steps === 0) await happens(node);
  if (passed() >= nextSample) {
    nextSample += SAMPLE_MS;
    console.log(JSON.stringify(await takeSample(folder, passed() / 1000, calls)));
  }
  await pause(PAUSE_MS);
}
for (const node of [...consumers, provider]) await node.stop();
console.log('done');
// What nobody holds any more must not keep the process: it ends by itself.
