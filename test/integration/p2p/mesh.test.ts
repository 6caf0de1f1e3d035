/** Fifteen nodes behind one address, and one that comes late. */
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { fromUtf8, utf8 } from '#shared/kernel/bytes.ts';
import { createLibp2pNetwork } from '#main/features/p2p/index.ts';
import { systemClock } from '#main/platform/clock.ts';
import { createHarness, type Harness, type TestNetwork } from '#test/support/network/harness.ts';

const NODES = 15;
const INDEX_SERVERS = 4;
const TOPIC = 'toolswarm/entries/1';

describe('a mesh of fifteen nodes on one machine', () => {
  let world: Harness;
  let nodes: TestNetwork[];
  const heard = new Map<string, string[]>();

  function listen(node: TestNetwork): void {
    heard.set(node.peerId, []);
    node.subscribe(TOPIC, (message) => {
      heard.get(node.peerId)?.push(fromUtf8(message));
      return 'accept';
    });
  }

  async function join(index: number): Promise<TestNetwork> {
    const bootstrap = nodes.slice(0, 2).flatMap((node) => node.addresses());
    const node = await world.node({ bootstrap, dhtServer: index < INDEX_SERVERS });
    listen(node);
    return node;
  }

  beforeEach(async () => {
    world = createHarness(systemClock, createLibp2pNetwork, ['/ip4/127.0.0.1/tcp/0']);
    nodes = [];
    for (let index = 0; index < NODES; index++) nodes.push(await join(index));
    await world.until('all have peers', () => nodes.every((node) => node.peers().length > 0));
  });
  afterEach(() => world.close());

  const all = (text: string, of: TestNetwork[]) => () =>
    of.every((node) => heard.get(node.peerId)?.includes(text));

  /** Meshes form within a heartbeat or two; until then something may be missed, and is said again. */
  async function spread(from: TestNetwork, text: string, to: TestNetwork[]): Promise<void> {
    for (let i = 0; i < 40 && !all(text, to)(); i++) {
      await from.announce(TOPIC, utf8(text));
      await new Promise((resolve) => setTimeout(resolve, 250));
    }
    expect(to.filter((node) => !heard.get(node.peerId)?.includes(text))).toEqual([]);
  }

  it('gossips to all, indexes for all, and takes in a late joiner', async () => {
    const [first, , , , , sixth] = nodes as [
      TestNetwork,
      TestNetwork,
      TestNetwork,
      TestNetwork,
      TestNetwork,
      TestNetwork,
    ];
    const last = nodes[NODES - 1] as TestNetwork;
    await spread(
      last,
      'one',
      nodes.filter((node) => node !== last),
    );

    const key = utf8('cap:search#3');
    await retried(() => sixth.provide(key));
    expect(await providersOf(last, key)).toContain(sixth.peerId);

    const late = await join(NODES);
    await world.until('the late one has peers', () => late.peers().length > 0);
    await spread(first, 'two', [late]);
    expect(await providersOf(late, key)).toContain(sixth.peerId);
    late.serve('/toolswarm/echo/1', (payload) => payload);
    const answer = sixth.call(late.peerId, '/toolswarm/echo/1', utf8('welcome')).response;
    expect(await answer).toEqual(utf8('welcome'));
  });
});

async function providersOf(node: TestNetwork, key: Uint8Array): Promise<string[]> {
  const found: string[] = [];
  await retried(async () => {
    for await (const peerId of node.find(key, { limit: 3 })) found.push(peerId);
    if (found.length === 0) throw new Error('nobody yet');
  });
  return found;
}

async function retried(attempt: () => Promise<void>): Promise<void> {
  for (let i = 0; i < 20; i++) {
    const error = await attempt().then(
      () => undefined,
      (fault: unknown) => fault,
    );
    if (error === undefined) return;
    await new Promise((resolve) => setTimeout(resolve, 250));
  }
  await attempt();
}
