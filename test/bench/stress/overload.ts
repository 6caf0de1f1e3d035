/** Twenty consumers ask for three times the capacity, one of them for nine tenths of it. */
import { type ChildProcess, fork } from 'node:child_process';
import { once } from 'node:events';
import { setTimeout as pause } from 'node:timers/promises';
import { connectLight, type LightConsumer } from '../support/light-consumer.ts';
import { atLeast, atMost, type Figure, measured, round, table } from '../support/report.ts';
import { CAPACITY, DELAY_MS, type ProviderState } from './scene.ts';
import { type Sent, send, type Stream, type Traffic } from './traffic.ts';

const CONSUMERS = 20;
const OVERLOAD = 3;
const GREEDY_SHARE = 0.9;
const WARM_MS = 2_000;
const LOAD_MS = 12_000;
/** What a call has left when it comes, where it says so. */
const TIME_LEFT_MS = 1_000;
const PROBE_MS = 20;

const at = (latencies: readonly number[], share: number): number =>
  latencies.toSorted((a, b) => a - b)[Math.floor(latencies.length * share)] ?? 0;

async function stateOf(provider: ChildProcess, collect = false): Promise<ProviderState> {
  provider.send({ collect });
  const [state] = (await once(provider, 'message')) as [ProviderState];
  return state;
}

/** The first consumer is the greedy one. */
function streamsOf(consumers: readonly LightConsumer[], load: number, greedyShare: number): Stream[] {
  const rate = load * CAPACITY;
  const modest = (rate * (1 - greedyShare)) / (CONSUMERS - 1);
  return consumers.map((consumer, index) => ({
    consumer,
    rate: index === 0 ? rate * greedyShare : modest,
  }));
}

interface Overload {
  traffic: Traffic;
  /** Milliseconds after the end of the load until a call took no longer than it does in quiet. */
  recoveryMs: number;
  /** Milliseconds until nothing waited any more. */
  drainedMs: number;
  /** Of the provider, a quarter into the load and at its end, with garbage collected. */
  memory: [ProviderState, ProviderState];
}

async function overload(
  provider: ChildProcess,
  consumers: readonly LightConsumer[],
  quietMs: number,
  timeLeftMs?: number,
): Promise<Overload> {
  const streams = streamsOf(consumers, OVERLOAD, GREEDY_SHARE);
  const loading = send(streams, { durationMs: LOAD_MS, ...(timeLeftMs ? { timeLeftMs } : {}) });
  await pause(LOAD_MS / 4);
  const early = await stateOf(provider, true);
  const traffic = await loading;
  const ended = performance.now();
  const late = await stateOf(provider, true);
  const recoveryMs = await untilQuick(consumers[0] as LightConsumer, quietMs, ended);
  while ((await stateOf(provider)).waiting > 0) await pause(PROBE_MS);
  const drainedMs = performance.now() - ended;
  await traffic.settled;
  return { traffic, recoveryMs, drainedMs, memory: [early, late] };
}

/** Even the greedy one is served as quickly as before, three times in a row. */
async function untilQuick(probe: LightConsumer, quietMs: number, since: number): Promise<number> {
  for (let quick = 0; ; ) {
    const begun = performance.now();
    const isServed = await probe.call(TIME_LEFT_MS).then(
      () => true,
      () => false,
    );
    quick = isServed && performance.now() - begun <= quietMs ? quick + 1 : 0;
    if (quick === 3) return performance.now() - since;
    await pause(PROBE_MS);
  }
}

export async function measureOverload(): Promise<Figure[]> {
  const provider = fork(new URL('./provider.ts', import.meta.url), {
    stdio: 'inherit',
    execArgv: ['--expose-gc'],
  });
  const [{ address }] = (await once(provider, 'message')) as [{ address: string }];
  const consumers: LightConsumer[] = [];
  for (let index = 0; index < CONSUMERS; index++) consumers.push(await connectLight(address));
  const below = streamsOf(consumers, 0.5, 1 / CONSUMERS);
  await (await send(below, { durationMs: WARM_MS })).settled;
  const quiet = await send(below, { durationMs: LOAD_MS / 2 });
  await quiet.settled;
  const quietP99 = at(
    quiet.sent.flatMap(({ latencies }) => latencies),
    0.99,
  );
  const free = await overload(provider, consumers, 2 * quietP99);
  const before = await stateOf(provider, true);
  const timed = await overload(provider, consumers, 2 * quietP99, TIME_LEFT_MS);
  const after = await stateOf(provider, true);
  for (const consumer of consumers) await consumer.stop();
  provider.disconnect();
  return figures({ quietP99, free, timed, heap: [before.heap, after.heap] });
}

interface Outcome {
  quietP99: number;
  free: Overload;
  timed: Overload;
  heap: [number, number];
}

function figures({ free, heap, quietP99, timed }: Outcome): Figure[] {
  console.log(`\n${CONSUMERS} consumers, ${OVERLOAD * CAPACITY} calls/s for a capacity of ${CAPACITY}\n`);
  console.log(
    table(
      ['calls', 'answered/s', 'greedy of it', 'least of the others', 'p50 ms', 'p99 ms', 'others’ p99 ms'],
      [rowOf('without deadline', free), rowOf(`with ${TIME_LEFT_MS} ms left`, timed)],
    ),
  );
  console.log(`\nrefused: ${refusalsOf(timed)}`);
  return [
    atLeast('stress.goodput', goodput(timed) / CAPACITY, 'of capacity', 0.9),
    atLeast('stress.goodput-no-deadline', goodput(free) / CAPACITY, 'of capacity', 0.9),
    atLeast('stress.fair-share', leastShare(timed), 'of what is due, least of 19', 0.9),
    atLeast('stress.fair-share-no-deadline', leastShare(free), 'of what is due, least of 19', 0.9),
    atMost('stress.p99', p99(all(timed)) / p99(all(free)), '× that without deadlines', 2),
    measured('stress.others-p99', p99(others(timed)) / quietP99, '× that at half load'),
    measured('stress.quiet-p99', quietP99, `ms at half load, handler of ${DELAY_MS} ms`),
    atMost('stress.heap-under-load', growth('heap', timed), '× from a quarter to the end of the load', 1.1),
    atMost('stress.rss-under-load', growth('rss', timed), '× from a quarter to the end of the load', 1.1),
    atMost('stress.heap-after', heap[1] / heap[0], '× over the second load, when all is answered', 1.1),
    atMost('stress.recovery', timed.recoveryMs / 1000, 's until the greedy one is served quickly', 2),
    measured('stress.drained', timed.drainedMs / 1000, 's until nothing waits'),
    measured('stress.recovery-no-deadline', free.recoveryMs / 1000, 's'),
  ];
}

const all = ({ traffic }: Overload): Sent[] => traffic.sent;
const others = ({ traffic }: Overload): Sent[] => traffic.sent.slice(1);
const latenciesOf = (sent: readonly Sent[]) => sent.flatMap(({ latencies }) => latencies);
const p99 = (sent: readonly Sent[]): number => at(latenciesOf(sent), 0.99);
const growth = (what: 'heap' | 'rss', { memory: [early, late] }: Overload): number =>
  late[what] / early[what];
const sum = (values: readonly number[]): number => values.reduce((total, value) => total + value, 0);
const goodput = ({ traffic }: Overload): number =>
  sum(traffic.sent.map(({ answered }) => answered)) / traffic.seconds;

/** Each is due a twentieth of the capacity, or what it asks for where that is less. */
function leastShare(one: Overload): number {
  const due = (one.traffic.seconds * CAPACITY) / CONSUMERS;
  return Math.min(...others(one).map(({ latencies, made }) => latencies.length / Math.min(due, made)));
}

function rowOf(name: string, one: Overload): Array<string | number> {
  const greedy = (one.traffic.sent[0]?.answered ?? 0) / one.traffic.seconds;
  const middle = at(latenciesOf(all(one)), 0.5);
  const row = [goodput(one), greedy, leastShare(one), middle, p99(all(one)), p99(others(one))];
  return [name, ...row.map(round)];
}

function refusalsOf({ traffic }: Overload): string {
  const counts = new Map<string, number>();
  for (const { refused } of traffic.sent)
    for (const [code, count] of refused) counts.set(code, (counts.get(code) ?? 0) + count);
  return [...counts].map(([code, count]) => `${count} × ${code}`).join(', ') || 'none';
}
