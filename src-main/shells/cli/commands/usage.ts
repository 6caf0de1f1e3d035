/** `toolswarm usage`: who used what, how much and for how long. */
import { type Command, Option } from 'commander';
import type { NodeClient } from '#shared/contract.ts';
import type { UsageAnswer, UsageGroup, UsageItem } from '#shared/features/metrics/usage.ts';
import type { Answer, Cli } from '../cli.ts';
import { wholeNumber } from '../parse.ts';
import { byteSize, plural, printable, shortId, table } from '../printable.ts';

interface UsageFlags {
  by: UsageGroup;
  days: number;
  direction?: UsageItem['direction'];
  provider?: string;
  client?: string;
  server?: string;
  tool?: string;
  limit: number;
  csv?: boolean;
  allNodes?: boolean;
}

const GROUPS = [
  'day',
  'provider',
  'client',
  'server',
  'tool',
  'each',
] as const satisfies readonly UsageGroup[];

const EXAMPLES = `
Days end at midnight UTC. --by each keeps everything apart, as it is stored.

Examples:
  toolswarm usage --by provider --direction incoming      who used your tools in the last 30 days
  toolswarm usage --by each --days 365 --csv > usage.csv`;

export function addUsageCommands(program: Command, cli: Cli): void {
  const usage = program
    .command('usage')
    .description('calls, failures, bytes and time by day, party, client, server or tool')
    .addOption(new Option('--by <what>', 'what is kept apart').choices(GROUPS).default('day'))
    .option('--days <n>', 'how many days back, today included', wholeNumber, 30)
    .addOption(new Option('--direction <which>').choices(['local', 'outgoing', 'incoming']))
    .option('--provider <id>', 'only calls of or to one provider')
    .option('--client <name>', 'only those of one AI client')
    .option('--server <name>', 'only those of one server')
    .option('--tool <name>', 'only those of one tool')
    .option('--limit <n>', 'how many rows at most', wholeNumber, 1000)
    .option('--csv', 'print it as CSV')
    .option('--all-nodes', 'of all connected nodes of this provider together')
    .addHelpText('after', EXAMPLES)
    .action((flags: UsageFlags) => cli.ask((node) => showUsage(node, flags)));
  usage
    .command('erase')
    .description('erase everything that is kept about usage')
    .action(() =>
      cli.ask(async (node) => {
        const data = await node['usage.erase']({});
        return { data, text: `Erased ${plural(data.erased, 'sum')}.` };
      }),
    );
}

async function showUsage(
  node: NodeClient,
  { allNodes, csv, provider, ...wanted }: UsageFlags,
): Promise<Answer> {
  const data = await node[allNodes ? 'fleet.usage' : 'usage.query']({
    ...wanted,
    ...(provider ? { providerId: provider } : {}),
  });
  if (!csv) return { data, text: tableOf(data) };
  const { exportUsage } = await import('#shared/features/metrics/usage-export.ts');
  return { data, text: printable(exportUsage(data.items, 'csv')).trimEnd() };
}

function tableOf({ from, items, more, to, total }: UsageAnswer): string {
  const heads = ['CALLS', 'DAY', 'WITH', 'SERVER', 'TOOL', 'COUNT', 'FAILED', 'SENT', 'ANSWERED', 'TIME'];
  const rows = items.map((item) => [
    item.direction,
    item.day ?? '',
    item.kind ?? item.providerName ?? (item.providerId ? shortId(item.providerId) : (item.client ?? '')),
    item.server ?? '',
    item.tool ?? '',
    ...numbersOf(item),
  ]);
  const all = ['all', '', '', '', '', ...numbersOf(total)];
  const left = more ? '\nThere is more: see --limit.' : '';
  return items.length === 0
    ? `Nothing was used from ${from} to ${to}.`
    : table(heads, [...rows, all], '') + left;
}

const numbersOf = ({ calls, durationMs, errors, requestBytes, responseBytes }: UsageAnswer['total']) => [
  String(calls),
  String(errors),
  byteSize(requestBytes),
  byteSize(responseBytes),
  `${(durationMs / 1000).toFixed(1)} s`,
];
