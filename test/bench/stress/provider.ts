/** The node under load, in a process of its own: a handler that only waits, and the state of its memory and its door. */
import { setTimeout as pause } from 'node:timers/promises';
import type { McpTarget } from '#shared/features/servers/mcp.ts';
import { echoTool, startMeshNode } from '#test/support/mesh-node.ts';
import { DELAY_MS, MAX_RUNNING, type ProviderState } from './scene.ts';

process.on('disconnect', () => process.exit(0));

const echo: McpTarget = {
  async request() {
    await pause(DELAY_MS);
    return { content: [{ type: 'text', text: 'done' }] };
  },
};
const node = await startMeshNode({ targets: { echo }, maxRunning: MAX_RUNNING });
node.addServer('echo', [echoTool]);
node.access.share({
  server: 'echo',
  audience: { kind: 'everyone' },
  confirmed: true,
  offered: [echoTool],
});

/** Every message asks for the state; `collect` collects garbage before. */
process.on('message', ({ collect }: { collect: boolean }) => {
  if (collect) globalThis.gc?.();
  const { heapUsed, rss } = process.memoryUsage();
  const { running, waiting } = node.relay.load();
  const state: ProviderState = { rss, heap: heapUsed, running, waiting };
  process.send?.(state);
});
process.send?.({ address: node.address() });
