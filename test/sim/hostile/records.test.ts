/** Records that are wrong, repeated, contradictory or far too many: nobody shows them, and honest entries do not suffer. */
import { expect } from 'vitest';
import { ENTRY_TOPIC, ENTRY_TYPE } from '#shared/features/registry/entry.ts';
import { createHostile, signedEntry } from '#test/support/sim/hostile.ts';
import { createSimIdentity } from '#test/support/sim/identity.ts';
import { malformations } from '#test/support/sim/malformations.ts';
import type { SimNode } from '#test/support/sim/node.ts';
import { isNightly, simulation } from '#test/support/sim/simulation.ts';
import { createWorld, MINUTE, SECOND, type World } from '#test/support/sim/world.ts';

const NODES = isNightly ? 100 : 20;
/** What a node keeps of one provider. */
const QUOTA = 512;

async function peaceful(seed: string) {
  const world = createWorld({
    seed,
    latencyMs: { min: 5, max: 80 },
    loss: 0.01,
    node: { walkMs: 10 * SECOND },
  });
  await world.grow(NODES);
  await world.pass(30 * SECOND);
  const keys = world.nodes.slice(0, 5).map((node) => node.share('tools'));
  await world.until('honest entries are everywhere', () => isComplete(world, keys), 10 * MINUTE);
  return { world, keys };
}

const isComplete = (world: World, keys: readonly string[]) =>
  keys.every((key) => world.missing(key).length === 0);

/** Keys in force that nobody honest published. */
const strangers = (node: SimNode, keys: readonly string[]) =>
  node.records.inForce(ENTRY_TYPE).filter(({ key }) => !keys.includes(key));

/** A hostile node with several honest neighbours. */
async function intruder(world: World, name: string, neighbours = 6) {
  const hostile = await createHostile(world, name);
  const met = world.nodes.slice(0, neighbours);
  const dials = met.map((node) => hostile.network.dial(node.address));
  await world.pass(5 * SECOND);
  await Promise.all(dials);
  return { hostile, met };
}

const countOf = (node: SimNode, reason: string) => node.refusals.get(reason) ?? 0;

simulation('what is wrong with a record is its end: refused by its reason, shown nowhere', async (seed) => {
  const { world, keys } = await peaceful(seed);
  const victims = world.nodes.slice(0, 6);
  const [victim] = victims as [SimNode];
  for (let group = 0; group < 4; group++) {
    // After a dozen lies nobody listens to a liar any more: each tells a part of them.
    const { hostile } = await intruder(world, `malformed-${group}`);
    const lies = malformations(hostile, world.clock.now()).filter((_, index) => index % 4 === group);
    for (const { bytes, name, reason } of lies) {
      const before = reason ? countOf(victim, reason) : 0;
      await hostile.network.announce(ENTRY_TOPIC, bytes);
      await world.pass(2 * SECOND);
      if (reason) expect(countOf(victim, reason), name).toBe(before + 1);
      for (const node of world.nodes) expect(strangers(node, keys), name).toEqual([]);
    }
    for (const node of victims) expect(node.network.score(hostile.peerId)).toBeLessThan(0);
  }
  // Nobody thinks ill of anybody else: what is wrong is not passed on.
  for (const node of world.nodes)
    for (const other of world.nodes) expect(node.network.score(other.peerId)).toBe(0);
  for (const node of world.nodes.slice(victims.length)) expect(node.refusals.size).toBe(0);
  expect(isComplete(world, keys)).toBe(true);
  expect(world.complaints).toEqual([]);
  await world.close();
});

simulation('who tells nothing but lies is no longer heard, right or wrong', async (seed) => {
  const { world, keys } = await peaceful(seed);
  const { hostile, met } = await intruder(world, 'liar');
  for (let lie = 0; lie < 20; lie++) {
    await hostile.network.announce(ENTRY_TOPIC, new Uint8Array(100).fill(lie));
    await world.pass(100);
  }
  await hostile.network.announce(ENTRY_TOPIC, signedEntry(hostile, world.clock.now()));
  await world.pass(10 * SECOND);
  for (const node of world.nodes) expect(strangers(node, keys)).toEqual([]);
  for (const node of met) expect(countOf(node, 'kernel.malformed')).toBeLessThan(20);
  await world.close();
});

simulation('what was once true stays in the past, however often it is repeated', async (seed) => {
  const { world, keys } = await peaceful(seed);
  const [author] = world.nodes as [SimNode];
  const [key = ''] = keys;
  const old = world.entry(author, key)?.bytes ?? new Uint8Array();
  await world.pass(MINUTE);
  author.unshare('tools');
  const gone = () => world.nodes.every((node) => world.entry(node, key)?.tombstone);
  await world.until('the tombstone is everywhere', gone, 10 * MINUTE);
  const { hostile } = await intruder(world, 'replayer');
  for (let time = 0; time < 200; time++) await hostile.network.announce(ENTRY_TOPIC, old);
  await world.pass(7 * MINUTE);
  expect(gone()).toBe(true);
  expect(isComplete(world, keys.slice(1))).toBe(true);
  expect(world.complaints).toEqual([]);
  await world.close();
});

simulation(
  'two records of one sequence convict their signer everywhere, and neither is shown',
  async (seed) => {
    const { world, keys } = await peaceful(seed);
    const { hostile } = await intruder(world, 'two-faced');
    const now = world.clock.now();
    const [one, two] = [signedEntry(hostile, now, { title: 'A' }), signedEntry(hostile, now, { title: 'B' })];
    const found = new Set<string>();
    for (const node of world.nodes) node.records.on('equivocationFound', () => void found.add(node.name));
    await hostile.network.announce(ENTRY_TOPIC, one);
    await world.pass(5 * SECOND);
    await hostile.network.announce(ENTRY_TOPIC, two);
    await world.until('all have found out', () => found.size === world.nodes.length, 15 * MINUTE);
    for (const node of world.nodes) expect(strangers(node, keys)).toEqual([]);
    expect(isComplete(world, keys)).toBe(true);
    await world.close();
  },
);

simulation(
  'who shows one face to half of the world and another to the rest is found out by all once they compare',
  async (seed) => {
    const { world, keys } = await peaceful(seed);
    const { hostile } = await intruder(world, 'janus');
    const half = world.nodes.length / 2;
    const idsOf = (nodes: readonly SimNode[]) => nodes.map(({ peerId }) => peerId);
    const [east, west] = [idsOf(world.nodes.slice(0, half)), idsOf(world.nodes.slice(half))];
    const now = world.clock.now();
    const [one, two] = [signedEntry(hostile, now, { title: 'A' }), signedEntry(hostile, now, { title: 'B' })];
    const key = `${hostile.providerId}/${hostile.peerId}/`;
    const holds = (ids: readonly string[]) =>
      world.nodes
        .filter(({ peerId }) => ids.includes(peerId))
        .every((node) => node.records.inForce(ENTRY_TYPE).some((record) => record.key.startsWith(key)));
    world.internet.partition([...east, hostile.peerId], west);
    await hostile.network.announce(ENTRY_TOPIC, one);
    await world.until('the east believes the one', () => holds(east), 15 * MINUTE);
    world.internet.partition(east, [...west, hostile.peerId]);
    // The connections into the east have to be missed before others are made.
    await world.pass(5 * MINUTE);
    const dials = world.nodes.slice(half, half + 4).map((node) => hostile.network.dial(node.address));
    await world.pass(5 * SECOND);
    await Promise.all(dials);
    await hostile.network.announce(ENTRY_TOPIC, two);
    await world.until('the west believes the other', () => holds(west), 15 * MINUTE);
    await hostile.network.stop();
    world.internet.heal();
    const isConvicted = (node: SimNode) =>
      node.records.equivocations().some(({ owner }) => owner === hostile.providerId);
    await world.until('all hold the proof', () => world.nodes.every(isConvicted), 30 * MINUTE);
    for (const node of world.nodes) expect(strangers(node, keys)).toEqual([]);
    expect(isComplete(world, keys)).toBe(true);
    await world.close();
  },
);

simulation('a flood of names fills the quota of its sender and nobody else’s', async (seed) => {
  const { world, keys } = await peaceful(seed);
  const { hostile, met } = await intruder(world, 'flooder');
  const now = world.clock.now();
  const names = isNightly ? 5000 : QUOTA + 100;
  for (let n = 0; n < names; n++) {
    await hostile.network.announce(ENTRY_TOPIC, signedEntry(hostile, now, { name: `s${n}` }));
    if (n % 50 === 0) await world.pass(SECOND);
  }
  await world.pass(10 * SECOND);
  for (const node of world.nodes)
    expect(node.records.ofOwner(hostile.providerId).length).toBeLessThanOrEqual(QUOTA);
  expect(met.some((node) => countOf(node, 'records.quota') > 0)).toBe(true);
  const late = world.nodes.at(-1)?.share('late') ?? '';
  await world.until('others go on', () => isComplete(world, [...keys, late]), 10 * MINUTE);
  await world.close();
});

simulation('an entry that changes without end slows down nobody but its sender', async (seed) => {
  const { world, keys } = await peaceful(seed);
  const { hostile, met } = await intruder(world, 'restless');
  const now = world.clock.now();
  for (let n = 0; n < 300; n++) {
    await hostile.network.announce(ENTRY_TOPIC, signedEntry(hostile, now, { seq: now + n }));
    await world.pass(100);
  }
  expect(met.every((node) => countOf(node, 'records.too_often') > 0)).toBe(true);
  const late = world.nodes.at(-1)?.share('late') ?? '';
  await world.until('others go on', () => isComplete(world, [...keys, late]), 10 * MINUTE);
  await world.close();
});

simulation('thousands of invented providers do not keep honest entries away', async (seed) => {
  const { world, keys } = await peaceful(seed);
  const { hostile } = await intruder(world, 'many');
  const now = world.clock.now();
  const count = isNightly ? 10_000 : 1500;
  for (let n = 0; n < count; n++) {
    const sybil = createSimIdentity(`sybil/${n}`, now);
    await hostile.network.announce(ENTRY_TOPIC, signedEntry(sybil, now));
    if (n % 100 === 0) await world.pass(SECOND);
  }
  await world.pass(MINUTE);
  const late = world.nodes.at(-1)?.share('late') ?? '';
  await world.until('honest entries arrive', () => isComplete(world, [...keys, late]), 10 * MINUTE);
  expect(world.complaints).toEqual([]);
  await world.close();
});
