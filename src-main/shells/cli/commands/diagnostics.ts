import { writeFile } from 'node:fs/promises';
import type { Command } from 'commander';
import type { NodeClient } from '#shared/contract.ts';
import type { Traffic } from '#shared/features/metrics/contract.ts';
import { AppError } from '#shared/kernel/errors.ts';
import type { Answer, Cli } from '../cli.ts';
import { byteSize, plural, printable, table, time } from '../printable.ts';

/** Looking after a node: what happens, what it takes up, and what to hand to somebody who helps. */
export function addDiagnosticsCommands(program: Command, cli: Cli): void {
  program
    .command('diagnostics')
    .description('write what helps to find a fault to a zip file, without secrets, names and addresses')
    .argument('[file]', 'absent: print everything that would be in it')
    .action((file?: string) =>
      cli.ask(async (node) => {
        const bundle = await node['node.diagnostics']({});
        return file === undefined ? showBundle(bundle) : writeBundle(bundle, file);
      }),
    );
  program
    .command('storage')
    .description('what the node takes up on the disk')
    .action(() => cli.ask(async (node) => showStorage(await node['node.storage']({}))));
  program
    .command('traffic')
    .description('calls of the last hour')
    .option('--follow', 'go on printing while something happens')
    .action(({ follow }: { follow?: boolean }) =>
      follow ? cli.follow(followTraffic) : cli.ask(async (node) => showTraffic(await firstTraffic(node))),
    );
}

type Bundle = Awaited<ReturnType<NodeClient['node.diagnostics']>>;

const showBundle = (bundle: Bundle): Answer => ({
  data: bundle,
  text: bundle.files.map(({ name, text }) => `== ${name}\n${printable(text)}`).join('\n'),
});

async function writeBundle({ files }: Bundle, file: string): Promise<Answer> {
  const { strToU8, zipSync } = await import('fflate');
  const bytes = zipSync(Object.fromEntries(files.map(({ name, text }) => [name, strToU8(text)])));
  try {
    await writeFile(file, bytes, { flag: 'wx', mode: 0o600 });
  } catch (cause) {
    throw new AppError('cli.not_written', `${file} could not be written: ${(cause as Error).message}.`, {
      advice: 'Choose another name; files that exist are left alone.',
      cause,
    });
  }
  const names = files.map(({ name }) => name);
  return {
    data: { file, bytes: bytes.length, files: names },
    text: `Wrote ${plural(names.length, 'file')} to ${file} (${byteSize(bytes.length)}). Read them before you hand them over.`,
  };
}

function showStorage(storage: Awaited<ReturnType<NodeClient['node.storage']>>): Answer {
  const rows = storage.items.map(({ kind, bytes }) => [kind, byteSize(bytes)]);
  const free =
    storage.freeBytes === undefined ? '' : `\n${byteSize(storage.freeBytes)} are free on the disk.`;
  return { data: storage, text: `${table(['WHAT', 'SIZE'], rows, 'Nothing.')}${free}` };
}

async function firstTraffic(node: NodeClient): Promise<Traffic> {
  for await (const traffic of node['metrics.traffic']({})) return traffic;
  throw new AppError('cli.no_answer', 'The node ended before it answered.', { advice: 'Start it again.' });
}

async function followTraffic(node: NodeClient, print: (answer: Answer) => void): Promise<void> {
  for await (const { live } of node['metrics.traffic']({}))
    print({
      data: live,
      text: `${time(live.at)}  ${live.local} local, ${live.outgoing} outgoing, ${live.incoming} incoming, ${plural(live.errors, 'error')}`,
    });
}

function showTraffic(traffic: Traffic): Answer {
  const rows = traffic.minutes
    .filter(({ incoming, local, outgoing }) => incoming + local + outgoing > 0)
    .map((minute) => [
      time(minute.at),
      String(minute.local),
      String(minute.outgoing),
      String(minute.incoming),
      String(minute.errors),
      minute.p50Ms === undefined ? '' : `${minute.p50Ms} ms`,
      minute.p95Ms === undefined ? '' : `${minute.p95Ms} ms`,
      `${byteSize(minute.bytesIn)} / ${byteSize(minute.bytesOut)}`,
    ]);
  const header = ['MINUTE', 'LOCAL', 'OUTGOING', 'INCOMING', 'ERRORS', 'P50', 'P95', 'IN / OUT'];
  return { data: traffic, text: table(header, rows, 'No calls in the last hour.') };
}
