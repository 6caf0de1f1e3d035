/**
 * The provider's half of the measurement of policies, in a process of its own: a node with everything a call passes
 * (access, limits in every scope, idempotency, the record of calls), and beside it a bare handler with nothing but the codec.
 */
import type { ScopedLimit } from '#shared/features/access/limits.ts';
import { callRequestSchema, decodeMessage, encodeMessage } from '#shared/features/relay/messages.ts';
import type { McpTarget } from '#shared/features/servers/mcp.ts';
import { echoTool, startMeshNode, until } from '#test/support/mesh-node.ts';
import { serveBare } from './bare-relay.ts';
import { BARE_CALL } from './policy-names.ts';

process.on('disconnect', () => process.exit(0));

/** What a handler of this server does: `{ delayMs, failing }` as JSON in the first argument of the process. */
const {
  delayMs = 0,
  failing = 0,
  root,
} = JSON.parse(process.argv[2] ?? '{}') as {
  delayMs?: number;
  /** Share of calls that fail. */
  failing?: number;
  /** Seed of the provider, where several nodes serve one. */
  root?: number[];
};

const much = 1_000_000;
const limits: ScopedLimit[] = [
  { scope: { kind: 'all' }, callsPerMinute: much, concurrent: 1000, kibOutPerMinute: much },
  { scope: { kind: 'each' }, callsPerMinute: much, concurrent: 1000, kibInPerMinute: much },
  { scope: { kind: 'server', server: 'echo' }, callsPerMinute: much },
  { scope: { kind: 'tool', server: 'echo', tool: 'echo' }, callsPerMinute: much, concurrent: 1000 },
];

let turn = 0;
const echo: McpTarget = {
  async request({ params }) {
    if (delayMs > 0) await new Promise((resolve) => setTimeout(resolve, delayMs));
    if (failing > 0 && (turn = (turn + failing) % 1) < failing) throw new Error('broken on purpose');
    const { message } = params?.['arguments'] as { message: string };
    return { content: [{ type: 'text', text: message }] };
  },
};

const node = await startMeshNode({
  targets: { echo },
  limits,
  maxRunning: 1000,
  ...(root ? { rootSeed: Uint8Array.from(root) } : {}),
});
node.addServer('echo', [echoTool]);
node.network.serve(BARE_CALL, async (payload) => {
  const { params } = decodeMessage(callRequestSchema, payload);
  const result = await echo.request({ method: 'tools/call', params }, undefined as never);
  return encodeMessage({ result, hops: [] });
});

const [found] = node.registry.list('local');
if (found) serveBare(node.network, echo, node.registry.callable(found.id));

let before = process.cpuUsage();
process.on('message', (message: { share?: string }) => {
  if (message.share !== undefined)
    return node.access.share({
      server: 'echo',
      audience: { kind: 'providers', providers: [message.share] },
      confirmed: false,
      offered: [echoTool],
    });
  const { system, user } = process.cpuUsage(before);
  before = process.cpuUsage();
  return void process.send?.({ cpu: user + system });
});
await until(() => node.network.addresses().length > 0 || undefined);
process.send?.({ address: node.address() });
