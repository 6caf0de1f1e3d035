/**
 * Limits of the system on a confined program, in the words of a POSIX shell. A limit that cannot be set is lower already:
 * there is no other reason for the system to refuse. Pure.
 *
 * Memory is not among them for Node, whose reserved addresses are many times what it uses: its heap is limited by its own
 * option. Where there are control groups, they count what is resident.
 */
import { isNode } from './node-permissions.ts';
import type { SandboxProfile } from './types.ts';

/** Python and others may map so many times what they are to use, for shared libraries and fragmentation. */
const MAPPED_RATIO = 4;
/** Threads of an engine, and the shells and relays around the program: they are nobody's wish. */
const OWN_PROCESSES = 32;
const BLOCK_BYTES = 512;
const KIB = 1024;

type Limits = SandboxProfile['limits'];

/** For the shell outside, which becomes the sandbox. */
export function outerLimits(limits: Limits, command: string): string {
  const data = Math.ceil((limits.memoryBytes * MAPPED_RATIO) / KIB);
  return [
    limit('c', 0),
    limit('n', limits.files),
    limit('f', Math.ceil(limits.fileBytes / BLOCK_BYTES)),
    ...(isNode(command) ? [] : [limit('d', data)]),
  ].join('; ');
}

/** For the shell inside, where this user has no other processes. Some shells know it as `-p`, others as `-u`. */
export const innerLimits = (limits: Limits): string =>
  `ulimit -p ${processLimit(limits)} 2>/dev/null || ${limit('u', processLimit(limits))}`;

/** Processes and threads, with those that confine and run the program. */
export const processLimit = ({ processes }: Limits): number => processes + OWN_PROCESSES;

const limit = (name: string, value: number): string => `ulimit -${name} ${value} 2>/dev/null || :`;
