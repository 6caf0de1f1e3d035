/**
 * Limits of the system on a confined program. Memory is not among them for Node, whose reserved addresses are many times
 * what it uses: its heap is limited by its own option, and what it really uses is watched from outside. Pure.
 */
import { isNode } from './node-permissions.ts';
import type { SandboxProfile } from './types.ts';

/** Python and others may map so many times what they are to use, for shared libraries and fragmentation. */
const MAPPED_RATIO = 4;

/** Arguments of util-linux `prlimit` that stand before a command. */
export function prlimitArguments({ limits }: SandboxProfile, command: string): string[] {
  return [
    `--nofile=${limits.files}`,
    `--fsize=${limits.fileBytes}`,
    '--core=0',
    ...(isNode(command) ? [] : [`--data=${limits.memoryBytes * MAPPED_RATIO}`]),
    '--',
  ];
}

/** The same in the words of a POSIX shell, where there is no `prlimit`. */
export const ulimitLine = ({ limits }: SandboxProfile): string =>
  `ulimit -n ${limits.files}; ulimit -f ${Math.ceil(limits.fileBytes / 512)}; ulimit -c 0; `;

/** Processes and threads, counted inside the sandbox, where this user has no others. */
export const processLimit = ({ limits }: SandboxProfile): string[] => [`--nproc=${limits.processes}`, '--'];
