/** Real nodes as separate processes, driven by the real command line from the built bundle. */
import { type ChildProcess, execFile, spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { createInterface } from 'node:readline';
import { fileURLToPath } from 'node:url';

export const root = fileURLToPath(new URL('../../', import.meta.url));
const cli = join(root, 'bin', 'toolswarm.mjs');
/** A program that a development dependency installs. */
export const program = (name: string): string => join(root, 'node_modules', '.bin', name);

export interface Ready {
  ready: true;
  pid: number;
  peerId: string;
  providerId: string;
  addresses: string[];
  mcpUrl: string;
  mcpToken: string;
  webUrl: string;
}

export interface CommandResult {
  code: number;
  stdout: string;
  stderr: string;
}

/** Runs one command to its end. */
export function run(
  dataDir: string,
  args: string[],
  env: Record<string, string> = {},
): Promise<CommandResult> {
  return new Promise((resolve) => {
    const options = { env: { ...process.env, ...env }, maxBuffer: 64 << 20 };
    const [command = '', ...rest] = args;
    execFile(
      process.execPath,
      [cli, command, ...withDataDir(rest, dataDir)],
      options,
      (error, stdout, stderr) => {
        resolve({ code: error ? Number(error.code ?? 1) : 0, stdout, stderr });
      },
    );
  });
}

/** Options of ours must stand before `--`, after which the command of a server begins. */
function withDataDir(args: string[], dataDir: string): string[] {
  const at = args.indexOf('--');
  const own = at < 0 ? args : args.slice(0, at);
  return [...own, '--data-dir', dataDir, '--json', ...(at < 0 ? [] : args.slice(at))];
}

export class CommandFailed extends Error {
  readonly error: { code: string; message: string; advice: string; retryable: boolean };
  constructor(error: CommandFailed['error']) {
    super(`${error.code}: ${error.message} ${error.advice}`);
    this.error = error;
  }
}

export interface Daemon {
  dataDir: string;
  ready: Ready;
  process: ChildProcess;
  stderr(): string;
  /** The `data` of a command's JSON; throws `CommandFailed`. */
  command<T = Record<string, never>>(...args: string[]): Promise<T>;
  /** Ends it as its user would, and waits. */
  stop(): Promise<void>;
  /** SIGKILL. */
  kill(): Promise<void>;
}

export interface DaemonOptions {
  dataDir?: string;
  bootstrap?: string[];
  args?: string[];
  env?: Record<string, string>;
}

export const temporaryDataDir = (): string => mkdtempSync(join(tmpdir(), 'toolswarm-test-'));

/** The internet of these daemons is the loopback: a node that came back on another port is found by what it says of itself. */
const ON_LOOPBACK = { TOOLSWARM_P2P_PRIVATE_ADDRESSES: 'always' };

/** Starts a daemon on free loopback ports and waits for its ready line. Rejects with its stderr where it ends before. */
export async function startDaemon(options: DaemonOptions = {}): Promise<Daemon> {
  const dataDir = options.dataDir ?? temporaryDataDir();
  const bootstrap = (options.bootstrap ?? []).flatMap((address) => ['--bootstrap', address]);
  const ports = ['--mcp-port', '0', '--web-port', '0', '--listen', '/ip4/127.0.0.1/tcp/0', '--no-mdns'];
  const child = spawn(
    process.execPath,
    [cli, 'daemon', '--data-dir', dataDir, ...ports, ...bootstrap, ...(options.args ?? [])],
    { env: { ...process.env, ...ON_LOOPBACK, ...options.env }, stdio: ['ignore', 'pipe', 'pipe'] },
  );
  let stderr = '';
  child.stderr.on('data', (chunk: Buffer) => {
    stderr = (stderr + chunk.toString()).slice(-64_000);
  });
  const ready = await firstLine(child, () => stderr);
  const gone = once(child, 'exit');
  return {
    dataDir,
    ready: JSON.parse(ready) as Ready,
    process: child,
    stderr: () => stderr,
    async command<T>(...args: string[]) {
      const { code, stderr: problem, stdout } = await run(dataDir, args);
      if (code !== 0)
        throw new CommandFailed(
          (JSON.parse(problem.trim().split('\n').at(-1) ?? '') as { error: CommandFailed['error'] }).error,
        );
      return (JSON.parse(stdout) as { data: T }).data;
    },
    async stop() {
      if (child.exitCode === null && child.signalCode === null) child.kill('SIGTERM');
      await gone;
    },
    async kill() {
      child.kill('SIGKILL');
      await gone;
    },
  };
}

async function firstLine(child: ChildProcess, stderr: () => string): Promise<string> {
  const lines = createInterface({ input: child.stdout as NodeJS.ReadableStream });
  const exited = once(child, 'exit').then(([code]) => {
    throw new Error(`the daemon ended with ${String(code)} before it was ready: ${stderr()}`);
  });
  const line = once(lines, 'line').then(([text]) => text as string);
  try {
    return await Promise.race([line, exited]);
  } finally {
    exited.catch(() => undefined);
    child.stdout?.resume();
  }
}

/** Daemons of one test file: all are stopped and their folders removed. */
export function createDaemons() {
  const daemons: Daemon[] = [];
  return {
    async start(options: DaemonOptions = {}): Promise<Daemon> {
      const daemon = await startDaemon(options);
      daemons.push(daemon);
      return daemon;
    },
    async close(): Promise<void> {
      await Promise.all(daemons.map((daemon) => daemon.stop()));
      for (const { dataDir } of daemons.splice(0)) rmSync(dataDir, { recursive: true, force: true });
    },
  };
}

/** Asks again every 50 ms until the answer is truthy; the test's own timeout is the limit. */
export async function eventually<T>(
  ask: () => Promise<T | undefined | false> | T | undefined | false,
): Promise<T> {
  for (;;) {
    const answer = await ask();
    if (answer) return answer;
    await new Promise((resolve) => setTimeout(resolve, 50));
  }
}
