/** A whole node on loopback with one fixture behind a profile without prefix, as the suites expect a server. */
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { createNode, type Node } from '#main/node/create-node.ts';
import { serverConfigSchema } from '#shared/features/servers/config.ts';
import { openSession, rpc } from '#test/support/endpoint/http.ts';
import { startTokenProxy } from './token-proxy.ts';

export type FixtureEra = 'legacy' | 'modern';

export interface ConformanceNode {
  /** The endpoint, for a client that has no token. */
  url: string;
  stop(): Promise<void>;
}

export async function startConformanceNode(era: FixtureEra): Promise<ConformanceNode> {
  const dataDir = await mkdtemp(join(tmpdir(), 'conformance-'));
  const listen = ['/ip4/127.0.0.1/tcp/0'];
  const node = await createNode({ dataDir, listen, mcpPort: 0, webPort: 0, mdns: false, env: {} });
  await node.start();
  await addFixture(node, era);
  const { mcpUrl, mcpToken } = node.ready();
  await meetAsking(`${mcpUrl}/bare`, mcpToken);
  const proxy = await startTokenProxy(mcpUrl, mcpToken);
  return {
    url: `${proxy.origin}/mcp/bare`,
    async stop() {
      await proxy.close();
      await node.stop();
      await rm(dataDir, { recursive: true, force: true });
    },
  };
}

async function addFixture(node: Node, era: FixtureEra): Promise<void> {
  const file = fileURLToPath(new URL(`../fixtures/${era}-server.ts`, import.meta.url));
  const transport = { type: 'stdio' as const, command: process.execPath, args: [file] };
  const config = serverConfigSchema.parse({ name: 'fixture', transport });
  const context = { signal: new AbortController().signal } as never;
  await node.handlers['servers.add']({ ...config, secretValues: {} }, context);
  await node.handlers['profiles.set']({ name: 'bare', prefix: false }, context);
}

/** The node finds out by the first question that the server asks its clients, and gives each a process of its own from then on. */
async function meetAsking(url: string, token: string): Promise<void> {
  const session = await openSession(url, { elicitation: {} }, '2025-11-25', token);
  await session.send(rpc(1, 'tools/call', { name: 'test_elicitation', arguments: { message: 'Who?' } }), {
    onEvent: ({ id, method }) => {
      if (method === 'elicitation/create')
        void session.send({ jsonrpc: '2.0', id: id as string, result: { action: 'decline' } });
    },
  });
}
