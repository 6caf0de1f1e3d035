import { type Command, Option } from 'commander';
import { AppError } from '#shared/kernel/errors.ts';
import type { NodeStatus } from '#shared/features/node/contract.ts';
import { ROLES } from '#shared/features/node/roles.ts';
import { openInBrowser } from '../browser.ts';
import type { Answer, Cli } from '../cli.ts';
import { isInteractive } from '../io.ts';
import { isForAnother, type OpenFlags, openRemote } from '../open-remote.ts';
import { collect, port } from '../parse.ts';
import { byteSize, facts, plural, time } from '../printable.ts';
import { waitUntilGone } from '../processes.ts';
import { askSecret, givenPassphrase } from '../prompts.ts';

interface DaemonFlags {
  listen?: string[];
  bootstrap?: string[];
  mcpPort?: number;
  webPort?: number;
  mdns: boolean;
  footprint?: 'small';
  hosted?: true;
}

export function addNodeCommands(program: Command, cli: Cli): void {
  addDaemonCommand(program, cli);
  program
    .command('status')
    .description('what the running node is and how it is doing')
    .action(() => cli.ask(async (node) => showStatus(await node['node.status']({}))));
  program
    .command('stop')
    .description('stop the running node, and wait until its process is gone')
    .action(() => cli.ask(cli.remote() ? stopElsewhere : stopNode));
  program
    .command('restart')
    .description('stop the running node in order and start it anew, in the same process')
    .action(() =>
      cli.ask(async (node) => {
        await node['node.restart']({});
        return { data: {}, text: 'The node starts anew.' };
      }),
    );
  program
    .command('open')
    .description('print a one-time link to the dashboard, and open it where there is a display')
    .option('--no-browser', 'only print it')
    .addOption(new Option('--role <role>', 'for another person: what the link lets him do').choices(ROLES))
    .option('--name <name>', 'for whom it is; shown in the list of operators')
    .action((flags: OpenFlags) => {
      const remote = cli.remote();
      return remote ? openRemote(cli, remote, flags) : openHere(cli, flags);
    });
  program
    .command('mcp')
    .description('speak MCP on stdin and stdout: what an AI client starts')
    .option('--profile <name>', 'the view of the catalog to serve')
    .action(async (flags: { profile?: string }) => {
      const { bridgeStdio } = await import('../bridge.ts');
      await bridgeStdio(cli, flags.profile);
    });
}

function addDaemonCommand(program: Command, cli: Cli): void {
  program
    .command('daemon')
    .description('run a node in the foreground; prints one JSON line when it is ready')
    .option('--listen <multiaddr>', 'listen for peers here (repeatable)', collect)
    .option('--bootstrap <multiaddr>', 'connect to this peer at start (repeatable)', collect)
    .option('--mcp-port <n>', 'port of the MCP endpoint, 0 for any', port)
    .option('--web-port <n>', 'port of the dashboard and API, 0 for any', port)
    .option('--no-mdns', 'do not look for peers on the local network')
    .addOption(new Option('--footprint <size>', '“small” on a constrained machine').choices(['small']))
    .addOption(new Option('--hosted', 'for the program that starts it over an IPC channel').hideHelp())
    .action((flags: DaemonFlags) => runNode(flags, cli));
}

async function runNode({ mdns, hosted, ...flags }: DaemonFlags, cli: Cli): Promise<void> {
  const { io } = cli;
  const { runDaemon, runHostedDaemon } = await import('../../headless/main.ts');
  const options = {
    ...flags,
    // Without the flag the setting decides.
    mdns: mdns ? undefined : false,
    dataDir: cli.dataDir(),
    passphrase: givenPassphrase(cli),
    env: io.env,
  };
  if (hosted) return runHostedDaemon(options, io.host);
  await runDaemon(options, {
    say: (line) => void io.stdout.write(`${line}\n`),
    askPassphrase: isInteractive(io) ? () => askSecret(io, 'Passphrase of the keystore') : undefined,
  });
}

function showStatus(status: NodeStatus): Answer {
  const { servers, tools } = status;
  return {
    data: status,
    text: facts([
      ['name', status.displayName],
      ['provider', status.providerId],
      ['peer id', status.peerId],
      ['version', status.version],
      ['process', `${status.pid}, since ${time(status.startedAt)}, ${byteSize(status.residentBytes)}`],
      ['data', status.dataDir],
      ['MCP', status.mcpUrl],
      ['dashboard', status.webUrl],
      ['peers', `${status.peers} connected`],
      ['servers', `${servers.total}, ${servers.running} running, ${servers.failed} failed`],
      ['tools', `${tools.catalog} in the catalog, ${tools.network} on the network`],
      ['to approve', tools.pending + tools.changed || undefined],
      ...status.addresses.map((address): [string, string] => ['address', address]),
    ]),
  };
}

const openHere = (cli: Cli, { browser, ...wanted }: OpenFlags): Promise<void> =>
  cli.ask(async (node) => {
    const link = await node['node.openLink'](wanted);
    // A link for another person is spent by whoever opens it first.
    if (browser && !isForAnother(wanted) && !cli.json()) openInBrowser(link.url, cli.io.env);
    return { data: link, text: link.url };
  });

type NodeOf = Parameters<Parameters<Cli['ask']>[0]>[0];

/** Processes of another machine cannot be waited for. */
async function stopElsewhere(node: NodeOf): Promise<Answer> {
  const { pid } = await node['node.status']({});
  await requestStop(node);
  return { data: { pid }, text: 'The node stops.' };
}

async function requestStop(node: NodeOf): Promise<void> {
  await node['node.stop']({}).catch((error: unknown) => {
    // The node may be gone before its answer is; that is what was asked for.
    if (!(error instanceof AppError && error.code === 'contract.disconnected')) throw error;
  });
}

const STOP_TIMEOUT_MS = 60_000;

async function stopNode(node: NodeOf): Promise<Answer> {
  const { pid } = await node['node.status']({});
  await requestStop(node);
  if (await waitUntilGone(pid, STOP_TIMEOUT_MS)) return { data: { pid }, text: 'The node has stopped.' };
  throw new AppError('cli.still_stopping', `Process ${pid} is still running.`, {
    advice: `It may wait for a server to end; look again with \`toolswarm status\`, or end it with \`kill ${pid}\`.`,
    retryable: true,
    details: { waited: plural(STOP_TIMEOUT_MS / 1000, 'second') },
  });
}
