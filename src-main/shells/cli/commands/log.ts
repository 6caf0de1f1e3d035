import { createWriteStream } from 'node:fs';
import { type Command, Option } from 'commander';
import type { NodeClient } from '#shared/contract.ts';
import type { Invocation, InvocationFilter } from '#shared/features/relay/contract.ts';
import type { ExportFormat } from '#shared/features/relay/export.ts';
import { AppError } from '#shared/kernel/errors.ts';
import { finished } from 'node:stream/promises';
import type { Answer, Cli } from '../cli.ts';
import { moment, wholeNumber } from '../parse.ts';
import { byteSize, facts, plural, printable, shortId, table, time } from '../printable.ts';

type FilterFlags = Omit<InvocationFilter, 'providerId'> & { provider?: string };

interface LogFlags extends FilterFlags {
  limit?: number;
  follow?: boolean;
  export?: ExportFormat;
  out?: string;
}

/** Rows asked for at a time while exporting. */
const PAGE = 1000;

export function addLogCommand(program: Command, cli: Cli): void {
  const log = program
    .command('log')
    .description('calls made here, by peers and to peers, newest first')
    .option('--limit <n>', 'how many at most', wholeNumber)
    .addOption(new Option('--direction <which>').choices(['local', 'outgoing', 'incoming']))
    .addOption(new Option('--outcome <which>').choices(['ok', 'tool_error', 'error', 'cancelled']))
    .option('--server <name>', 'only those of one server')
    .option('--tool <name>', 'only those of one tool')
    .option('--client <name>', 'only those of one AI client')
    .option('--provider <id>', 'only those with one provider')
    .option('--text <part>', 'only those with this in a name or in the error code')
    .option('--since <time>', 'only those started then or later (ISO 8601)', moment)
    .option('--before <time>', 'only those started earlier (ISO 8601)', moment)
    .option('--follow', 'go on printing calls as they end')
    .addOption(new Option('--export <format>', 'write them all to --out').choices(['csv', 'json']))
    .option('--out <file>', 'the file of --export')
    .action((flags: LogFlags) => {
      if (flags.export && flags.out) return cli.ask((node) => exportCalls(node, flags));
      if (flags.export || flags.out) return log.error('--export and --out belong together.');
      if (flags.follow) return cli.follow((node, print) => followCalls(node, flags, print));
      return cli.ask((node) => listCalls(node, flags));
    });
  log
    .command('show')
    .description('one call: where its time went, and at which hop it failed')
    .argument('<id>')
    .action((id: string) => cli.ask(async (node) => showCall(await node['invocations.get']({ id }))));
}

const filterOf = ({
  provider,
  before,
  client,
  direction,
  outcome,
  server,
  since,
  text,
  tool,
}: FilterFlags) => ({
  ...(provider === undefined ? {} : { providerId: provider }),
  before,
  client,
  direction,
  outcome,
  server,
  since,
  text,
  tool,
});

async function listCalls(node: NodeClient, flags: LogFlags): Promise<Answer> {
  const { items } = await node['invocations.list']({ limit: flags.limit, ...filterOf(flags) });
  const header = ['TIME', 'DIRECTION', 'SERVER', 'TOOL', 'OUTCOME', 'TOOK', 'SIZE', 'WITH'];
  return { data: { items }, text: table(header, items.map(row), 'No calls yet.') };
}

async function exportCalls(node: NodeClient, flags: LogFlags): Promise<Answer> {
  const { export: format = 'csv', out = '' } = flags;
  const { createExporter } = await import('#shared/features/relay/export.ts');
  const exporter = createExporter(format);
  // Never over a file that is there already.
  const file = createWriteStream(out, { flags: 'wx', mode: 0o600 });
  const done = finished(file).catch((cause: Error) => {
    throw notWritten(out, cause);
  });
  let calls = 0;
  file.write(exporter.begin());
  for await (const page of pages(node, flags)) {
    calls += page.length;
    if (file.errored) break;
    file.write(exporter.part(page));
  }
  file.end(exporter.end());
  await done;
  return { data: { file: out, calls }, text: `Wrote ${plural(calls, 'call')} to ${out}.` };
}

async function* pages(node: NodeClient, flags: LogFlags): AsyncGenerator<Invocation[]> {
  const filter = filterOf(flags);
  let left = flags.limit ?? Number.POSITIVE_INFINITY;
  let from: { before?: number; beforeId?: string } = {};
  while (left > 0) {
    const limit = Math.min(PAGE, left);
    const { items } = await node['invocations.list']({ ...filter, ...from, limit });
    if (items.length > 0) yield items;
    const last = items.at(-1);
    if (!last || items.length < limit) return;
    left -= items.length;
    from = { before: last.startedAt, beforeId: last.id };
  }
}

async function followCalls(
  node: NodeClient,
  flags: LogFlags,
  print: (answer: Answer) => void,
): Promise<void> {
  for await (const call of node['invocations.watch']({})) {
    if (fits(call, flags)) print({ data: call, text: row(call).join('  ') });
  }
}

function fits(call: Invocation, flags: LogFlags): boolean {
  const { client, direction, outcome, provider, server, text, tool } = flags;
  const equal = { client, direction, outcome, server, tool, providerId: provider };
  const words = [call.server, call.tool, call.client, call.providerId, call.code].join('\n').toLowerCase();
  return (
    Object.entries(equal).every(
      ([key, wanted]) => wanted === undefined || call[key as keyof Invocation] === wanted,
    ) &&
    (text === undefined || words.includes(text.toLowerCase()))
  );
}

async function showCall(call: Awaited<ReturnType<NodeClient['invocations.get']>>): Promise<Answer> {
  // Only now: its schemas would slow down every other command.
  const { failingHop } = await import('#shared/features/relay/hops.ts');
  const failed = call.outcome === 'ok' ? undefined : failingHop(call);
  const hops = call.hops?.map(({ hop, ms }) => [hop, `${ms} ms`, hop === failed ? 'failed here' : '']) ?? [];
  const parts = [
    facts([
      ['started', time(call.startedAt)],
      ['direction', call.direction],
      ['outcome', call.code ? `${call.outcome} (${call.code})` : call.outcome],
      ['failed at', failed],
      ['server', call.server],
      ['tool', call.tool ?? call.method],
      ['client', call.client],
      ['provider', call.providerId],
      ['sealed', call.sealed ? 'yes' : undefined],
      ['fresh identity', call.fresh ? 'yes' : undefined],
      ['secrets kept back', call.redacted === undefined ? undefined : String(call.redacted)],
      ['took', `${call.durationMs} ms`],
      ['sent', byteSize(call.requestBytes)],
      ['received', byteSize(call.responseBytes)],
    ]),
    table(['HOP', 'TOOK', ''], hops, 'Its hops were not noted.'),
    call.request ? `Request:\n${printable(call.request)}` : '',
    call.response ? `Answer:\n${printable(call.response)}` : '',
  ];
  return {
    data: { ...call, ...(failed ? { failedAt: failed } : {}) },
    text: parts.filter(Boolean).join('\n\n'),
  };
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

const notWritten = (file: string, cause: Error): AppError =>
  new AppError('cli.not_written', `${file} could not be written: ${cause.message}.`, {
    advice: 'Choose another name; files that exist are left alone.',
    cause,
  });
