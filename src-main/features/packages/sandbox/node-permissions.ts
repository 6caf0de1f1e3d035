/** Node's own permission model inside the sandbox, for servers that run on Node: a second wall. It knows no network. Pure. */
import { basename } from 'node:path';
import type { SandboxProfile } from './types.ts';

const MIB = 1 << 20;
/** Below this Node does not start. */
const LEAST_HEAP_MIB = 16;

export const isNode = (command: string): boolean => /^node(\.exe)?$/.test(basename(command));

/** Options that stand before the program. */
export function nodePermissionArgs({ data, limits, program, read, write }: SandboxProfile): string[] {
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
    ...(limits.processes > 1 ? ['--allow-worker', '--allow-child-process'] : []),
    `--max-old-space-size=${Math.max(LEAST_HEAP_MIB, Math.floor(limits.memoryBytes / MIB))}`,
  ];
}
