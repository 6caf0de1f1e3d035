/** One world of so many nodes, in a process of its own: its cost is sent to the parent. */
import { RECORDS_PROTOCOL } from '#shared/features/records/messages.ts';
import { createDice } from '#test/support/sim/dice.ts';
import { createWorld, HOUR, MINUTE, SECOND, type World } from '#test/support/sim/world.ts';

export interface SizeOutcome {
  nodes: number;
  linksPerNode: number;
  /** Bytes that a node sends on average until one announcement is everywhere, repairs included. */
  announceBytes: number;
  secondsTo95: number;
  secondsTo100: number;
  /** Bytes of reconciliation that a node sends in an hour in which nothing changes. */
  reconcileBytesPerHour: number;
  /** The rest of what its links carry: pings, credit, framing. */
  linkBytesPerHour: number;
  hops: number;
  hopsP95: number;
  lookupMessages: number;
  lookupBytes: number;
  /** Of this process, for all that nodes do in the idle hour. */
  cpuMsPerNodeHour: number;
  memoryMiB: number;
  seconds: number;
}

/** Entries that exist: every node holds them all. */
export const ENTRIES = 50;
const ANNOUNCEMENTS = 10;
const LOOKUPS = 200;
/** Idle time that is measured, and taken for a part of an hour. */
const IDLE_MS = 10 * MINUTE;

const nodes = Number(process.argv[2]);
const startedAt = performance.now();
const world = createWorld({
  seed: `size ${nodes}`,
  latencyMs: { min: 10, max: 150 },
  loss: 0.01,
  tickMs: 10,
  wave: Math.max(20, nodes / 50),
  node: { walkMs: 10 * SECOND, enoughPeers: 6 },
});
await world.grow(nodes, (number) => ({ dhtServer: number % 3 === 0 }));
await world.pass(MINUTE);
const outcome: SizeOutcome = {
  nodes,
  linksPerNode: world.nodes.reduce((sum, node) => sum + node.network.peers().length, 0) / nodes,
  ...(await announcing(world)),
  ...(await idling(world)),
  ...(await lookingUp(world)),
  memoryMiB: process.memoryUsage.rss() / 2 ** 20,
  seconds: (performance.now() - startedAt) / 1000,
};
if (process.send) process.send(outcome);
else console.log(outcome);

/** The first entries fill the directory; then some of them change, one after the other. */
async function announcing(world: World) {
  const authors = world.nodes.slice(0, ENTRIES);
  for (const author of authors) {
    author.share('tools');
    await world.pass(SECOND);
  }
  await world.pass(7 * MINUTE);
  world.internet.traffic.reset();
  const [to95, to100]: [number[], number[]] = [[], []];
  for (const author of authors.slice(0, ANNOUNCEMENTS)) {
    const key = author.share('more');
    let most: number | undefined;
    const count = world.nodes.length;
    const took = await world.until(
      'everywhere',
      () => {
        const missing = world.missing(key).length;
        if (most === undefined && missing <= count * 0.05) most = world.clock.monotonic();
        return missing === 0;
      },
      HOUR,
      200,
    );
    to100.push(took);
    to95.push(took - (world.clock.monotonic() - (most ?? world.clock.monotonic())));
    // Late echoes belong to the announcement that caused them.
    await world.pass(5 * SECOND);
  }
  const announce = world.internet.traffic.totals()['announce']?.bytes ?? 0;
  return {
    announceBytes: announce / world.nodes.length / ANNOUNCEMENTS,
    secondsTo95: mean(to95) / 1000,
    secondsTo100: Math.max(...to100) / 1000,
  };
}

async function idling(world: World) {
  world.internet.traffic.reset();
  const before = process.cpuUsage();
  await world.pass(IDLE_MS);
  const { system, user } = process.cpuUsage(before);
  const totals = world.internet.traffic.totals();
  const perHour = HOUR / IDLE_MS / world.nodes.length;
  const reconcile = totals[`calls${RECORDS_PROTOCOL}`]?.bytes ?? 0;
  return {
    reconcileBytesPerHour: reconcile * perHour,
    linkBytesPerHour: ((totals['links']?.bytes ?? 0) - reconcile) * perHour,
    cpuMsPerNodeHour: ((system + user) / 1000) * perHour,
  };
}

async function lookingUp(world: World) {
  const dice = createDice('lookups');
  const { index, traffic } = world.internet;
  const isUp = (peer: string) => world.internet.host(peer) !== undefined;
  const keys = Array.from({ length: LOOKUPS }, () => dice.bytes(32));
  for (const key of keys) index.provide(dice.pick(world.nodes).peerId, key, isUp);
  traffic.reset();
  const costs = keys.map((key) => index.find(dice.pick(world.nodes).peerId, key, isUp));
  const found = costs.filter(({ providers }) => providers.length > 0).length;
  if (found < LOOKUPS * 0.95) throw new Error(`only ${found} of ${LOOKUPS} lookups found what is there`);
  const hops = costs.map(({ cost }) => cost.hops).sort((a, b) => a - b);
  return {
    hops: mean(hops),
    hopsP95: hops[Math.floor(hops.length * 0.95)] ?? 0,
    lookupMessages: mean(costs.map(({ cost }) => cost.messages)),
    lookupBytes: (traffic.totals()['lookup']?.bytes ?? 0) / LOOKUPS,
  };
}

function mean(values: readonly number[]): number {
  return values.reduce((sum, value) => sum + value, 0) / values.length;
}
