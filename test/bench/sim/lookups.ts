/** The modelled index alone: it is small enough for a million nodes, a third of which serve it. */
import { createSimulatedIndex } from '#test/support/network/simulated-index.ts';
import { createTrace, createTraffic } from '#test/support/network/traffic.ts';
import { createDice } from '#test/support/sim/dice.ts';
import { type Figure, measured, round, table } from '../support/report.ts';

const LOOKUPS = 300;
/** Servers that left and are still named by others. */
const GONE = 0.03;

export function measureLookups(sizes: readonly number[]): Figure[] {
  const rows: Array<Array<string | number>> = [];
  const figures: Figure[] = [];
  for (const nodes of sizes) {
    const dice = createDice(`lookups ${nodes}`);
    const traffic = createTraffic();
    const index = createSimulatedIndex({ traffic, trace: createTrace(), roundTripMs: () => 160 });
    const peers = Array.from({ length: nodes }, (_, number) => `peer-${number}`);
    peers.forEach((peerId, number) => index.joined({ peerId, dhtServer: number % 3 === 0 }));
    const gone = new Set(peers.filter(() => dice.float() < GONE));
    for (const peer of gone) index.left(peer);
    const isUp = (peer: string) => !gone.has(peer);
    const someone = () => dice.pick(peers);
    const keys = Array.from({ length: LOOKUPS }, () => dice.bytes(32));
    for (const key of keys) index.provide(someone(), key, isUp);
    traffic.reset();
    const found = keys.map((key) => index.find(someone(), key, isUp));
    const hops = found.map(({ cost }) => cost.hops).sort((a, b) => a - b);
    const mean = (of: (cost: (typeof found)[number]['cost']) => number) =>
      found.reduce((sum, { cost }) => sum + of(cost), 0) / LOOKUPS;
    const successes = found.filter(({ providers }) => providers.length > 0).length / LOOKUPS;
    const bytes = (traffic.totals()['lookup']?.bytes ?? 0) / LOOKUPS;
    rows.push([
      nodes.toLocaleString('en'),
      round(mean((cost) => cost.hops)),
      hops[Math.floor(LOOKUPS * 0.95)] ?? 0,
      round(mean((cost) => cost.messages)),
      round(mean((cost) => cost.timeouts)),
      `${round(bytes / 1024)} KiB`,
      `${round(successes * 100)} %`,
    ]);
    figures.push(
      measured(
        `sim.lookup-hops-${nodes}`,
        mean((cost) => cost.hops),
        'hops',
      ),
    );
  }
  console.log('\nLookups in the modelled index; three servers in a hundred are gone\n');
  console.log(table(['nodes', 'hops mean', 'p95', 'questions', 'unanswered', 'bytes', 'found'], rows));
  return figures;
}
