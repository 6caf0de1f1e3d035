import { type Command, Option } from 'commander';
import type { Invocation } from '#shared/features/relay/contract.ts';
import type { Cli } from '../cli.ts';
import { wholeNumber } from '../parse.ts';
import { byteSize, shortId, table, time } from '../printable.ts';

interface LogFlags {
  limit?: number;
  direction?: Invocation['direction'];
  outcome?: Invocation['outcome'];
  server?: string;
}

export function addLogCommand(program: Command, cli: Cli): void {
  program
    .command('log')
    .description('calls made here, by peers and to peers, newest first')
    .option('--limit <n>', 'how many at most', wholeNumber)
    .addOption(new Option('--direction <which>').choices(['local', 'outgoing', 'incoming']))
    .addOption(new Option('--outcome <which>').choices(['ok', 'tool_error', 'error', 'cancelled']))
    .option('--server <name>', 'only those of one server')
    .action((flags: LogFlags) =>
      cli.ask(async (node) => {
        const { items } = await node['invocations.list'](flags);
        const header = ['TIME', 'DIRECTION', 'SERVER', 'TOOL', 'OUTCOME', 'TOOK', 'SIZE', 'WITH'];
        return { data: { items }, text: table(header, items.map(row), 'No calls yet.') };
      }),
    );
}

const row = (call: Invocation): string[] => [
  time(call.startedAt),
  call.direction,
  call.server,
  call.tool ?? call.method,
  call.code ?? call.outcome,
  `${Math.round(call.durationMs)} ms`,
  byteSize(call.requestBytes + call.responseBytes),
  call.providerId ? shortId(call.providerId) : (call.client ?? ''),
];
