/** What a kept result costs the client that gets it: it never leaves the node. */
import { BYPASS, CACHE_META } from '#shared/features/relay/caching.ts';
import { CALL_PROTOCOL } from '#shared/features/relay/messages.ts';
import type { JsonObject } from '#shared/kernel/canonical.ts';
import { type MeshNode, echoTool, startMeshNode, testExchange, until } from '#test/support/mesh-node.ts';
import { median } from '../support/load.ts';
import { atMost, type Figure } from '../support/report.ts';
import { MESSAGE } from './providers.ts';

const WARM_UP = 500;
const HITS = 5_000;

export async function measureCached(): Promise<Figure[]> {
  const text = { content: [{ type: 'text', text: MESSAGE }] };
  const provider = await startMeshNode({ targets: { echo: { request: async () => text } } });
  const consumer = await startMeshNode({ bootstrap: [provider.address()] });
  try {
    const call = await cachedCall(provider, consumer);
    const sent = countCalls(consumer);
    for (let index = 0; index < WARM_UP; index++) await call();
    const times: number[] = [];
    for (let index = 0; index < HITS; index++) {
      const at = performance.now();
      await call();
      times.push(performance.now() - at);
    }
    if (sent() > 0) throw new Error(`${sent()} of the hits crossed the network`);
    // The count is worth something only if it sees a call that does leave.
    await call({ [CACHE_META]: BYPASS });
    if (sent() !== 1) throw new Error('what crosses the network was not counted');
    return [atMost('relay.cache-hit', median(times), 'ms in the relay, 0 calls over the network', 0.3)];
  } finally {
    await consumer.stop();
    await provider.stop();
  }
}

type Call = (meta?: JsonObject) => Promise<unknown>;

/** A call that was made once, so that its result is kept. */
async function cachedCall(provider: MeshNode, consumer: MeshNode): Promise<Call> {
  provider.addServer('echo', [echoTool]);
  provider.access.share({
    server: 'echo',
    audience: { kind: 'providers', providers: [consumer.providerId] },
    overrides: { echo: { caching: { ttlMs: 600_000, scope: 'private' } } },
    confirmed: false,
    offered: [echoTool],
  });
  provider.registry.setShare('echo', provider.access.shareOf('echo'));
  const { id } = await until(() => consumer.registry.list('network').find(({ name }) => name === 'echo'));
  consumer.registry.approve(id);
  const params = { name: 'echo', arguments: { message: MESSAGE } };
  const call: Call = (_meta = {}) =>
    consumer.relay.callTool(id, { ...params, _meta }, testExchange().exchange);
  await call();
  return call;
}

/** Calls of tools that leave the node from now on. */
function countCalls({ network }: MeshNode): () => number {
  const { call } = network;
  let count = 0;
  network.call = (peer, protocol, ...rest) => {
    if (protocol === CALL_PROTOCOL) count++;
    return call(peer, protocol, ...rest);
  };
  return () => count;
}
