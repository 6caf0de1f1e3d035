/** How soon everybody is complete again: a new entry under churn and loss, and a third that was cut off for an hour. */
import { createWorld, HOUR, MINUTE, SECOND } from '#test/support/sim/world.ts';
import { atMost, type Figure, round, table } from '../support/report.ts';

/** Reconciliation comes every five minutes. */
const ROUND_MS = 5 * MINUTE;
const SEEDS = ['one', 'two', 'three'];

const build = (seed: string, count: number) => {
  const world = createWorld({
    seed,
    latencyMs: { min: 10, max: 150 },
    loss: 0.01,
    tickMs: 5,
    node: { walkMs: 10 * SECOND },
  });
  return world
    .grow(count, (number) => ({
      dhtServer: number % 3 === 0,
      access: { nat: number % 3 === 0 ? 'open' : number % 7 === 1 ? 'symmetric' : 'cone' },
    }))
    .then(() => world);
};

async function spreading(seed: string) {
  const world = await build(seed, 1000);
  const [author] = world.nodes;
  world.churn({ perHour: 0.2, awayMs: 10 * MINUTE, mayLeave: (node) => node !== author });
  await world.pass(10 * MINUTE);
  const key = author?.share('files') ?? '';
  let most: number | undefined;
  const startedAt = world.clock.monotonic();
  const took = await world.until(
    'all have it',
    () => {
      const missing = world.missing(key).length;
      if (most === undefined && missing <= world.up().length * 0.05)
        most = world.clock.monotonic() - startedAt;
      return missing === 0;
    },
    HOUR,
  );
  await world.close();
  return { most: most ?? took, all: took };
}

async function partition(seed: string) {
  const world = await build(seed, 100);
  const [island, mainland] = [world.nodes.slice(0, 30), world.nodes.slice(30)];
  await world.pass(MINUTE);
  world.internet.partition(
    island.map(({ peerId }) => peerId),
    mainland.map(({ peerId }) => peerId),
  );
  await world.pass(10 * MINUTE);
  const keys = world.nodes.map((node) => node.share('tools'));
  await world.pass(50 * MINUTE);
  world.internet.heal();
  const took = await world.until(
    'complete',
    () => keys.every((key) => world.missing(key).length === 0),
    HOUR,
  );
  await world.close();
  return took;
}

export async function measureHealing(): Promise<Figure[]> {
  const rows: Array<Array<string | number>> = [];
  let slowest = 0;
  let rounds = 0;
  for (const seed of SEEDS) {
    const { all, most } = await spreading(seed);
    const healed = await partition(seed);
    slowest = Math.max(slowest, all);
    rounds = Math.max(rounds, healed / ROUND_MS);
    rows.push([seed, most / 1000, all / 1000, healed / 1000, round(healed / ROUND_MS)]);
  }
  console.log(
    '\nA new entry among 1,000 nodes (20 % churn an hour, 1 % loss); 30 of 100 nodes cut off for an hour\n',
  );
  console.log(table(['seed', 's to 95 %', 's to 100 %', 's after healing', 'rounds after healing'], rows));
  return [
    atMost('sim.entry-everywhere', slowest / MINUTE, 'virtual minutes', 10),
    atMost('sim.partition-healed', rounds, 'rounds', 2),
  ];
}
