import { Command, CommanderError } from 'commander';
import { AppError, type ErrorShape, toErrorShape } from '#shared/kernel/errors.ts';
import { PRODUCT_VERSION } from '#main/platform/version.ts';
import { createCli } from './cli.ts';
import { addApiCommands } from './commands/api.ts';
import { addAttentionCommands } from './commands/attention.ts';
import { addCacheCommands } from './commands/cache.ts';
import { addClientCommands } from './commands/clients.ts';
import { addDoctorCommand } from './commands/doctor.ts';
import { addDiscoverCommands } from './commands/discover.ts';
import { addDiagnosticsCommands } from './commands/diagnostics.ts';
import { addFleetCommands } from './commands/fleet.ts';
import { addGovernanceCommands } from './commands/governance.ts';
import { addIdentityCommands } from './commands/identity.ts';
import { addLogCommand } from './commands/log.ts';
import { addMetricsCommands } from './commands/metrics.ts';
import { addNetworkCommands } from './commands/network.ts';
import { addNodeCommands } from './commands/node.ts';
import { addAccessCommands } from './commands/access.ts';
import { addReshareCommands } from './commands/reshares.ts';
import { addLimitCommands } from './commands/limits.ts';
import { addOperatorCommands } from './commands/operators.ts';
import { addPackageCommands } from './commands/packages.ts';
import { addPeerCommands } from './commands/peers.ts';
import { addProfileCommands } from './commands/profiles.ts';
import { addProviderCommands } from './commands/providers.ts';
import { addRecoveryCommands } from './commands/recovery.ts';
import { addServerCommands } from './commands/servers.ts';
import { addSettingCommands } from './commands/settings.ts';
import { addToolCommands } from './commands/tools.ts';
import { addUsageCommands } from './commands/usage.ts';
import type { Io } from './io.ts';
import { oneLine } from './printable.ts';
import { withDefaultCommand } from './remote.ts';

const EXAMPLES = `
Examples:
  toolswarm daemon                                        run a node in the foreground
  toolswarm servers add files -- npx -y @modelcontextprotocol/server-filesystem ~/notes
  toolswarm servers share files --to known                let known providers use it
  toolswarm peers connect /ip4/192.0.2.7/tcp/7422/p2p/12D3Koo…
  toolswarm tools list --network                          what peers share
  toolswarm tools call files_list_directory --args '{"path":"."}'
  toolswarm mcp                                           what an AI client starts

Exit codes: 0 done, 1 it failed (the error says why and what to do), 2 wrong usage.`;

/** Runs one command line and resolves with its exit code. Prints all faults itself; never rejects. */
export async function runCommandLine(args: string[], io: Io): Promise<number> {
  quietOnBrokenPipe(io);
  const program = createProgram(io);
  try {
    await program.parseAsync(withDefaultCommand(args), { from: 'user' });
    return 0;
  } catch (error) {
    if (error instanceof CommanderError) return reportUsage(error, args, io);
    printError(describe(error), wantsJson(args), io);
    return 1;
  }
}

function createProgram(io: Io): Command {
  const program = new Command('toolswarm')
    .description(
      'A decentralized registry for MCP servers: the node, and the remote control of a running one.',
    )
    .version(PRODUCT_VERSION, '--version', 'print the version')
    .helpOption('-h, --help', 'print this help')
    .option('--data-dir <dir>', 'the folder of the node (default: $TOOLSWARM_DATA_DIR, or the platform’s)')
    .option('--remote <host>', 'use the node on another machine, through ssh (user@host)')
    .option('--json', 'answer with one JSON object')
    .option('--passphrase-file <file>', 'read the passphrase from a file instead of asking')
    .addHelpText('after', EXAMPLES)
    .configureHelp({ showGlobalOptions: true })
    .configureOutput({ writeOut: (text) => io.stdout.write(text), writeErr: () => undefined })
    .exitOverride();
  const cli = createCli(program, io);
  addNodeCommands(program, cli);
  addAttentionCommands(program, cli);
  addServerCommands(program, cli);
  addDiscoverCommands(program, cli);
  addToolCommands(program, cli);
  addPackageCommands(program, cli);
  addPeerCommands(program, cli);
  addAccessCommands(program, cli);
  addReshareCommands(program, cli);
  addFleetCommands(program, cli);
  addLimitCommands(program, cli);
  addCacheCommands(program, cli);
  addMetricsCommands(program, cli);
  addUsageCommands(program, cli);
  addNetworkCommands(program, cli);
  addGovernanceCommands(program, cli);
  addDoctorCommand(program, cli);
  addClientCommands(program, cli);
  addProfileCommands(program, cli);
  addProviderCommands(program, cli);
  addIdentityCommands(program, cli);
  addSettingCommands(program, cli);
  addLogCommand(program, cli);
  addApiCommands(program, cli);
  addOperatorCommands(program, cli);
  addRecoveryCommands(program, cli);
  addDiagnosticsCommands(program, cli);
  return program;
}

const wantsJson = (args: string[]): boolean => {
  const end = args.indexOf('--');
  return args.slice(0, end < 0 ? args.length : end).includes('--json');
};

/** A fault of our own process may say what it was: the person who reads it is the one it belongs to. */
function describe(error: unknown): ErrorShape {
  const shape = toErrorShape(error);
  if (error instanceof AppError || !(error instanceof Error)) return shape;
  return { ...shape, message: `${shape.message} ${oneLine(error.message)}`, retryable: false };
}

function reportUsage(error: CommanderError, args: string[], io: Io): number {
  if (error.exitCode === 0) return 0;
  const message =
    error.code === 'commander.help'
      ? 'A command is missing.'
      : oneLine(error.message.replace(/^error: /, ''));
  const advice = 'See `toolswarm --help`, or --help after a command.';
  printError({ code: 'cli.usage', message, advice, retryable: false }, wantsJson(args), io);
  return 2;
}

/** One line on stderr, for people or programs. */
function printError(error: ErrorShape, json: boolean, io: Io): void {
  const sentence = [error.message, error.advice].map(oneLine).filter(Boolean).join(' ');
  io.stderr.write(
    json ? `${JSON.stringify({ ok: false, error })}\n` : `toolswarm: ${sentence} (${error.code})\n`,
  );
}

/** The reader of our output may leave early (`| head`); that is its right and no fault. */
function quietOnBrokenPipe({ stdout, stderr }: Io): void {
  for (const stream of [stdout, stderr])
    stream.on('error', (error: NodeJS.ErrnoException) => {
      if (error.code !== 'EPIPE') throw error;
      process.exit(0);
    });
}
