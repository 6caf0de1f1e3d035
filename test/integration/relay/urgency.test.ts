/** What a client says of the urgency of its call decides at the provider's door: two nodes over a real link. */
import { afterEach, expect, it } from 'vitest';
import { PRIORITY_META, TIME_LEFT_META } from '#shared/features/relay/urgency.ts';
import type { JsonObject } from '#shared/kernel/canonical.ts';
import { echoTool, type MeshNode, startMeshNode, testExchange, until } from '#test/support/mesh-node.ts';

const nodes: MeshNode[] = [];
afterEach(async () => {
  for (const node of nodes.splice(0)) await node.stop();
});

/** A provider with one place, which the first call holds until it is let go. */
async function onePlace() {
  const ran: string[] = [];
  let release = () => undefined as void;
  const held = new Promise<void>((resolve) => (release = resolve));
  const target = {
    async request({ params }: { params?: JsonObject }) {
      ran.push(String((params?.['arguments'] as JsonObject)['message']));
      await held;
      return { content: [] };
    },
  };
  const provider = await startMeshNode({ targets: { echo: target }, maxRunning: 1 });
  nodes.push(provider);
  provider.addServer('echo', [echoTool]);
  const consumer = await startMeshNode({ bootstrap: [provider.address()] });
  nodes.push(consumer);
  provider.access.share({
    server: 'echo',
    audience: { kind: 'providers', providers: [consumer.providerId] },
    confirmed: false,
    offered: [echoTool],
  });
  const { id } = await until(() => consumer.registry.list('network').find(({ name }) => name === 'echo'));
  consumer.registry.approve(id);
  const call = (message: string, _meta: JsonObject = {}) =>
    consumer.relay.callTool(id, { name: 'echo', arguments: { message }, _meta }, testExchange().exchange);
  const first = call('first');
  await until(() => ran.length === 1 || undefined);
  const waiting = (count: number) => until(() => provider.relay.load().waiting === count || undefined);
  return { call, first, provider, ran, release, waiting };
}

it('a call that cannot be answered in its time is refused at the door and never runs', async () => {
  const { call, first, provider, ran, release } = await onePlace();
  await expect(call('late', { [TIME_LEFT_META]: 1 })).rejects.toMatchObject({
    code: 'relay.too_late',
    retryable: true,
    details: { retryAfterMs: expect.any(Number) },
  });
  expect(provider.relay.load().refused.late).toBeGreaterThan(0);
  release();
  await first;
  expect(ran).toEqual(['first']);
});

it('work in bulk waits until nobody else does', async () => {
  const { call, first, ran, release, waiting } = await onePlace();
  const bulk = call('bulk', { [PRIORITY_META]: 'bulk' });
  await waiting(1);
  const background = call('background', { [PRIORITY_META]: 'background' });
  await waiting(2);
  const interactive = call('interactive');
  await waiting(3);
  release();
  await Promise.all([first, bulk, background, interactive]);
  expect(ran).toEqual(['first', 'interactive', 'background', 'bulk']);
});
