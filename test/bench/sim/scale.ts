/** The curve: bytes per node and hour, lookups and CPU at each size, every size in a process of its own. */
import { fork } from 'node:child_process';
import { once } from 'node:events';
import { type Figure, measured, round, table } from '../support/report.ts';
import type { SizeOutcome } from './size.ts';

export async function measureScale(sizes: readonly number[]): Promise<Figure[]> {
  const outcomes: SizeOutcome[] = [];
  for (const size of sizes) outcomes.push(await runSize(size));
  print(outcomes);
  return outcomes.flatMap((outcome) => {
    const id = (name: string) => `sim.${outcome.nodes}.${name}`;
    return [
      measured(id('announce'), outcome.announceBytes, 'bytes per node and announcement'),
      measured(id('reconcile'), outcome.reconcileBytesPerHour, 'bytes per node and hour'),
      measured(id('links'), outcome.linkBytesPerHour, 'bytes per node and hour'),
      measured(id('lookup'), outcome.lookupBytes, 'bytes per lookup'),
      measured(id('hops'), outcome.hops, 'hops'),
      measured(id('cpu'), outcome.cpuMsPerNodeHour, 'ms per node and hour'),
    ];
  });
}

async function runSize(nodes: number): Promise<SizeOutcome> {
  const child = fork(new URL('./size.ts', import.meta.url), [String(nodes)], {
    stdio: 'inherit',
    execArgv: ['--max-old-space-size=8192', '--expose-gc'],
  });
  const ended = once(child, 'exit').then(([code]) => {
    throw new Error(`the world of ${nodes} nodes ended with ${code}`);
  });
  const [outcome] = (await Promise.race([once(child, 'message'), ended])) as [SizeOutcome];
  ended.catch(() => undefined);
  child.disconnect();
  return outcome;
}

function print(outcomes: readonly SizeOutcome[]): void {
  console.log('\nWhat a node sends, by the size of the network\n');
  const head = [
    'nodes',
    'links per node',
    'B per node and announcement',
    's to 95 / 100 %',
    'reconcile B/h',
    'other on links B/h',
    'hops mean / p95',
    'messages per lookup',
    'B per lookup',
    'CPU ms per node and hour',
    'MiB',
    's',
  ];
  console.log(
    table(
      head,
      outcomes.map((one) => [
        one.nodes,
        round(one.linksPerNode),
        Math.round(one.announceBytes),
        `${round(one.secondsTo95)} / ${round(one.secondsTo100)}`,
        Math.round(one.reconcileBytesPerHour),
        Math.round(one.linkBytesPerHour),
        `${round(one.hops)} / ${one.hopsP95}`,
        round(one.lookupMessages),
        Math.round(one.lookupBytes),
        round(one.cpuMsPerNodeHour),
        Math.round(one.memoryMiB),
        Math.round(one.seconds),
      ]),
    ),
  );
}
