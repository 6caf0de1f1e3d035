/** An MCP server over stdio that counts how often its one resource is read, and says that it holds for a minute. */
import { createInterface } from 'node:readline';

const scope = process.argv[2] ?? 'private';
let reads = 0;
let extra = 0;

const write = (message: object) =>
  process.stdout.write(`${JSON.stringify({ jsonrpc: '2.0', ...message })}\n`);

const resources = () => [
  { uri: 'count://it', name: 'it' },
  ...Array.from({ length: extra }, (_, index) => ({ uri: `count://${index}`, name: String(index) })),
];

const answers: Record<string, (params: { protocolVersion?: string }) => object> = {
  initialize: ({ protocolVersion }) => ({
    protocolVersion,
    capabilities: { tools: {}, resources: { listChanged: true } },
    serverInfo: { name: 'counting-reads', version: '1.0.0' },
  }),
  ping: () => ({}),
  'tools/list': () => ({ tools: [{ name: 'grow', inputSchema: { type: 'object' } }] }),
  'resources/list': () => ({ resources: resources() }),
  'resources/templates/list': () => ({ resourceTemplates: [] }),
  'resources/read': () => ({
    contents: [{ uri: 'count://it', text: String(++reads) }],
    ttlMs: 60_000,
    cacheScope: scope,
  }),
  'tools/call'() {
    extra++;
    write({ method: 'notifications/resources/list_changed' });
    return { content: [] };
  },
};

createInterface({ input: process.stdin }).on('line', (line) => {
  const { id, method, params = {} } = JSON.parse(line);
  if (id === undefined) return;
  const result = answers[method]?.(params);
  write(result ? { id, result } : { id, error: { code: -32601, message: 'Method not found' } });
});
