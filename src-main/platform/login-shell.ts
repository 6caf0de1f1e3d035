/**
 * The PATH of the operator's login shell. A desktop app starts with a bare PATH, so `npx`, `uvx` or `docker` would not
 * be found; the shell's own start-up files know where they are.
 */
import { spawn } from 'node:child_process';
import { delimiter } from 'node:path';
import type { Clock } from '#shared/kernel/clock.ts';

const MARK = '__toolswarm_path__';
/** A shell whose start-up files take longer is given up on. */
const TIMEOUT_MS = 5_000;
/** More output than this is not a PATH. */
const MAX_OUTPUT = 1024 * 1024;

export interface LoginShellOptions {
  clock: Clock;
  env?: NodeJS.ProcessEnv;
  platform?: NodeJS.Platform;
  timeoutMs?: number;
}

/**
 * Directories to search for commands: those of the login shell first, then those of this process that it lacks.
 * Falls back to this process's own PATH when there is no shell, it fails, or it takes too long. Never rejects.
 */
export async function loginShellPath(options: LoginShellOptions): Promise<string> {
  const env = options.env ?? process.env;
  const platform = options.platform ?? process.platform;
  const own = env['PATH'] ?? env['Path'] ?? '';
  const shell = env['SHELL'];
  if (platform === 'win32' || !shell) return own;
  const found = pathInOutput(await runShell(shell, env, options));
  return found ? mergePaths(found, own) : own;
}

/** Joins two PATHs, keeping the first place of each directory. */
export function mergePaths(first: string, second: string, separator: string = delimiter): string {
  const directories = [...first.split(separator), ...second.split(separator)].filter((entry) => entry !== '');
  return [...new Set(directories)].join(separator);
}

/** Finds the PATH between the marks, whatever else start-up files printed. */
export function pathInOutput(output: string): string | undefined {
  const start = output.indexOf(MARK);
  const end = output.indexOf(MARK, start + MARK.length);
  if (start < 0 || end < 0) return undefined;
  return output.slice(start + MARK.length, end).trim() || undefined;
}

function runShell(shell: string, env: NodeJS.ProcessEnv, options: LoginShellOptions): Promise<string> {
  return new Promise((resolve) => {
    // `printenv` is a program, so that fish, zsh and bash print the exported form alike.
    const script = `echo ${MARK}; printenv PATH; echo ${MARK}`;
    const child = spawn(shell, ['-ilc', script], {
      env,
      stdio: ['ignore', 'pipe', 'ignore'],
      detached: true,
    });
    let output = '';
    const finish = () => {
      timer.cancel();
      resolve(output);
    };
    const giveUp = () => {
      killGroup(child.pid);
      child.stdout.destroy();
      finish();
    };
    const timer = options.clock.after(options.timeoutMs ?? TIMEOUT_MS, giveUp);
    child.stdout.setEncoding('utf8').on('data', (text: string) => {
      output += text;
      if (output.length > MAX_OUTPUT) giveUp();
    });
    child.on('error', finish);
    child.on('close', finish);
  });
}

function killGroup(pid: number | undefined): void {
  if (pid === undefined) return;
  try {
    process.kill(-pid, 'SIGKILL');
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code !== 'ESRCH') throw error;
  }
}
