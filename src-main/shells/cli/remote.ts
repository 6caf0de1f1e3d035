/**
 * Nodes on other machines, reached through SSH: their control socket and their dashboard listen to their own machine only,
 * and stay so. Whoever may log in there as the user of the node may operate it; nothing new listens anywhere.
 */
import { type ChildProcess, spawn } from 'node:child_process';
import { mkdtempSync, rmSync } from 'node:fs';
import { connect, createServer } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { AppError } from '#shared/kernel/errors.ts';
import { oneLine } from './printable.ts';

/** `user@host`, a host, or a name from the person's SSH configuration; never an option. */
const DESTINATION = /^[A-Za-z0-9_[][A-Za-z0-9_.@:%[\]-]{0,254}$/;
/** A login may ask for a passphrase or a touch of a key. */
const LOGIN_TIMEOUT_MS = 120_000;
const LOOK_EVERY_MS = 50;
/** What ssh says when it fails, at most. */
const MAX_COMPLAINT = 2000;

export interface RemoteOptions {
  /** As ssh understands it. */
  destination: string;
  /** The node's data folder there, absolute; absent: the platform's. */
  dataDir?: string | undefined;
  env: NodeJS.ProcessEnv;
}

export interface Tunnel {
  /** The control socket of the far node, on this machine. */
  socketPath: string;
  close(): void;
}

/** Brings the far node's control socket here. Rejects with `cli.remote_…` or `cli.not_running`. */
export async function openControlTunnel(options: RemoteOptions): Promise<Tunnel> {
  checkDestination(options.destination);
  const far = await findSocket(options);
  const folder = mkdtempSync(join(tmpdir(), 'toolswarm-'));
  const socketPath = join(folder, 'control.sock');
  const child = startSsh(options, ['-N', '-L', `${socketPath}:${far}`]);
  const close = () => {
    child.process.kill();
    rmSync(folder, { recursive: true, force: true });
  };
  try {
    await child.until(() => canConnect({ path: socketPath }));
    return { socketPath, close };
  } catch (error) {
    close();
    throw error;
  }
}

export interface DashboardTunnel {
  /** The port on this machine. */
  port: number;
  /** Resolves when the tunnel is gone. */
  ended: Promise<void>;
  close(): void;
}

/** Brings a port of the far machine's loopback to this one's, under the same number where that is free. */
export async function openPortTunnel(options: RemoteOptions, farPort: number): Promise<DashboardTunnel> {
  checkDestination(options.destination);
  const port = (await isFree(farPort)) ? farPort : await freePort();
  const child = startSsh(options, ['-N', '-L', `127.0.0.1:${port}:127.0.0.1:${farPort}`]);
  const close = () => void child.process.kill();
  try {
    await child.until(() => canConnect({ port, host: '127.0.0.1' }));
    return { port, ended: child.ended, close };
  } catch (error) {
    close();
    throw error;
  }
}

/**
 * The far dashboard's one-time link as it opens through the tunnel. The name is `localhost`, so that the browser keeps its
 * session apart from that of a node on this machine, whose dashboard is at 127.0.0.1: cookies know no ports.
 */
export function throughTunnel(link: string, port: number): string {
  const url = new URL(link);
  url.hostname = 'localhost';
  url.port = String(port);
  return url.href;
}

/** `toolswarm --remote HOST` alone means its dashboard. */
export function withDefaultCommand(args: readonly string[]): string[] {
  let remote = false;
  for (let at = 0; at < args.length; at++) {
    const arg = args[at] as string;
    if (arg === '--remote' || arg.startsWith('--remote=')) remote = true;
    else if (!GLOBAL.test(arg)) return [...args];
    if (TAKES_VALUE.test(arg)) at++;
  }
  return remote ? [...args, 'open'] : [...args];
}

const GLOBAL = /^--(json|data-dir|passphrase-file)(=|$)/;
const TAKES_VALUE = /^--(remote|data-dir|passphrase-file)$/;

function checkDestination(destination: string): void {
  if (!DESTINATION.test(destination))
    throw new AppError('cli.remote_destination', 'This is not a machine that ssh could log in to.', {
      advice: 'Write it as user@host, or as a name from your SSH configuration.',
    });
}

/** What the far shell runs: it prints where the node's socket is, if there is one. `$1`: the data folder, or nothing. */
const FIND_SOCKET = [
  'd="${1:-$TOOLSWARM_DATA_DIR}"',
  'case "$d$(uname -s)" in',
  'Darwin) d="$HOME/Library/Application Support/Toolswarm" ;;',
  '/*) ;;',
  '*) d="${XDG_DATA_HOME:-$HOME/.local/share}/toolswarm" ;;',
  'esac',
  '[ -S "$d/run/control.sock" ] || exit 3',
  'printf %s "$d/run/control.sock"',
].join('\n');
const NOT_RUNNING = 3;

async function findSocket(options: RemoteOptions): Promise<string> {
  const words = ['sh', '-c', FIND_SOCKET, 'sh', options.dataDir ?? ''];
  const child = startSsh(options, [], words.map(quoted).join(' '));
  const output: Buffer[] = [];
  child.process.stdout?.on('data', (chunk: Buffer) => output.push(chunk));
  const code = await child.exited;
  const path = Buffer.concat(output).toString('utf8').trim();
  if (code === 0 && path.startsWith('/')) return path;
  if (code === NOT_RUNNING)
    throw new AppError('cli.not_running', `No node of that user is running on ${options.destination}.`, {
      advice: 'Start it there with `toolswarm daemon`, or name its folder with --data-dir.',
      retryable: true,
    });
  throw loginFailed(options.destination, child.complaint());
}

/** One word for any POSIX shell, whatever is in it. */
const quoted = (word: string): string => `'${word.replaceAll("'", `'\\''`)}'`;

interface Ssh {
  process: ChildProcess;
  /** Resolves with the exit code. */
  exited: Promise<number | null>;
  ended: Promise<void>;
  complaint(): string;
  /** Waits until `isReady`; rejects when ssh ends before. */
  until(isReady: () => Promise<boolean>): Promise<void>;
}

function startSsh({ destination, env }: RemoteOptions, flags: string[], command?: string): Ssh {
  const options = ['-T', '-o', 'ExitOnForwardFailure=yes', '-o', 'ServerAliveInterval=15'];
  const program = env['TOOLSWARM_SSH'] ?? 'ssh';
  const child = spawn(program, [...options, ...flags, '--', destination, ...(command ? [command] : [])], {
    env,
    // A passphrase is asked for on the terminal itself.
    stdio: ['ignore', 'pipe', 'pipe'],
  });
  let complaint = '';
  child.stderr.on('data', (chunk: Buffer) => {
    complaint = (complaint + chunk.toString('utf8')).slice(-MAX_COMPLAINT);
  });
  let spawnFault: Error | undefined;
  const exited = new Promise<number | null>((resolve) => {
    child.once('error', (error) => {
      spawnFault = error;
      resolve(null);
    });
    child.once('close', resolve);
  });
  let isOver = false;
  const ended = exited.then(() => {
    isOver = true;
  });
  const said = () => complaint || (spawnFault ? spawnFault.message : '');
  async function until(isReady: () => Promise<boolean>): Promise<void> {
    for (let waited = 0; waited < LOGIN_TIMEOUT_MS; waited += LOOK_EVERY_MS) {
      if (isOver) break;
      if (await isReady()) return;
      await new Promise((resolve) => setTimeout(resolve, LOOK_EVERY_MS));
    }
    throw loginFailed(destination, said());
  }
  return { process: child, exited, ended, complaint: said, until };
}

const loginFailed = (destination: string, complaint: string): AppError =>
  new AppError(
    'cli.remote_failed',
    `The way to ${destination} could not be opened. ${oneLine(complaint)}`.trim(),
    {
      advice: 'Try `ssh` to that machine first; it must log in as the user of the node.',
      retryable: true,
    },
  );

function canConnect(target: { path: string } | { port: number; host: string }): Promise<boolean> {
  return new Promise((resolve) => {
    const socket = connect(target);
    const finish = (reached: boolean) => {
      socket.destroy();
      resolve(reached);
    };
    socket.once('connect', () => finish(true));
    socket.once('error', () => finish(false));
  });
}

function isFree(port: number): Promise<boolean> {
  return listenOnce(port).then(
    () => true,
    () => false,
  );
}

const freePort = (): Promise<number> => listenOnce(0);

function listenOnce(port: number): Promise<number> {
  return new Promise((resolve, reject) => {
    const server = createServer();
    server.once('error', reject);
    server.listen({ port, host: '127.0.0.1' }, () => {
      const address = server.address();
      const taken = typeof address === 'object' && address ? address.port : port;
      server.close(() => resolve(taken));
    });
  });
}
