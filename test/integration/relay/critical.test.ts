/** A tool that must have two live instances: two real nodes of its provider, one of which goes. */
import { afterEach, describe, expect, it } from 'vitest';
import { criticalSource } from '#main/node/attention-sources.ts';
import { ALARM_AFTER_MS } from '#shared/features/registry/critical.ts';
import { echoTool, type MeshNode, startMeshNode, until } from '#test/support/mesh-node.ts';

const nodes: MeshNode[] = [];
afterEach(async () => {
  for (const node of nodes.splice(0)) await node.stop();
});

async function provider(rootSeed: Uint8Array, bootstrap: string[] = []): Promise<MeshNode> {
  const node = await startMeshNode({ rootSeed, bootstrap });
  nodes.push(node);
  node.access.share({ server: 'echo', audience: { kind: 'everyone' }, confirmed: true, offered: [echoTool] });
  node.addServer('echo', [echoTool]);
  return node;
}

describe('a critical tool', () => {
  it('counts its live instances, and says so when one is lost for a while', async () => {
    const seed = new Uint8Array(32).fill(5);
    const first = await provider(seed);
    const second = await provider(seed, [first.address()]);
    const consumer = await startMeshNode({ bootstrap: [first.address(), second.address()] });
    nodes.push(consumer);
    const tool = await until(() =>
      consumer.registry.list('network').find((one) => one.nodes.length === 2 && one.reachable),
    );
    await until(() => consumer.network.peers().length === 2 || undefined);
    consumer.registry.approve(tool.id);
    expect(consumer.registry.setCritical(tool.id, 2).critical).toEqual({ min: 2, live: 2 });
    let now = 0;
    const source = criticalSource(consumer.registry, {
      monotonic: () => now,
      after: () => ({ cancel: () => undefined }),
    });
    expect(source.read()).toEqual([]);
    nodes.splice(nodes.indexOf(second), 1);
    await second.stop();
    await until(() => consumer.registry.critical()[0]?.live === 1 || undefined);
    expect(source.read()).toEqual([]);
    now = ALARM_AFTER_MS;
    expect(source.read()).toMatchObject([
      { kind: 'tools.lacking', level: 'mend', subject: 'echo_echo', count: 1 },
    ]);
    expect(consumer.registry.setCritical(tool.id, 0).critical).toBeUndefined();
    expect(source.read()).toEqual([]);
  });
});
