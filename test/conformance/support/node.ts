/** A whole node with one fixture behind a profile without prefix, as the suites expect a server. */
import { openSession, rpc } from '#test/support/endpoint/http.ts';
import { startTokenProxy } from './token-proxy.ts';
import { setBareProfile, startWholeNode } from './whole-node.ts';

export type FixtureEra = 'legacy' | 'modern';

export interface ConformanceNode {
  /** The endpoint, for a client that has no token. */
  url: string;
  stop(): Promise<void>;
}

export async function startConformanceNode(era: FixtureEra): Promise<ConformanceNode> {
  const whole = await startWholeNode();
  await whole.addServer('fixture', `test/conformance/fixtures/${era}-server.ts`);
  await setBareProfile(whole.node, 'bare');
  await meetAsking(`${whole.url}/bare`, whole.token);
  const proxy = await startTokenProxy(whole.url, whole.token);
  return {
    url: `${proxy.origin}/mcp/bare`,
    async stop() {
      await proxy.close();
      await whole.stop();
    },
  };
}

/** By the first question the node finds out that the server asks its clients, and gives each a process of its own from then on. */
async function meetAsking(url: string, token: string): Promise<void> {
  const session = await openSession(url, { elicitation: {} }, '2025-11-25', token);
  await session.send(rpc(1, 'tools/call', { name: 'test_elicitation', arguments: { message: 'Who?' } }), {
    onEvent: ({ id, method }) => {
      if (method === 'elicitation/create')
        void session.send({ jsonrpc: '2.0', id: id as string, result: { action: 'decline' } });
    },
  });
}
