/** Node's own permission model inside the sandbox, for servers that run on Node: a second wall. It knows no network. Pure. */
import { basename } from 'node:path';
import type { SandboxProfile } from './types.ts';

const MIB = 1 << 20;

export const isNode = (command: string): boolean => /^node(\.exe)?$/.test(basename(command));

/** Options that stand before the program. */
export function nodePermissions({ data, limits, program, read, write }: SandboxProfile): string[] {
  const below = (path: string) => [path, `${path}/*`];
  const readable = [program, data, ...read, ...write].flatMap(below);
  const writable = [data, ...write].flatMap(below);
  return [
    '--permission',
    // That these options weaken it is known here, and is nothing to a server's log.
    '--disable-warning=SecurityWarning',
    ...readable.map((path) => `--allow-fs-read=${path}`),
    ...writable.map((path) => `--allow-fs-write=${path}`),
    // Compiled modules are confined by the sandbox, as every program is.
    '--allow-addons',
    '--allow-worker',
    ...(limits.processes > 1 ? ['--allow-child-process'] : []),
    `--max-old-space-size=${Math.max(16, Math.floor(limits.memoryBytes / MIB))}`,
  ];
}
