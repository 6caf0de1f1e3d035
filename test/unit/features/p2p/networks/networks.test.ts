/** Several networks as one, over networks that only note what is asked of them. */
import { beforeEach, describe, expect, it } from 'vitest';
import type { Libp2pNetwork, NetworkEvents, PeerInfo } from '#main/features/p2p/index.ts';
import { createNetworks, MAX_PRIVATE_NETWORKS, type Networks } from '#main/features/p2p/networks/networks.ts';
import { silentLog } from '#main/platform/log.ts';
import { AppError } from '#shared/kernel/errors.ts';
import { createEmitter } from '#shared/kernel/events.ts';
import { PUBLIC_NETWORK } from '#shared/kernel/ids.ts';

const [RED, BLUE] = ['aaaaaaaaaaaaaaaa', 'bbbbbbbbbbbbbbbb'];

/** One network: who is met in it is said by the test. */
function fakeNetwork(id: string) {
  const events = createEmitter<NetworkEvents>((error) => {
    throw error;
  });
  const peers = new Map<string, PeerInfo>();
  const asked: string[] = [];
  const note = (what: string) => async () => void asked.push(what);
  const state = { failsToStart: false, remembers: new Set<string>() };
  const network = {
    on: events.on,
    peers: () => [...peers.values()],
    addresses: () => [`/${id}`],
    async start() {
      asked.push('start');
      if (state.failsToStart) throw new AppError('p2p.port_in_use', 'Taken.');
    },
    stop: note('stop'),
    dial: async (target: string) => {
      asked.push(`dial ${target}`);
      return { peerId: target, network: id };
    },
    disconnect: async (peerId: string) => void asked.push(`disconnect ${peerId}`),
    call(peerId: string) {
      asked.push(`call ${peerId}`);
      return { response: Promise.resolve(new Uint8Array()), send: async () => undefined };
    },
    announce: async (topic: string) => void asked.push(`announce ${topic}`),
    provide: note('provide'),
    withdraw: note('withdraw'),
    async *find() {
      asked.push('find');
      yield `${id}-peer`;
      yield 'common';
    },
    serve(protocol: string) {
      asked.push(`serve ${protocol}`);
      return { close: () => void asked.push(`unserve ${protocol}`) };
    },
    subscribe: () => ({ close: () => undefined }),
    drops: () => ({ 'p2p.too_old': 1 }),
    setRelayPolicy: () => void asked.push('policy'),
    refresh: () => void asked.push('refresh'),
    remembered: {
      get: (peerId: string) =>
        state.remembers.has(peerId) ? { peerId, addresses: ['/x'], lastSeenAt: 1 } : undefined,
      list: () => [...state.remembers].map((peerId) => ({ peerId, addresses: ['/x'], lastSeenAt: 1 })),
      remember: () => undefined,
      forget: () => undefined,
      clear: () => undefined,
    },
  };
  return {
    ...{ asked, state },
    network: network as unknown as Libp2pNetwork,
    meet(peerId: string) {
      const peer = { peerId, providerId: `provider of ${peerId}`, network: id } as PeerInfo;
      peers.set(peerId, peer);
      events.emit('peerConnected', peer);
    },
    part(peerId: string) {
      peers.delete(peerId);
      events.emit('peerDisconnected', { peerId, providerId: `provider of ${peerId}` });
    },
    /** What was asked since this was last looked at. */
    news: () => asked.splice(0),
  };
}

type Fake = ReturnType<typeof fakeNetwork>;
let open: Fake;
let red: Fake;
let blue: Fake;
let networks: Networks;

beforeEach(async () => {
  [open, red, blue] = [fakeNetwork(PUBLIC_NETWORK), fakeNetwork(RED), fakeNetwork(BLUE)];
  networks = createNetworks({ log: silentLog }, { publicNetwork: open.network });
  await networks.add(RED, red.network);
  await networks.start();
  await networks.add(BLUE, blue.network);
  [open, red, blue].forEach((one) => one.news());
});

const asked = () => [open.news(), red.news(), blue.news()];

describe('a peer that is met', () => {
  it('in two networks is told once for each, and is gone when it is met in none', () => {
    const told: string[] = [];
    networks.on('peerConnected', ({ network, peerId }) => told.push(`+${peerId} ${network}`));
    networks.on('peerDisconnected', ({ peerId }) => told.push(`-${peerId}`));
    red.meet('anna');
    blue.meet('anna');
    red.part('anna');
    expect(told).toEqual([`+anna ${RED}`, `+anna ${BLUE}`]);
    expect(networks.peers().map(({ network }) => network)).toEqual([BLUE]);
    blue.part('anna');
    expect(told.at(-1)).toBe('-anna');
  });

  it('is called where it is met, and in the network that was named and no other', async () => {
    blue.meet('anna');
    await networks.call('anna', '/p', new Uint8Array()).response;
    expect(asked()).toEqual([[], [], ['call anna']]);
    await networks.call('anna', '/p', new Uint8Array(), { network: RED }).response;
    expect(asked()).toEqual([[], ['call anna'], []]);
    const elsewhere = networks.call('anna', '/p', new Uint8Array(), { network: 'cccccccccccccccc' });
    await expect(elsewhere.response).rejects.toMatchObject({ code: 'p2p.unreachable' });
    expect(asked()).toEqual([[], [], []]);
  });

  it('is dialled where it is met or remembered; an address of a private network is tried in no other', async () => {
    const peer = '12D3KooWGQmdpbHXCqLno4mMxWXKNFQHASBeF99gTm2JR8Vu5Bdc';
    red.state.remembers.add(peer);
    await networks.dial(peer);
    expect(asked()).toEqual([[], [`dial ${peer}`], []]);
    await networks.dial(`/ip4/127.0.0.1/tcp/1/p2p/${peer}`, undefined, BLUE);
    expect(asked()).toEqual([[], [], [`dial /ip4/127.0.0.1/tcp/1/p2p/${peer}`]]);
    blue.meet(peer);
    // Met already: the address may be another network's and is not used.
    await networks.dial(`/ip4/127.0.0.1/tcp/1/p2p/${peer}`);
    expect(asked()).toEqual([[], [], [`dial ${peer}`]]);
  });
});

describe('what is said', () => {
  it('goes to the network that is named, or to all', async () => {
    await networks.announce('topic', new Uint8Array(), { network: RED });
    expect(asked()).toEqual([[], ['announce topic'], []]);
    await networks.provide(new Uint8Array());
    expect(asked()).toEqual([['provide'], ['provide'], ['provide']]);
    await networks.withdraw(new Uint8Array(), { network: BLUE });
    expect(asked()).toEqual([[], [], ['withdraw']]);
    await expect(networks.announce('topic', new Uint8Array(), { network: 'gone' })).rejects.toMatchObject({
      code: 'p2p.stopped',
    });
  });

  it('is found in all, or in the one that is named', async () => {
    const find = async (network?: string) => {
      const found: string[] = [];
      for await (const peer of networks.find(new Uint8Array(), network ? { network } : {})) found.push(peer);
      return found.sort();
    };
    expect(await find()).toEqual([`${RED}-peer`, `${BLUE}-peer`, 'common', 'public-peer'].sort());
    expect(await find(RED)).toEqual([`${RED}-peer`, 'common'].sort());
  });

  it('is served in those that come later too, and in none after the end', async () => {
    const served = networks.serve('/p', (payload) => payload);
    const late = fakeNetwork('cccccccccccccccc');
    await networks.add('cccccccccccccccc', late.network);
    expect(late.news()).toEqual(['serve /p', 'start']);
    await networks.remove('cccccccccccccccc');
    expect(late.news()).toEqual(['stop', 'unserve /p']);
    void served.close();
    expect(asked()).toEqual([
      ['serve /p', 'unserve /p'],
      ['serve /p', 'unserve /p'],
      ['serve /p', 'unserve /p'],
    ]);
  });
});

describe('networks', () => {
  it('come and go without the others; one that does not start is out again', async () => {
    const broken = fakeNetwork('cccccccccccccccc');
    broken.state.failsToStart = true;
    await expect(networks.add('cccccccccccccccc', broken.network)).rejects.toMatchObject({
      code: 'p2p.port_in_use',
    });
    expect(networks.networks().map(({ id, state }) => [id, state])).toEqual([
      [PUBLIC_NETWORK, 'running'],
      [RED, 'running'],
      [BLUE, 'running'],
    ]);
    await networks.remove(PUBLIC_NETWORK);
    expect(networks.within(PUBLIC_NETWORK)).toBe(open.network);
    await networks.remove(RED);
    expect(networks.within(RED)).toBeUndefined();
    expect(asked()).toEqual([[], ['stop'], []]);
  });

  it('without the public one are asked as they are, and their peers are not spoken to through it', async () => {
    await networks.setPublic(false);
    expect(asked()).toEqual([['stop'], [], []]);
    await networks.announce('topic', new Uint8Array());
    expect(asked()).toEqual([[], ['announce topic'], ['announce topic']]);
    await networks.call('stranger', '/p', new Uint8Array()).response;
    expect(asked()).toEqual([[], ['call stranger'], []]);
    expect(networks.addresses()).toEqual([`/${RED}`, `/${BLUE}`]);
    await networks.setPublic(true);
    expect(asked()).toEqual([['start'], [], []]);
  });

  it('are eight beside the public one at most', async () => {
    for (let index = networks.networks().length; index <= MAX_PRIVATE_NETWORKS; index++)
      await networks.add(`${index}`.repeat(16), fakeNetwork(`${index}`).network);
    await expect(networks.add('ffffffffffffffff', fakeNetwork('f').network)).rejects.toMatchObject({
      code: 'p2p.crowded',
    });
  });

  it('that stand still say nothing', async () => {
    await networks.stop();
    expect(networks.peers()).toEqual([]);
    await expect(networks.announce('topic', new Uint8Array())).rejects.toMatchObject({ code: 'p2p.stopped' });
  });
});
