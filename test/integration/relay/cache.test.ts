/** A provider says how long the results of a tool hold; the consumer does not ask again meanwhile. */
import { afterEach, expect, it } from 'vitest';
import type { Tool } from '#shared/features/registry/tool.ts';
import { echoTool, type MeshNode, startMeshNode, testExchange, until } from '#test/support/mesh-node.ts';

const nodes: MeshNode[] = [];
afterEach(async () => {
  for (const node of nodes.splice(0)) await node.stop();
});

async function pair(tool: Tool) {
  let calls = 0;
  const echo = { request: async () => ({ content: [{ type: 'text', text: String(++calls) }] }) };
  const provider = await startMeshNode({ targets: { echo } });
  const consumer = await startMeshNode({ bootstrap: [provider.address()] });
  nodes.push(provider, consumer);
  provider.addServer('echo', [tool]);
  provider.access.share({
    server: 'echo',
    audience: { kind: 'providers', providers: [consumer.providerId] },
    overrides: { echo: { caching: { ttlMs: 600_000, scope: 'private' } } },
    confirmed: false,
    offered: [tool],
  });
  // The mesh node has no wiring that tells the registry what an operator says of his tools.
  provider.registry.setShare('echo', provider.access.shareOf('echo'));
  const found = await until(() => consumer.registry.list('network').find(({ name }) => name === 'echo'));
  consumer.registry.approve(found.id);
  const call = (meta?: object, change: Partial<ReturnType<typeof testExchange>['exchange']> = {}) =>
    consumer.relay.callTool(
      found.id,
      { name: 'echo', arguments: { message: 'hi' }, ...(meta ? { _meta: { ...meta } } : {}) },
      testExchange(change).exchange,
    );
  return { call, calls: () => calls, consumer, provider };
}

it('a tool that only reads is asked once, and each client once for itself', async () => {
  const { call, calls, consumer } = await pair(echoTool);
  const first = await call();
  expect(await call()).toEqual(first);
  expect(calls()).toBe(1);
  expect(consumer.relay.invocations.list({ limit: 2 })).toMatchObject([
    { cached: true, responseBytes: 0, outcome: 'ok' },
    { outcome: 'ok' },
  ]);
  const { caller } = testExchange().exchange;
  await call(undefined, { caller: { ...caller, profile: 'another' } });
  expect(calls()).toBe(2);
  await call({ 'io.toolswarm/cache': 'bypass' });
  expect(calls()).toBe(3);
  expect(consumer.relay.cache.state()).toMatchObject({ hits: 1, misses: 2 });
});

it('a tool that may change something is asked every time', async () => {
  const { call, calls } = await pair({ ...echoTool, annotations: {} });
  await call();
  await call();
  expect(calls()).toBe(2);
});
