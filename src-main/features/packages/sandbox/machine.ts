/** What this machine has to confine programs with. */
import { execFile } from 'node:child_process';
import { existsSync } from 'node:fs';
import { createRequire } from 'node:module';
import { dirname, join } from 'node:path';
import { promisify } from 'node:util';
import { findOnPath } from '../install/runtime.ts';
import type { SandboxProblem } from './types.ts';

/** Absolute folders: what is found first on a PATH of somebody’s making must not confine anything. */
export const TOOLS_PATH =
  '/usr/local/bin:/usr/bin:/bin:/usr/local/sbin:/usr/sbin:/sbin:/run/current-system/sw/bin';
const SAFE_BUBBLEWRAP = [0, 12] as const;
const ANSWER_MS = 5_000;
const LIBRARY = '@anthropic-ai/sandbox-runtime';

const run = promisify(execFile);

export interface Machine {
  problems: SandboxProblem[];
  bubblewrap?: { path: string; version: string };
  socat?: string;
  /** The library's program that blocks sockets of the machine; it runs inside and must be seen there. */
  socketFilter?: string;
}

export async function lookAround(toolsPath: string): Promise<Machine> {
  if (process.platform === 'darwin') return { problems: [] };
  if (process.platform !== 'linux') return { problems: ['unsupported_platform'] };
  const path = findOnPath(['bwrap'], toolsPath);
  const socat = findOnPath(['socat'], toolsPath);
  const socketFilter = findSocketFilter();
  const version = path ? await versionOf(path) : undefined;
  const problems: SandboxProblem[] = [
    ...(version ? [] : ['missing_bubblewrap' as const]),
    ...(socat ? [] : ['missing_socat' as const]),
    ...(socketFilter ? [] : ['missing_socket_filter' as const]),
    ...(path && version && !(await makesNamespaces(path)) ? ['no_user_namespaces' as const] : []),
  ];
  return {
    problems,
    ...(path && version ? { bubblewrap: { path, version } } : {}),
    ...(socat ? { socat } : {}),
    ...(socketFilter ? { socketFilter } : {}),
  };
}

/** Pure. */
export function isOldBubblewrap(version: string): boolean {
  const [major = 0, minor = 0] = version.split('.').map(Number);
  return major < SAFE_BUBBLEWRAP[0] || (major === SAFE_BUBBLEWRAP[0] && minor < SAFE_BUBBLEWRAP[1]);
}

async function versionOf(bubblewrap: string): Promise<string | undefined> {
  const text = await answerOf(bubblewrap, ['--version']);
  return /[0-9]+\.[0-9]+(\.[0-9]+)?/.exec(text ?? '')?.[0];
}

/** The system may have them and yet keep this user from them. */
const makesNamespaces = async (bubblewrap: string): Promise<boolean> =>
  (await answerOf(bubblewrap, [
    ...['--ro-bind', '/', '/', '--unshare-user', '--unshare-pid', '--unshare-net', '--proc', '/proc'],
    ...['--', '/bin/sh', '-c', 'echo inside'],
  ])) !== undefined;

/** What a program prints; undefined where it does not end well. */
export async function answerOf(
  command: string,
  args: readonly string[],
  env: Record<string, string> = { PATH: TOOLS_PATH },
): Promise<string | undefined> {
  try {
    const { stdout } = await run(command, [...args], { env, timeout: ANSWER_MS });
    return stdout.trim();
  } catch {
    return undefined; // it does not work: that is the answer
  }
}

function findSocketFilter(): string | undefined {
  const library = libraryFolder();
  const arch = process.arch === 'arm64' ? 'arm64' : 'x64';
  const path = library && join(library, 'vendor', 'seccomp', arch, 'apply-seccomp');
  return path && existsSync(path) ? path : undefined;
}

function libraryFolder(): string | undefined {
  try {
    return dirname(createRequire(import.meta.url).resolve(`${LIBRARY}/package.json`));
  } catch {
    return undefined; // not installed beside this program: the caller says what is missing
  }
}
