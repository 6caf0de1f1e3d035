import { resolve } from 'node:path';
import type { Command } from 'commander';
import type { z } from 'zod';
import type { logLineSchema, ServerView } from '#shared/features/servers/contract.ts';
import type { NodeClient } from '#shared/contract.ts';
import type { Answer, Cli } from '../cli.ts';
import { collect, wholeNumber } from '../parse.ts';
import { byteSize, oneLine, plural, printable, table, time } from '../printable.ts';
import { runs, showServer } from './server-view.ts';
import { addServersAddCommand } from './servers-add.ts';
import { addServersEditCommand } from './servers-edit.ts';
import { addLoginCommands } from './servers-login.ts';
import { addSharingCommands } from './sharing.ts';

async function usageOfServers(node: NodeClient): Promise<Answer> {
  const { items } = await node['servers.usage']({});
  const rows = items.map(({ cpuPercent, memoryBytes, processes, server }) => [
    server,
    String(processes),
    cpuPercent === undefined ? '' : `${cpuPercent.toFixed(1)} %`,
    byteSize(memoryBytes),
  ]);
  return { data: { items }, text: table(['SERVER', 'PROCESSES', 'CPU', 'MEMORY'], rows, 'No process runs.') };
}

export function addServerCommands(program: Command, cli: Cli): void {
  const servers = program
    .command('servers')
    .description('the MCP servers of this node, and with whom they are shared');
  servers
    .command('list')
    .description('all servers and their state')
    .action(() =>
      cli.ask(async (node) => {
        const { items } = await node['servers.list']({});
        return { data: { items }, text: listServers(items) };
      }),
    );
  servers
    .command('usage')
    .description('what the running servers use of processors and memory')
    .action(() => cli.ask(usageOfServers));
  servers
    .command('show')
    .description('one server')
    .argument('<name>')
    .action((name: string) => cli.ask(async (node) => showServer(await node['servers.get']({ name }))));
  addServersAddCommand(servers, cli);
  addServersEditCommand(servers, cli);
  addImportCommand(servers, cli);
  addLifecycleCommands(servers, cli);
  addLogsCommand(servers, cli);
  addLoginCommands(servers, cli);
  addSharingCommands(servers, cli);
}

function addImportCommand(servers: Command, cli: Cli): void {
  servers
    .command('import')
    .description(
      'add the servers of a configuration: of an AI client, of another MCP manager, or a server.json',
    )
    .argument('<file>', 'a file, Docker’s folder .docker/mcp, or - for stdin')
    .option('--only <name>', 'import only this server (repeatable)', collect)
    .option('--preview', 'only show what would be added')
    .action((file: string, flags: { only?: string[]; preview?: boolean }) =>
      cli.ask(async (node) => {
        const source = file === '-' ? { text: await readAll(cli.io.stdin) } : { path: resolve(file) };
        if (flags.preview) {
          const preview = await node['servers.previewImport'](source);
          const rows = preview.items.map(({ name, problem }) => [name, problem ?? 'can be added']);
          return { data: preview, text: table(['NAME', 'OUTCOME'], rows, 'The file names no servers.') };
        }
        const outcome = await node['servers.import']({ ...source, names: flags.only });
        const skipped = outcome.skipped.map(
          ({ name, reason }) => `Skipped ${oneLine(name)}: ${oneLine(reason)}`,
        );
        const added = `Added ${plural(outcome.added.length, 'server')}${outcome.added.length > 0 ? `: ${outcome.added.join(', ')}` : '.'}`;
        return { data: outcome, text: [added, ...skipped].join('\n') };
      }),
    );
}

async function readAll(input: NodeJS.ReadStream): Promise<string> {
  input.setEncoding('utf8');
  let text = '';
  for await (const chunk of input) text += chunk as string;
  return text;
}

function addLifecycleCommands(servers: Command, cli: Cli): void {
  servers
    .command('remove')
    .description('end and remove a server, its sharing and its secrets')
    .argument('<name>')
    .action((name: string) =>
      cli.ask(async (node) => {
        await node['servers.remove']({ name });
        return { data: { name }, text: `Removed ${name}.` };
      }),
    );
  for (const [verb, summary] of [
    ['start', 'start a server now instead of on first use'],
    ['stop', 'stop a server; it stays off until started'],
    ['restart', 'stop and start a server'],
  ] as const)
    servers
      .command(verb)
      .description(summary)
      .argument('<name>')
      .action((name: string) => cli.ask(async (node) => showServer(await node[`servers.${verb}`]({ name }))));
}

interface LogFlags {
  limit?: number;
  follow?: boolean;
}

function addLogsCommand(servers: Command, cli: Cli): void {
  servers
    .command('logs')
    .description('what a server wrote to stderr, and what happened to its process')
    .argument('<name>')
    .option('--limit <n>', 'newest lines to show', wholeNumber)
    .option(
      '-f, --follow',
      'go on with new lines as they come, until interrupted; with --json one object a line',
    )
    .action((name: string, { follow, limit }: LogFlags) =>
      follow
        ? cli.follow(async (node, print) => {
            const { items } = await node['servers.logs']({ name, limit });
            for (const line of items) print({ data: line, text: logLine(line) });
            for await (const line of node['servers.followLogs']({ name }))
              print({ data: line, text: logLine(line) });
          })
        : cli.ask(async (node) => {
            const { items } = await node['servers.logs']({ name, limit });
            return { data: { items }, text: items.map(logLine).join('\n') || 'Nothing was logged.' };
          }),
    );
}

type LogLine = z.output<typeof logLineSchema>;

const logLine = ({ at, stream, text }: LogLine): string => `${time(at)} ${stream}  ${printable(text)}`;

function listServers(items: ServerView[]): string {
  return table(
    ['NAME', 'STATE', 'TOOLS', 'RUNS', 'PROBLEM'],
    items.map((server) => [
      server.name,
      server.state,
      String(server.toolCount),
      runs(server),
      server.problem?.message ?? '',
    ]),
    'No servers yet. Add one with `toolswarm servers add NAME -- COMMAND`.',
  );
}
