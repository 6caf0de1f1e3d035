/** Peers that lie, stall, flood and surround: they cost their own connection, never an honest node's completeness. */
import { expect } from 'vitest';
import { FLAGS, FRAME_TYPES } from '#main/features/p2p/rpc/frames.ts';
import { RECORDS_PROTOCOL } from '#shared/features/records/messages.ts';
import { ENTRY_TYPE } from '#shared/features/registry/entry.ts';
import { createHostile, createRawHost, type Hostile, type RawEnd } from '#test/support/sim/hostile.ts';
import type { SimNode } from '#test/support/sim/node.ts';
import { isNightly, simulation } from '#test/support/sim/simulation.ts';
import { createWorld, MINUTE, SECOND, type World } from '#test/support/sim/world.ts';

const calm = (seed: string) => createWorld({ seed, latencyMs: { min: 5, max: 80 }, loss: 0.01 });

const isComplete = (world: World, keys: readonly string[]) =>
  keys.every((key) => world.missing(key).length === 0);

simulation('a node with one honest neighbour among liars still gets everything', async (seed) => {
  const world = calm(seed);
  await world.grow(isNightly ? 60 : 12, { walkMs: 10 * SECOND });
  await world.pass(10 * SECOND);
  const keys = world.nodes.slice(0, 8).map((node) => node.share('tools'));
  await world.until('the others have it', () => isComplete(world, keys), 5 * MINUTE);
  const [honest] = world.nodes as [SimNode];
  const liars: Hostile[] = [];
  for (let n = 0; n < 12; n++) {
    const liar = await createHostile(world, `liar-${n}`, {
      dhtServer: true,
      lie: () => ({ providers: liarIds(), nearer: liarIds() }),
    });
    // Each answers calls about records with another lie.
    liar.serve(RECORDS_PROTOCOL, lies[n % lies.length] as (typeof lies)[number]);
    liars.push(liar);
  }
  function liarIds(): string[] {
    return liars.map(({ peerId }) => peerId);
  }
  // Its walks are answered by the liars alone: it never meets another honest node by itself.
  const [victim] = (await world.grow(1, {
    bootstrap: [...liars.map(({ address }) => address), honest.address],
    enoughPeers: 8,
  })) as [SimNode];
  await world.until('surrounded', () => victim.network.peers().length >= 12, MINUTE);
  await world.until('complete all the same', () => isComplete(world, keys), 12 * MINUTE);
  expect(
    victim.records
      .inForce(ENTRY_TYPE)
      .map(({ key }) => key)
      .sort(),
  ).toEqual([...keys].sort());
  expect(world.complaints).toEqual([]);
  await world.close();
});

/** Ways to answer a question about records. */
const lies = [
  () => new Uint8Array(0),
  () => new Uint8Array(1000).fill(0xff),
  () => new Promise<Uint8Array>(() => undefined),
  () => {
    throw new Error('no');
  },
  () => new Uint8Array(2 << 20),
  // An empty map, and an empty list.
  () => Uint8Array.of(0xa0),
  () => Uint8Array.of(0x80),
];

simulation('claims in the index bring nothing but a wasted call', async (seed) => {
  const world = calm(seed);
  await world.grow(10, { dhtServer: true });
  const liar = await createHostile(world, 'index', {
    dhtServer: true,
    lie: () => ({ providers: ['12D3KooWNobody', world.nodes[3]?.peerId ?? ''], nearer: [] }),
  });
  const dialled = liar.network.dial(world.nodes[0]?.address ?? '');
  await world.pass(10 * SECOND);
  await dialled;
  const [seeker] = world.nodes as [SimNode];
  const found: string[] = [];
  const search = (async () => {
    for await (const peer of seeker.network.find(new Uint8Array(32).fill(9))) found.push(peer);
  })();
  await world.pass(30 * SECOND);
  await search;
  expect(seeker.records.inForce(ENTRY_TYPE)).toEqual([]);
  expect(world.complaints).toEqual([]);
  await world.close();
});

/** What each raw peer does with its wire, once every 100 ms. */
const torments: Record<string, (end: RawEnd, turn: number) => void> = {
  'says nothing': () => undefined,
  'says its hello a byte a second': (end, turn) => {
    if (turn % 10 === 0) end.write(Uint8Array.of(turn === 0 ? 0 : 1));
  },
  'greets, then sends a request that never ends': (end, turn) => {
    if (turn === 0) end.greet();
    else if (turn === 1)
      end.frame(FRAME_TYPES.request, { id: 1, flags: FLAGS.more, payload: requestHead(RECORDS_PROTOCOL) });
    else end.frame(FRAME_TYPES.data, { id: 1, flags: FLAGS.more, payload: Uint8Array.of(turn & 0xff) });
  },
  'greets, then opens more calls than anybody may': (end, turn) => {
    if (turn === 0) return end.greet();
    for (let n = 0; n < 200; n++)
      end.frame(FRAME_TYPES.request, {
        id: 2 * (turn * 200 + n) + 1,
        flags: FLAGS.more,
        payload: requestHead(RECORDS_PROTOCOL),
      });
  },
  'greets, then pings without end': (end, turn) => {
    if (turn === 0) return end.greet();
    for (let n = 0; n < 500; n++) end.frame(FRAME_TYPES.ping);
  },
  'greets, then answers what was never asked': (end, turn) => {
    if (turn === 0) return end.greet();
    for (let n = 0; n < 50; n++)
      end.frame(FRAME_TYPES.response, { id: 2 * n + 2, payload: new Uint8Array(1000) });
    for (let n = 0; n < 50; n++) end.frame(FRAME_TYPES.pong);
  },
  'greets, then grants credit without end': (end, turn) => {
    if (turn === 0) return end.greet();
    for (let n = 0; n < 50; n++)
      end.frame(FRAME_TYPES.credit, { id: 2 * n + 1, payload: Uint8Array.of(255, 255, 255, 255) });
  },
  'sends frames of half a megabyte': (end, turn) => {
    if (turn === 0) end.greet();
    else end.write(Uint8Array.of(0, 8, 0, 0, 3, 0, 0, 0, 0, 1));
  },
  'says hello again and again': (end) => end.greet(),
  'shows somebody else’s certificate': (end, turn) => {
    if (turn === 0) end.greet({ certificate: new Uint8Array(200).fill(1) });
  },
  'speaks a language of the far future': (end, turn) => {
    if (turn === 0) end.greet({ min: 90, max: 99 });
  },
};

/** `u32 timeout | u8 n | name`. */
function requestHead(protocol: string): Uint8Array {
  const name = new TextEncoder().encode(protocol);
  return Uint8Array.of(0, 0, 0xff, 0xff, name.length, ...name);
}

simulation('whatever a peer does on its wire, others are served beside it', async (seed) => {
  const world = calm(seed);
  await world.grow(6, { walkMs: 10 * SECOND });
  const [victim, author] = world.nodes as [SimNode, SimNode];
  const ends = [];
  for (const [name, torment] of Object.entries(torments)) {
    const raw = createRawHost(world, name.replaceAll(' ', '-'));
    const opening = raw.open(victim.address);
    await world.pass(SECOND);
    ends.push({ name, torment, peerId: raw.peerId, end: await opening });
  }
  const heapBefore = process.memoryUsage().heapUsed + process.memoryUsage().external;
  for (let turn = 0; turn < (isNightly ? 3000 : 300); turn++) {
    for (const { end, torment } of ends) if (!end.isClosed) torment(end, turn);
    if (turn === 100) author.share('under-fire');
    await world.pass(100);
  }
  const key = `${author.providerId}/${author.peerId}/under-fire`;
  await world.until('the entry arrives', () => world.missing(key).length === 0, 10 * MINUTE);
  const open = ends.filter(({ end }) => !end.isClosed).map(({ name }) => name);
  // Who only wastes its own calls may stay; who breaks the protocol or never comes to the point is gone.
  for (const name of [
    'says nothing',
    'says its hello a byte a second',
    'sends frames of half a megabyte',
    'says hello again and again',
    'shows somebody else’s certificate',
    'speaks a language of the far future',
  ])
    expect(open).not.toContain(name);
  const drops = victim.network.drops();
  expect(drops).toMatchObject({ 'p2p.no_hello': 2, 'identity.bad_certificate': 1 });
  expect(drops['p2p.malformed'] ?? 0).toBeGreaterThanOrEqual(2);
  const grown = process.memoryUsage().heapUsed + process.memoryUsage().external - heapBefore;
  expect(grown).toBeLessThan(300 << 20);
  expect(world.complaints).toEqual([]);
  await world.close();
});
