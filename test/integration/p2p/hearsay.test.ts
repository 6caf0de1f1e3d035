/** What the index says about addresses is hearsay: a peer that lies in it cannot make a node knock at inner doors. */
import { createServer, type Server } from 'node:net';
import { peerIdFromPrivateKey } from '@libp2p/peer-id';
import { multiaddr } from '@multiformats/multiaddr';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { rpcProtocol } from '#shared/features/p2p/hello.ts';
import { sleep } from '#shared/kernel/clock.ts';
import { utf8 } from '#shared/kernel/bytes.ts';
import { createLibp2pNetwork, type Libp2pNetwork } from '#main/features/p2p/index.ts';
import { createDialable } from '#main/features/p2p/libp2p/dialable.ts';
import { cidOf } from '#main/features/p2p/libp2p/lookup.ts';
import { createNode, type Node, nodeKey } from '#main/features/p2p/libp2p/node.ts';
import { systemClock } from '#main/platform/clock.ts';
import { createHarness, type Harness } from '#test/support/network/harness.ts';

const KEY = utf8('a tool that somebody is looking for');
const third = peerIdFromPrivateKey(nodeKey(new Uint8Array(32).fill(99)));
const VICTIM = third.toString();

describe('an index that lies', () => {
  let world: Harness;
  let liar: Node;
  let door: Server;
  let knocks = 0;

  beforeEach(async () => {
    knocks = 0;
    world = createHarness(systemClock, createLibp2pNetwork, ['/ip4/127.0.0.1/tcp/0']);
    door = createServer((socket) => {
      knocks++;
      socket.destroy();
    });
    await new Promise<void>((resolve) => door.listen(0, '127.0.0.1', resolve));
    liar = await startLiar();
  });
  afterEach(async () => {
    await world.close();
    await liar.stop();
    door.close();
  });

  /** A server of the index that says of a third node that it provides the key, and lives at an inner door. */
  async function startLiar(): Promise<Node> {
    const { port } = door.address() as { port: number };
    const node = await createNode(nodeKey(new Uint8Array(32).fill(98)), () => true, {
      listen: ['/ip4/127.0.0.1/tcp/0'],
      mdns: false,
      dhtServer: true,
      maxConnections: 10,
      agent: 'liar',
      dialable: createDialable('always'),
    });
    // It listens on the stream for calls and says nothing: the index is asked meanwhile.
    await node.handle(rpcProtocol(1), () => undefined);
    await node.start();
    const addresses = [
      `/ip4/127.0.0.1/tcp/${port}`,
      `/ip6/::ffff:127.0.0.1/tcp/${port}`,
      `/dns4/localhost/tcp/${port}`,
      `/ip4/127.0.0.1/tcp/${port}/p2p/${node.peerId.toString()}/p2p-circuit/p2p/${VICTIM}`,
    ];
    await node.peerStore.merge(third, { multiaddrs: addresses.map((address) => multiaddr(address)) });
    return node;
  }

  /** The liar's record of the key names the third node. */
  async function lie(seeker: Libp2pNetwork): Promise<string[]> {
    await world.until('the liar is known to the index', () => liar.getConnections().length > 0);
    const { providers } = liar.services.dht as unknown as {
      providers: { addProvider(cid: unknown, peer: unknown): Promise<void> };
    };
    await providers.addProvider(cidOf(KEY), third);
    for (;;) {
      const found: string[] = [];
      for await (const peerId of seeker.find(KEY, { limit: 5 })) found.push(peerId);
      if (found.length > 0) return found;
      await sleep(systemClock, 20);
    }
  }

  const seekerOf = (privateAddresses: 'auto' | 'always') =>
    world.node({ privateAddresses, bootstrap: liar.getMultiaddrs().map(String) }) as Promise<Libp2pNetwork>;

  it('opens no inner door, and is counted', async () => {
    const seeker = await seekerOf('auto');
    expect(await lie(seeker)).toEqual([VICTIM]);
    await expect(seeker.dial(VICTIM)).rejects.toMatchObject({ code: 'p2p.unreachable' });
    const refused = seeker.whereabouts().refusedAddresses;
    expect(refused.inner).toBeGreaterThan(0);
    expect(refused.name).toBeGreaterThan(0);
    expect(knocks).toBe(0);
  });

  it('an entry that names an inner door opens none either, unless a person wrote the address down', async () => {
    const seeker = await seekerOf('auto');
    const { port } = door.address() as { port: number };
    const address = `/ip4/127.0.0.1/tcp/${port}/p2p/${VICTIM}`;
    await expect(seeker.dial(address)).rejects.toMatchObject({ code: 'p2p.unreachable' });
    expect(knocks).toBe(0);
    seeker.vouch(address);
    await expect(seeker.dial(address)).rejects.toMatchObject({ code: 'p2p.unreachable' });
    expect(knocks).toBe(1);
  });

  it('leads inward where the operator wants it so', async () => {
    const seeker = await seekerOf('always');
    expect(await lie(seeker)).toEqual([VICTIM]);
    await expect(seeker.dial(VICTIM)).rejects.toMatchObject({ code: 'p2p.unreachable' });
    expect(knocks).toBeGreaterThan(0);
  });

  it('leaves alone what a person wrote down, and what peers say of their own inner addresses is not kept', async () => {
    const friend = (await world.node({ privateAddresses: 'auto' })) as Libp2pNetwork;
    const other = (await world.node({
      privateAddresses: 'auto',
      bootstrap: friend.addresses(),
    })) as Libp2pNetwork;
    await world.until('met', () => other.peers().length === 1);
    await world.until('remembered', () => (other.remembered.get(friend.peerId)?.addresses ?? []).length > 0);
    expect(friend.remembered.get(other.peerId)?.addresses).toEqual([]);
  });
});
