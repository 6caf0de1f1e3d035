/** How entries reach everybody: through churn and loss, across a healed partition, to late joiners, whatever clocks say. */
import { expect } from 'vitest';
import { ENTRY_TYPE, storedEntry } from '#shared/features/registry/entry.ts';
import { MAX_FUTURE_SKEW_MS } from '#shared/features/records/rules.ts';
import { isNightly, simulation } from '#test/support/sim/simulation.ts';
import { createWorld, HOUR, MINUTE, SECOND } from '#test/support/sim/world.ts';

const NODES = isNightly ? 1000 : 150;
/** Every five minutes, and a fifth more by chance: a round of reconciliation. */
const ROUND = 6 * MINUTE;

const everywhere = { latencyMs: { min: 10, max: 150 }, loss: 0.01, tickMs: 5 };

const populated = async (seed: string, count = NODES, loss = everywhere.loss) => {
  const world = createWorld({ seed, ...everywhere, loss, node: { walkMs: 10 * SECOND } });
  await world.grow(count, (number) => ({
    dhtServer: number % 3 === 0,
    access: { nat: number % 3 === 0 ? 'open' : number % 7 === 1 ? 'symmetric' : 'cone' },
  }));
  await world.pass(MINUTE);
  return world;
};

simulation('a new entry reaches every node through churn and loss', async (seed) => {
  const world = await populated(seed);
  const [author] = world.nodes as [(typeof world.nodes)[number]];
  world.churn({ perHour: 0.2, awayMs: 10 * MINUTE, mayLeave: (node) => node !== author });
  await world.pass(10 * MINUTE);
  const key = author.share('files');
  const takenMs = await world.until('all have it', () => world.missing(key).length === 0, 10 * MINUTE);
  expect(takenMs).toBeLessThanOrEqual(10 * MINUTE);
  // Those who were away learn of it when they return.
  await world.until('all are back', () => world.missing(key).length === 0, HOUR, MINUTE);
  expect(world.complaints).toEqual([]);
  await world.close();
});

simulation('a third that was cut off for an hour is complete soon after', async (seed) => {
  const world = await populated(seed, isNightly ? 300 : 60);
  const cut = Math.floor(world.nodes.length * 0.3);
  const [island, mainland] = [world.nodes.slice(0, cut), world.nodes.slice(cut)];
  world.internet.partition(
    island.map(({ peerId }) => peerId),
    mainland.map(({ peerId }) => peerId),
  );
  await world.pass(10 * MINUTE);
  const keys = [...island.slice(0, 5), ...mainland.slice(0, 5)].map((node) => node.share('tools'));
  await world.pass(50 * MINUTE);
  const [ofIsland, ofMainland] = [keys.slice(0, 5), keys.slice(5)];
  const hasNone = (nodes: typeof island, wanted: string[]) =>
    nodes.every((node) => wanted.every((key) => !world.entry(node, key)));
  expect(hasNone(mainland, ofIsland)).toBe(true);
  expect(hasNone(island, ofMainland)).toBe(true);
  world.internet.heal();
  const complete = () => keys.every((key) => world.missing(key).length === 0);
  await world.until('complete', complete, 2 * ROUND);
  await world.close();
});

simulation(
  'who joins late gets everything, and whoever ended an entry ended it for him as well',
  async (seed) => {
    const world = await populated(seed, 40);
    const keys = world.nodes.slice(0, 20).map((node) => node.share('tools'));
    const gone = world.nodes[20]?.share('old') ?? '';
    await world.pass(MINUTE);
    world.nodes[20]?.unshare('old');
    await world.pass(MINUTE);
    const [late] = await world.grow(1);
    await world.until(
      'the newcomer is complete',
      () => keys.every((key) => late && world.entry(late, key)),
      2 * MINUTE,
    );
    const inForce = late?.records.inForce(ENTRY_TYPE).map(({ key }) => key) ?? [];
    expect(inForce).toHaveLength(keys.length);
    expect(inForce).not.toContain(gone);
    await world.close();
  },
);

simulation(
  'clocks that are off by minutes do no harm; those that are off by hours are not believed',
  async (seed) => {
    const world = createWorld({ seed, ...everywhere });
    const offset = MAX_FUTURE_SKEW_MS - 2 * MINUTE;
    await world.grow(20, (number) => ({
      skew: { offsetMs: number % 2 === 0 ? offset / 2 : -offset / 2, driftPpm: (number % 5) * 50 - 100 },
    }));
    const [wrong] = await world.grow(1, { skew: { offsetMs: 3 * HOUR } });
    await world.pass(MINUTE);
    const keys = world.nodes.slice(0, 10).map((node) => node.share('tools'));
    const fromTheFuture = wrong?.share('tools') ?? '';
    const complete = () => keys.every((key) => world.missing(key).length === 0);
    await world.until('complete', complete, 2 * ROUND);
    const others = world.nodes.slice(0, 20);
    expect(others.every((node) => !world.entry(node, fromTheFuture))).toBe(true);
    // Once the time has come that it names, it is believed like any other.
    await world.until(
      'believed',
      () => others.every((node) => world.entry(node, fromTheFuture)),
      4 * HOUR,
      MINUTE,
    );
    await world.close();
  },
);

simulation('entries outlive their first term only while somebody stands for them', async (seed) => {
  const world = await populated(seed, 5, 0);
  const [steady, leaver] = world.nodes as [(typeof world.nodes)[number], (typeof world.nodes)[number]];
  const [kept, lapsed] = [steady.share('kept'), leaver.share('lapsed')];
  await world.pass(MINUTE);
  const first = storedEntry(world.entry(world.nodes[3] as typeof steady, kept)?.bytes ?? new Uint8Array());
  await leaver.stop();
  await world.pass(50 * HOUR);
  const rest = world.up();
  expect(rest.every((node) => node.records.inForce(ENTRY_TYPE).every(({ key }) => key !== lapsed))).toBe(
    true,
  );
  expect(world.missing(kept, first.seq + 1)).toEqual([]);
  await world.close();
});

simulation('the registry shows a stranger’s tools once their signed manifest is here', async (seed) => {
  const world = createWorld({ seed, ...everywhere, node: { depth: 'registry', walkMs: 10 * SECOND } });
  await world.grow(isNightly ? 100 : 25);
  await world.pass(30 * SECOND);
  const [author] = world.nodes as [(typeof world.nodes)[number]];
  author.share('files', [
    { name: 'read_file', description: 'Reads', inputSchema: { type: 'object' } },
    { name: 'write_file', description: 'Writes', inputSchema: { type: 'object' } },
  ]);
  const listed = () => world.nodes.slice(1).every((node) => node.registry.list('network').length === 2);
  await world.until('listed everywhere', listed, 5 * MINUTE);
  await author.stop();
  const [late] = await world.grow(1);
  // The author is gone: whoever passed the entry on gives the manifest as well.
  await world.until('listed for the newcomer', () => late?.registry.list('network').length === 2, 5 * MINUTE);
  expect(world.complaints).toEqual([]);
  await world.close();
});
