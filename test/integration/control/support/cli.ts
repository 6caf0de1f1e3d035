import { spawn } from 'node:child_process';
import { PassThrough, Readable } from 'node:stream';
import { text } from 'node:stream/consumers';
import { fileURLToPath } from 'node:url';
import { runCommandLine } from '#main/shells/cli/command-line.ts';
import type { Io } from '#main/shells/cli/io.ts';

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

/** Runs the command line as a shell would: a process of its own, from the sources, on this Node. */
export async function runCli(args: string[], { env = {}, input = '' }: CliOptions = {}): Promise<CliOutcome> {
  const { PATH, HOME, TMPDIR } = process.env;
  const child = spawn(process.execPath, [MAIN, ...args], { env: { PATH, HOME, TMPDIR, TZ: 'UTC', ...env } });
  child.stdin.end(input);
  const exited = new Promise<number | null>((resolve) => child.once('exit', resolve));
  const [stdout, stderr, exitCode] = await Promise.all([text(child.stdout), text(child.stderr), exited]);
  return { exitCode, stdout, stderr };
}

/** The same without the process, many times faster: where what is said matters and not how it starts and ends. */
export async function runCliHere(
  args: string[],
  { env = {}, input = '' }: CliOptions = {},
): Promise<CliOutcome> {
  const stdout = new PassThrough();
  const stderr = new PassThrough();
  const io = { stdin: Readable.from([input]), stdout, stderr, env } as unknown as Io;
  const said = Promise.all([text(stdout), text(stderr)]);
  const exitCode = await runCommandLine(args, io);
  stdout.end();
  stderr.end();
  const [out, err] = await said;
  return { exitCode, stdout: out, stderr: err };
}
