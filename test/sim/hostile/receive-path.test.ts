/**
 * A hostile peer says what is nearly right, on every way into a node: requests, responses, gossip, frames. The node takes
 * no harm: it shows nothing that nobody signed, no handler fails in a way that was not foreseen, and others are served.
 */
import { expect } from 'vitest';
import { CALL_PROTOCOL } from '#shared/features/relay/messages.ts';
import { RECORDS_PROTOCOL } from '#shared/features/records/messages.ts';
import { ENTRY_TOPIC, ENTRY_TYPE } from '#shared/features/registry/entry.ts';
import { MANIFEST_PROTOCOL } from '#shared/features/registry/manifest.ts';
import { SEARCH_PROTOCOL } from '#shared/features/registry/network-search.ts';
import { createDice, type Dice } from '#test/support/sim/dice.ts';
import { createHostile, createRawHost, signedEntry } from '#test/support/sim/hostile.ts';
import { createMutations, type Mutate } from '#test/support/sim/mutations.ts';
import type { SimNode } from '#test/support/sim/node.ts';
import { serveMore } from '#test/support/sim/services.ts';
import { isNightly, simulation } from '#test/support/sim/simulation.ts';
import { createWorld, MINUTE, SECOND, type World } from '#test/support/sim/world.ts';

/** Cases for each of four ways in: 2,400 in a run, 100,000 in a night. */
const CASES = isNightly ? 25_000 : 600;
/** After so many cases the node is looked at. */
const LOOK_EVERY = 200;
/** Valid messages of one kind that are kept as models. */
const SAMPLES = 40;

interface Scene {
  world: World;
  victim: SimNode;
  friend: SimNode;
  keys: string[];
  samples: Map<string, Uint8Array[]>;
  dice: Dice;
  mutate: Mutate;
}

/** A little world in which every protocol has been spoken, and noted. */
async function createScene(seed: string): Promise<Scene> {
  const samples = new Map<string, Uint8Array[]>();
  const world = createWorld({
    seed,
    node: { depth: 'registry' },
    tap(kind, bytes) {
      const list = samples.get(kind) ?? [];
      samples.set(kind, list);
      if (list.length < SAMPLES) list.push(bytes.slice());
    },
  });
  await world.grow(4);
  const services = world.nodes.map((node) => serveMore(world, node));
  await world.pass(10 * SECOND);
  const [victim, friend] = world.nodes as [SimNode, SimNode];
  for (const node of world.nodes) node.trust.setKnown(victim.providerId, true);
  const keys = world.nodes.map((node) => node.share('tools'));
  friend.share('secret', undefined, { kind: 'known' });
  await world.until('all know all', () => keys.every((key) => world.missing(key).length === 0), 10 * MINUTE);
  await speakAll(world, services);
  const dice = createDice(`${seed}/mutations`);
  const mutate = createMutations(dice, () => [...samples.values()].flat());
  return { world, victim, friend, keys, samples, dice, mutate };
}

/** What is not said by itself. */
async function speakAll(world: World, services: Array<ReturnType<typeof serveMore>>): Promise<void> {
  const said = [...services.flatMap((service) => service.speak()), ...world.nodes.map(searchAll)];
  await world.pass(12 * SECOND);
  await Promise.all(said);
}

/** Asks all peers for tools, and gives up after ten seconds. */
async function searchAll(node: SimNode): Promise<void> {
  const limit = new AbortController();
  node.clock.after(10 * SECOND, () => limit.abort());
  for await (const answer of node.registry.searchNetwork('says it back', 5, limit.signal))
    expect(answer).toBeDefined();
}

/** Shows only what honest nodes published, complains of nothing, and answers its friend. */
async function expectSound({ friend, keys, victim, world }: Scene, hostileIds: Set<string>): Promise<void> {
  const shown = victim.records.inForce(ENTRY_TYPE).map(({ key }) => key);
  expect(
    shown.filter((key) => !hostileIds.has(key.split('/')[1] ?? '') && !isHonest(key, keys, friend)),
  ).toEqual([]);
  for (const key of keys) expect(shown).toContain(key);
  expect(world.complaints).toEqual([]);
  const answer = friend.network.call(victim.peerId, '/toolswarm/echo/1', Uint8Array.of(1)).response;
  await world.pass(SECOND);
  expect(await answer).toEqual(Uint8Array.of(1));
}

const isHonest = (key: string, keys: readonly string[], friend: SimNode): boolean =>
  keys.includes(key) || key.startsWith(`${friend.providerId}/${friend.peerId}/secret`);

const settled = (promise: Promise<unknown>): Promise<unknown> => promise.catch(() => undefined);

const kindsOf = (scene: Scene, prefix: string): string[] =>
  [...scene.samples.keys()].filter((kind) => kind.startsWith(prefix)).sort();

simulation('requests of every protocol', async (seed) => {
  const scene = await createScene(seed);
  const { dice, mutate, samples, victim, world } = scene;
  const kinds = kindsOf(scene, 'request ');
  for (const protocol of [RECORDS_PROTOCOL, MANIFEST_PROTOCOL, SEARCH_PROTOCOL, CALL_PROTOCOL])
    expect(kinds).toContain(`request ${protocol}`);
  const hostile = await createHostile(world, 'asker');
  const dialled = hostile.network.dial(victim.address);
  await world.pass(SECOND);
  await dialled;
  for (let number = 1; number <= CASES; number++) {
    const kind = dice.pick(kinds);
    const payload = mutate(dice.pick(samples.get(kind) ?? []));
    const call = hostile.network.call(victim.peerId, kind.slice('request '.length), payload, {
      timeoutMs: 2000,
    });
    const done = settled(call.response);
    if (number % 10 === 0) {
      await world.pass(3 * SECOND);
      await done;
    }
    if (number % LOOK_EVERY === 0) await expectSound(scene, new Set([hostile.peerId]));
  }
  await world.close();
});

simulation('responses of every protocol', async (seed) => {
  const scene = await createScene(seed);
  const { dice, mutate, samples, victim, world } = scene;
  const kinds = kindsOf(scene, 'response ');
  const hostileIds = new Set<string>();
  let answered = 0;
  for (let turn = 0; answered < CASES && turn < CASES; turn++) {
    const hostile = await createHostile(world, `answerer-${turn}`);
    hostileIds.add(hostile.peerId);
    for (const kind of kinds) {
      const protocol = kind.slice('response '.length);
      hostile.serve(protocol, () => {
        answered++;
        return mutate(dice.pick(samples.get(kind) ?? []));
      });
    }
    const dialled = hostile.network.dial(victim.address);
    await world.pass(SECOND);
    await settled(dialled);
    // An entry of its own makes the victim ask for the manifest as well.
    await hostile.network.announce(
      ENTRY_TOPIC,
      signedEntry(hostile, world.clock.now(), { name: `bait-${turn}` }),
    );
    const searching = searchAll(victim);
    await world.pass(12 * SECOND);
    await settled(searching);
    await hostile.network.stop();
    await world.pass(SECOND);
    if (turn % 20 === 0) await expectSound(scene, hostileIds);
  }
  expect(answered).toBeGreaterThanOrEqual(CASES);
  await expectSound(scene, hostileIds);
  await world.close();
});

simulation('gossip', async (seed) => {
  const scene = await createScene(seed);
  const { dice, mutate, samples, victim, world } = scene;
  const kinds = kindsOf(scene, 'gossip ');
  for (let number = 0; number < CASES; number++) {
    // A liar is soon heard no longer: each says ten things.
    if (number % 10 === 0) {
      const hostile = await createHostile(world, `gossip-${number}`);
      const dialled = hostile.network.dial(victim.address);
      await world.pass(500);
      await settled(dialled);
      for (let said = 0; said < 10; said++) {
        const kind = dice.pick(kinds);
        const bytes = mutate(dice.pick(samples.get(kind) ?? [])).subarray(0, 60_000);
        await hostile.network.announce(kind.slice('gossip '.length), bytes);
      }
      await world.pass(500);
      await hostile.network.stop();
      await world.pass(100);
    }
    if (number % LOOK_EVERY === 0) await expectSound(scene, new Set());
  }
  await world.close();
});

simulation('frames', async (seed) => {
  const scene = await createScene(seed);
  const { dice, mutate, samples, victim, world } = scene;
  const wire = samples.get('wire') ?? [];
  for (let number = 0; number < CASES; number++) {
    const raw = createRawHost(world, `${number}`);
    const opening = raw.open(victim.address);
    await world.pass(20);
    const end = await opening;
    if (dice.float() < 0.8) end.greet();
    for (let said = 1 + dice.below(5); said > 0; said--) end.write(mutate(dice.pick(wire)));
    await world.pass(50);
    if (!end.isClosed) end.abort();
    world.internet.leave(raw.peerId);
    if (number % LOOK_EVERY === 0) {
      await world.pass(SECOND);
      await expectSound(scene, new Set());
    }
  }
  await world.close();
});
