/** `toolswarm metrics`: where the time of calls goes. */
import type { Command } from 'commander';
import type { Cli } from '../cli.ts';
import { table } from '../printable.ts';

export function addMetricsCommands(program: Command, cli: Cli): void {
  program
    .command('metrics')
    .description('figures of this node')
    .command('hops')
    .description('how long each hop of calls took lately, the one that took most time in all first')
    .action(() =>
      cli.ask(async (node) => {
        const data = await node['metrics.hops']({});
        const rows = data.items.map((one) => [
          one.direction,
          one.hop,
          String(one.count),
          ...[one.p50Ms, one.p95Ms, one.p99Ms, one.totalMs].map((ms) => ms.toFixed(ms < 10 ? 2 : 0)),
        ]);
        const heads = ['CALLS', 'HOP', 'COUNT', 'P50 MS', 'P95 MS', 'P99 MS', 'IN ALL MS'];
        return { data, text: table(heads, rows, 'No calls in the last minutes.') };
      }),
    );
}
