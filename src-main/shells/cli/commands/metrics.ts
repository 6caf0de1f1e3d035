/** `toolswarm metrics`: where the time of calls goes. */
import type { Command } from 'commander';
import type { Cli } from '../cli.ts';
import type { Bottleneck } from '#shared/features/metrics/bottleneck.ts';
import { facts, oneLine, table } from '../printable.ts';

export function addMetricsCommands(program: Command, cli: Cli): void {
  const metrics = program.command('metrics').description('figures of this node');
  metrics
    .command('bottleneck')
    .description('what limits calls now, and what would help')
    .action(() => cli.ask(async (node) => showBottleneck(await node['metrics.bottleneck']({}))));
  metrics
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

const NAMES: Record<Bottleneck['resource'], string> = {
  limit: 'a limit that you set',
  policy: 'checking rules, arguments and results',
  eventLoop: 'the one thread of the node',
  places: 'the places for calls of peers',
  serverQueue: 'free processes of a server here',
  server: 'a server here',
  network: 'the network',
  providerQueue: 'the queue of another provider',
  provider: 'a tool of another provider',
  nothing: 'nothing',
};

const HELP: Record<Bottleneck['resource'], string> = {
  limit: 'Raise the limit, if this machine can take more: toolswarm limits list.',
  policy: 'Simpler schemas, results that may be given again, or another node for the same provider.',
  eventLoop: 'Another node for the same provider, a faster machine, or fewer peers.',
  places: 'Allow more at once, if servers can take it: toolswarm settings set relay.maxRunning N.',
  serverQueue: 'See toolswarm servers show NAME: a server that shares one process serves more at once.',
  server: 'A faster server, one that serves several calls at once, or a limit on who calls it.',
  network: 'A better link to that provider, or another node that offers the tool.',
  providerQueue: 'Ask the provider for more room, or use another provider.',
  provider: 'Ask the provider, or use another that offers the tool.',
  nothing: 'Calls are served as they come.',
};

function showBottleneck(data: Bottleneck) {
  const { numbers, resource, share, state, subject, subjectName } = data;
  const { calls, cpuShare, loopDelayMs, loopShare, maxRunning, refused, running, sinceMs, waiting } = numbers;
  const percent = (part: number) => `${Math.round(part * 100)} %`;
  const name = subjectName ?? subject;
  const text = facts([
    [state === 'slowest' ? 'Slowest' : 'Limits', `${NAMES[resource]}${name ? `: ${oneLine(name)}` : ''}`],
    ['Share', state === 'none' ? '' : percent(share)],
    ['Helps', HELP[resource]],
    ['Calls', `${calls} in ${Math.round(sinceMs / 1000)} s`],
    ['Running', `${running} of ${maxRunning}, ${waiting} waiting`],
    [
      'Refused',
      `${refused.rate} over a limit, ${refused.full + refused.late + refused.shed} for lack of room`,
    ],
    ['Processor', `${percent(cpuShare)} of a core`],
    ['Main thread', `busy ${percent(loopShare)}, ${loopDelayMs.toFixed(1)} ms late`],
  ]);
  return { data, text };
}
