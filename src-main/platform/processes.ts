/**
 * Child processes that are ended whole. Each runs in a process group of its own; ending one ends its group and every
 * descendant that left the group, first politely, then not. A guard ends what is left should this process be killed.
 */
import { type ChildProcess, type SpawnOptions, spawn as spawnPosix } from 'node:child_process';
import { randomBytes } from 'node:crypto';
import type { Readable, Writable } from 'node:stream';
import spawnPortable from 'cross-spawn';
import { type Clock, sleep } from '#shared/kernel/clock.ts';
import { AppError } from '#shared/kernel/errors.ts';
import { createProcessGuard } from './process-guard.ts';
import { descendantsOf, processesMarked, stillRunning } from './process-tree.ts';

export interface ProcessSpec {
  /** A program: absolute, or found on the PATH in `env`. Never interpreted by a shell. */
  command: string;
  args: readonly string[];
  cwd?: string | undefined;
  /** The whole environment; nothing is inherited. */
  env: Record<string, string>;
}

export interface ProcessExit {
  code: number | null;
  signal: NodeJS.Signals | null;
}

export interface ManagedProcess {
  readonly pid: number;
  readonly stdin: Writable;
  readonly stdout: Readable;
  readonly stderr: Readable;
  /** Resolves when the process itself has ended, for whatever reason. Never rejects. */
  readonly exited: Promise<ProcessExit>;
  /** Ends the whole tree: closes stdin, then SIGTERM, then SIGKILL. Resolves when it is gone; idempotent. */
  end(): Promise<void>;
}

export interface Processes {
  /** Throws `processes.not_found` or `processes.refused`. */
  spawn(spec: ProcessSpec): Promise<ManagedProcess>;
  /** Ends all that still run. */
  close(): Promise<void>;
}

export interface ProcessesOptions {
  platform?: NodeJS.Platform;
  /** After stdin was closed, before SIGTERM: well-behaved servers leave by themselves. */
  politeMs?: number;
  /** After SIGTERM, before SIGKILL. */
  graceMs?: number;
}

/** The one variable that every process gets besides its declared environment. */
const TREE_VARIABLE = 'TOOLSWARM_TREE';
const POLITE_MS = 300;
const GRACE_MS = 2_000;
/** How long the pipes of a process that ended are still read. */
const DRAIN_MS = 500;
/** The kernel needs a moment to carry out SIGKILL. */
const KILL_WAIT_MS = 1_000;
/** When a group that must end is first looked at; then after twice as long, and so on. */
const POLL_MS = 10;

export function createProcesses(deps: { clock: Clock }, options: ProcessesOptions = {}): Processes {
  const platform = options.platform ?? process.platform;
  // Whoever inherits this variable belongs to us, even after leaving group and parent behind.
  const ours = `${TREE_VARIABLE}=${randomBytes(8).toString('hex')}`;
  const guard = createProcessGuard(ours, platform);
  const running = new Set<ManagedProcess>();
  let spawned = 0;

  return {
    async spawn(spec) {
      const mark = `${ours}.${(spawned += 1)};`;
      const child = await launch(spec, mark, platform);
      guard.watch(child.pid);
      const managed = manage(child, { clock: deps.clock, mark, platform, options, onGone });
      running.add(managed);
      return managed;

      function onGone(): void {
        guard.forget(child.pid);
        running.delete(managed);
      }
    },
    async close() {
      await Promise.all([...running].map((managed) => managed.end()));
      guard.close();
    },
  };
}

type PipedChild = ChildProcess & { pid: number; stdin: Writable; stdout: Readable; stderr: Readable };

function launch(spec: ProcessSpec, mark: string, platform: NodeJS.Platform): Promise<PipedChild> {
  const options: SpawnOptions = {
    env: { ...spec.env, [TREE_VARIABLE]: mark.slice(TREE_VARIABLE.length + 1) },
    stdio: ['pipe', 'pipe', 'pipe'],
    // POSIX: a group of its own. On Windows this would only open a console window.
    detached: platform !== 'win32',
    windowsHide: true,
    ...(spec.cwd ? { cwd: spec.cwd } : {}),
  };
  return new Promise((resolve, reject) => {
    // Windows finds `npx.cmd` for `npx` and quotes for it only through cross-spawn.
    const spawn = platform === 'win32' ? spawnPortable : spawnPosix;
    let child: ChildProcess;
    try {
      child = spawn(spec.command, [...spec.args], options);
    } catch (error) {
      reject(describeSpawnError(error, spec));
      return;
    }
    child.once('error', (error) => reject(describeSpawnError(error, spec)));
    child.once('spawn', () => resolve(child as PipedChild));
  });
}

function describeSpawnError(error: unknown, spec: ProcessSpec): AppError {
  const code = (error as NodeJS.ErrnoException).code;
  if (code === 'ENOENT')
    return new AppError('processes.not_found', `The program “${spec.command}” was not found.`, {
      advice: spec.cwd
        ? `Install it, give its full path, or check that the folder ${spec.cwd} exists.`
        : 'Install it, or give its full path.',
      cause: error,
    });
  return new AppError(
    'processes.refused',
    `The program “${spec.command}” could not be started (${code ?? 'unknown reason'}).`,
    {
      advice: 'Check that the file is a program that you may execute.',
      retryable: code === 'EAGAIN' || code === 'EMFILE' || code === 'ENOMEM',
      cause: error,
    },
  );
}

interface Management {
  clock: Clock;
  mark: string;
  platform: NodeJS.Platform;
  options: ProcessesOptions;
  onGone: () => void;
}

function manage(child: PipedChild, management: Management): ManagedProcess {
  const { clock, mark, platform, options } = management;
  const pid = child.pid;
  let ending: Promise<void> | undefined;
  const exited = new Promise<ProcessExit>((resolve) => {
    child.once('exit', (code, signal) => resolve({ code, signal }));
  });
  // Writing to a process that has just died raises EPIPE here; its exit tells the story.
  child.stdin.on('error', () => undefined);
  child.on('error', () => undefined);

  async function endTree(): Promise<void> {
    const strays = await straysOf(pid, mark, platform);
    child.stdin.end();
    await Promise.race([exited, sleep(clock, options.politeMs ?? POLITE_MS)]);
    if (platform === 'win32') await endWindowsTree(pid);
    else await endGroups([pid, ...strays], clock, options.graceMs ?? GRACE_MS);
    await exited;
    // Last words may still lie in the pipes; a stray that holds them open is not waited for.
    await Promise.race([Promise.all([drained(child.stdout), drained(child.stderr)]), sleep(clock, DRAIN_MS)]);
    child.stdout.destroy();
    child.stderr.destroy();
    management.onGone();
  }

  const end = () => {
    ending ??= endTree();
    return ending;
  };
  // A process that dies by itself may leave children behind in its group.
  void exited.then(end);
  return { pid, stdin: child.stdin, stdout: child.stdout, stderr: child.stderr, exited, end };
}

/** Processes that descend from `pid` by birth or by their environment. */
async function straysOf(pid: number, mark: string, platform: NodeJS.Platform): Promise<number[]> {
  if (platform === 'win32') return [];
  const [born, marked] = await Promise.all([descendantsOf(pid), processesMarked(mark)]);
  return [...new Set([...born, ...marked])].filter((stray) => stray !== pid);
}

/** Sends SIGTERM to the groups (or single processes) led by `pids`, and SIGKILL to those alive after `graceMs`. */
async function endGroups(pids: number[], clock: Clock, graceMs: number): Promise<void> {
  const alive = pids.filter((pid) => signal(pid, 'SIGTERM'));
  const stubborn = await waitForEnd(alive, clock, graceMs);
  for (const pid of stubborn) signal(pid, 'SIGKILL');
  await waitForEnd(stubborn, clock, KILL_WAIT_MS);
}

/** Those of `pids` that still run after `limitMs`. */
async function waitForEnd(pids: readonly number[], clock: Clock, limitMs: number): Promise<number[]> {
  const deadline = clock.monotonic() + limitMs;
  let alive = [...pids];
  for (let pauseMs = POLL_MS; alive.length > 0 && clock.monotonic() < deadline; pauseMs *= 2) {
    await sleep(clock, Math.min(pauseMs, deadline - clock.monotonic()));
    alive = await stillRunning(alive.filter((pid) => signal(pid, 0)));
  }
  return alive;
}

/** Signals the group that `pid` leads, else the process itself. False when neither exists. */
const signal = (pid: number, name: NodeJS.Signals | 0): boolean => kill(-pid, name) || kill(pid, name);

function kill(target: number, name: NodeJS.Signals | 0): boolean {
  try {
    return process.kill(target, name);
  } catch (error) {
    const { code } = error as NodeJS.ErrnoException;
    // EPERM: macOS says so of zombies; a process of another user is none of ours either way.
    if (code === 'ESRCH' || code === 'EPERM') return false;
    throw error;
  }
}

function drained(stream: Readable): Promise<void> {
  return new Promise((resolve) => {
    if (stream.readableEnded || stream.destroyed) resolve();
    else
      stream
        .once('end', resolve)
        .once('close', resolve)
        .once('error', () => resolve());
  });
}

function endWindowsTree(pid: number): Promise<void> {
  return new Promise((resolve) => {
    const killer = spawnPosix('taskkill', ['/pid', String(pid), '/T', '/F'], {
      stdio: 'ignore',
      windowsHide: true,
    });
    killer.once('error', () => resolve());
    killer.once('exit', () => resolve());
  });
}
