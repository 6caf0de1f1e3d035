/** The same seed gives the same world to the last event; another seed gives another one. */
import { expect } from 'vitest';
import { simulation } from '#test/support/sim/simulation.ts';
import { createWorld, MINUTE, SECOND } from '#test/support/sim/world.ts';

/** A little of everything: churn, loss, a partition, broken wires, entries that change. */
async function live(seed: string) {
  const world = createWorld({
    seed,
    latencyMs: { min: 5, max: 150 },
    loss: 0.02,
    node: { walkMs: 10 * SECOND },
  });
  await world.grow(30, (number) => ({ dhtServer: number % 2 === 0 }));
  const still = world.churn({ perHour: 2, awayMs: MINUTE });
  for (const node of world.up().slice(0, 5)) node.share('files');
  await world.pass(MINUTE);
  const ids = world.nodes.map(({ peerId }) => peerId);
  world.internet.partition(ids.slice(0, 10), ids.slice(10));
  world.internet.breakWires(0.3);
  await world.pass(MINUTE);
  world.internet.heal();
  await world.pass(MINUTE);
  still();
  const { digest, events } = world.internet.trace;
  const seen = { digest: digest(), events, traffic: world.internet.traffic.totals() };
  await world.close();
  return { ...seen, complaints: world.complaints };
}

simulation('one seed, one run', async (seed) => {
  const first = await live(seed);
  expect(await live(seed)).toEqual(first);
  expect((await live(`${seed}, but another`)).digest).not.toBe(first.digest);
  expect(first.complaints).toEqual([]);
});
