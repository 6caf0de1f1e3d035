/** Runs the command line as a person's shell would: a process of its own, from the sources, on this Node. */
import { spawn } from 'node:child_process';
import { text } from 'node:stream/consumers';
import { fileURLToPath } from 'node:url';

export interface CliOutcome {
  exitCode: number | null;
  stdout: string;
  stderr: string;
}

export interface CliOptions {
  env?: Record<string, string>;
  input?: string;
}

const MAIN = fileURLToPath(new URL('../../../../src-main/shells/cli/main.ts', import.meta.url));

export async function runCli(args: string[], { env = {}, input = '' }: CliOptions = {}): Promise<CliOutcome> {
  const { PATH, HOME, TMPDIR } = process.env;
  const child = spawn(process.execPath, [MAIN, ...args], { env: { PATH, HOME, TMPDIR, TZ: 'UTC', ...env } });
  child.stdin.end(input);
  const exited = new Promise<number | null>((resolve) => child.once('exit', resolve));
  const [stdout, stderr, exitCode] = await Promise.all([text(child.stdout), text(child.stderr), exited]);
  return { exitCode, stdout, stderr };
}
