/** Calls under an identity that was made for one provider: he cannot tell whose they are, nor can two providers together. */
import { afterEach, expect, it } from 'vitest';
import type { Audience } from '#shared/features/access/contract.ts';
import type { McpCaller, McpTarget } from '#shared/features/servers/mcp.ts';
import { withFreshIdentity } from '#shared/features/relay/masking.ts';
import { AppError } from '#shared/kernel/errors.ts';
import { echoTool, type MeshNode, startMeshNode, testExchange, until } from '#test/support/mesh-node.ts';

const nodes: MeshNode[] = [];
afterEach(async () => {
  for (const node of nodes.splice(0)) await node.stop();
});

async function startProvider(audience?: Audience) {
  const callers: McpCaller[] = [];
  const echo: McpTarget = {
    async request({ params }, { caller }) {
      callers.push(caller);
      return { content: [], params: params ?? {} };
    },
  };
  const node = await startMeshNode({ targets: { echo } });
  nodes.push(node);
  node.addServer('echo', [echoTool]);
  const share = (to: Audience) =>
    node.access.share({
      server: 'echo',
      audience: to,
      seal: 'offered',
      confirmed: true,
      offered: [echoTool],
    });
  share(audience ?? { kind: 'everyone' });
  const lastCaller = () => node.relay.invocations.list({ direction: 'incoming', limit: 1 })[0]?.providerId;
  return { callers, lastCaller, node, share };
}

async function startConsumer(...providers: MeshNode[]) {
  const node = await startMeshNode({ bootstrap: providers.map((provider) => provider.address()) });
  nodes.push(node);
  const idOf = async (provider: MeshNode) => {
    const tool = await until(() =>
      node.registry.list('network').find(({ providerId }) => providerId === provider.providerId),
    );
    node.registry.approve(tool.id);
    return tool.id;
  };
  const { exchange } = testExchange();
  const caller = { ...exchange.caller, clientInfo: { name: 'my-own-client' } };
  const call = (id: string) =>
    node.relay.callTool(id, withFreshIdentity({ name: 'echo', arguments: { message: 'hi' } }), {
      ...exchange,
      caller,
    });
  return { call, idOf, node };
}

it('each provider meets somebody else, whom he knows again for a while', async () => {
  const [one, two] = [await startProvider(), await startProvider()];
  const { call, idOf, node } = await startConsumer(one.node, two.node);
  const ids = [await idOf(one.node), await idOf(two.node)] as const;
  await call(ids[0]);
  const met = one.lastCaller();
  const { params } = await call(ids[0]);
  expect(one.lastCaller()).toBe(met);
  await call(ids[1]);
  expect(new Set([met, two.lastCaller(), node.providerId]).size).toBe(3);
  // Neither the client nor the wish to be unknown is told.
  expect(JSON.stringify([params, one.callers])).not.toMatch(/my-own-client|fresh/);
  expect(one.callers[0]?.session).not.toContain(testExchange().exchange.caller.session);
  expect(node.relay.invocations.list({ limit: 1 })).toMatchObject([{ fresh: true, sealed: true }]);
});

it('what is not for everyone is refused, and not called otherwise', async () => {
  const provider = await startProvider();
  const { call, idOf, node } = await startConsumer(provider.node);
  const id = await idOf(provider.node);
  provider.share({ kind: 'providers', providers: [node.providerId] });
  const code = await call(id).then(
    () => 'ok',
    (error: unknown) => (error instanceof AppError ? error.code : String(error)),
  );
  expect(code).toBe('access.not_listed');
  expect(provider.callers).toEqual([]);
});
