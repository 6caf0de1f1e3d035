/** Several nodes of one provider offer one tool: real libp2p, real records, real calls. */
import { setTimeout as pause } from 'node:timers/promises';
import { afterEach, describe, expect, it } from 'vitest';
import type { Tool } from '#shared/features/registry/tool.ts';
import { McpError, type McpTarget } from '#shared/features/servers/mcp.ts';
import { AppError } from '#shared/kernel/errors.ts';
import { systemRandom } from '#main/platform/random.ts';
import {
  echoTool,
  type MeshNode,
  type MeshNodeOptions,
  startMeshNode,
  testExchange,
  until,
} from '#test/support/mesh-node.ts';

const nodes: MeshNode[] = [];
afterEach(async () => {
  for (const node of nodes.splice(0)) await node.stop();
});
async function start(options: MeshNodeOptions = {}): Promise<MeshNode> {
  const node = await startMeshNode(options);
  nodes.push(node);
  return node;
}

interface Instance {
  /** Calls that its server got. */
  calls: number;
  /** What its server does. */
  does(): Promise<void> | void;
  node: MeshNode;
}

const writing: Tool = { ...echoTool, annotations: {} };

/** One provider with as many nodes as there are deeds, and a consumer that is connected to all of them. */
async function provider(
  deeds: Array<() => Promise<void> | void>,
  tool: Tool = echoTool,
  more: MeshNodeOptions = {},
) {
  const rootSeed = systemRandom.bytes(32);
  const instances: Instance[] = [];
  for (const does of deeds) {
    const instance = { calls: 0, does } as Instance;
    const target: McpTarget = {
      async request() {
        instance.calls++;
        await instance.does();
        return { content: [{ type: 'text', text: String(instances.indexOf(instance)) }] };
      },
    };
    instance.node = await start({ rootSeed, targets: { echo: target }, ...more });
    instance.node.addServer('echo', [tool]);
    instances.push(instance);
  }
  const consumer = await start({ bootstrap: instances.map(({ node }) => node.address()) });
  for (const { node } of instances)
    node.access.share({
      server: 'echo',
      audience: { kind: 'providers', providers: [consumer.providerId] },
      confirmed: false,
      offered: [tool],
    });
  const { id } = await until(() => consumer.registry.list('network').find(({ name }) => name === tool.name));
  consumer.registry.approve(id);
  await until(() => consumer.registry.callable(id).nodes.length === deeds.length || undefined);
  await until(() => consumer.network.peers().length === deeds.length || undefined);
  const call = (message = 'hi') =>
    consumer.relay.callTool(id, { name: 'echo', arguments: { message } }, testExchange().exchange);
  return { call, consumer, id, instances };
}

const sum = (instances: Instance[]) => instances.reduce((all, { calls }) => all + calls, 0);

describe('one tool on several nodes', () => {
  it('is called at all of them', async () => {
    const { call, instances } = await provider([() => pause(5), () => pause(5), () => pause(5)]);
    await call();
    for (let wave = 0; wave < 6; wave++) await Promise.all(Array.from({ length: 20 }, () => call()));
    for (const { calls } of instances) expect(calls).toBeGreaterThan(5);
  });

  it('is called elsewhere where one is slow', async () => {
    const { call, instances } = await provider([() => pause(2), () => pause(2), () => pause(400)]);
    for (let index = 0; index < 40; index++) await call();
    // A third would be its share; it is tried, and then left alone, however busy this machine is.
    expect(instances[2]?.calls).toBeLessThan(10);
  });

  it('answers every call though one fails every second time and one is slow', async () => {
    let turn = 0;
    const failing = () => {
      if (turn++ % 2 === 0) throw new McpError(-32603, 'broken');
    };
    const { call, instances } = await provider([() => pause(1), () => pause(20), failing]);
    for (let index = 0; index < 100; index++) await expect(call()).resolves.toMatchObject({ content: [{}] });
    expect(sum(instances)).toBeGreaterThan(100);
  });

  it('goes on at another node when one dies in the middle of a call that only reads', async () => {
    const { call, instances } = await provider([() => pause(300), () => pause(300)]);
    const answer = call();
    const busy = await until(() => instances.find(({ calls }) => calls > 0));
    await busy.node.network.stop();
    await expect(answer).resolves.toMatchObject({ content: [{ text: String(1 - instances.indexOf(busy)) }] });
  });

  it('never makes a call that may have changed something a second time', async () => {
    const { call, instances } = await provider([() => pause(300), () => pause(300)], writing);
    const outcome = call().catch((error: unknown) => error);
    const busy = await until(() => instances.find(({ calls }) => calls > 0));
    await busy.node.network.stop();
    expect(await outcome).toMatchObject({ code: 'relay.unreachable' });
    expect(sum(instances)).toBe(1);
  });

  it('takes a call that changes something elsewhere where it was refused before it ran', async () => {
    const busy = () => {
      throw new AppError('servers.busy', 'The server is busy.', { retryable: true });
    };
    const { call, instances } = await provider([busy, () => undefined], writing);
    for (let index = 0; index < 10; index++)
      await expect(call()).resolves.toMatchObject({ content: [{ text: '1' }] });
    expect(instances[0]?.calls).toBeLessThan(10);
  });

  it('leaves alone for a while who asked to be left alone, and says when to come back where nobody else is', async () => {
    let release = () => undefined as void;
    const held = new Promise<void>((resolve) => (release = resolve));
    const { call } = await provider([() => held], echoTool, { maxRunning: 1, maxWaiting: 0 });
    const running = call();
    await expect(until(() => call('second'))).rejects.toMatchObject({
      code: 'relay.busy',
      retryable: true,
      details: { retryAfterMs: expect.any(Number) },
    });
    release();
    await running;
  });
});
