/** What was denied to one program, out of the library's list for all. */
import type { Denial } from './types.ts';

/** Denials of one program that are told; a program that is denied without end says nothing new. */
export const MAX_DENIALS = 1_000;
const MAX_CHARS = 500;

/** As the library keeps it. */
export interface Violation {
  line: string;
  timestamp: Date;
}

/** A part of the library's store: the last hundred, of whomever. */
export interface Violations {
  subscribe(listener: () => void): () => void;
  getViolationsForCommand(commandId: string): Violation[];
}

/** Tells each denial once, until the returned function is called. */
export function watchDenials(
  store: Violations,
  commandId: string,
  onDenied: (denial: Denial) => void,
): () => void {
  const seen = new WeakSet<Violation>();
  let told = 0;
  return store.subscribe(() => {
    for (const violation of store.getViolationsForCommand(commandId)) {
      if (seen.has(violation) || told === MAX_DENIALS) continue;
      seen.add(violation);
      told += 1;
      onDenied(denialOf(violation));
    }
  });
}

export const denialOf = ({ line, timestamp }: Violation): Denial => ({
  at: timestamp.getTime(),
  kind: kindOf(line),
  what: line.slice(0, MAX_CHARS),
});

/** The library says `deny network-outbound host:port (reason)`, `deny file-write-create /path` or `deny openat /path`. */
function kindOf(line: string): Denial['kind'] {
  const [, what = '', object = ''] = line.split(' ');
  if (what.startsWith('network')) return 'network';
  return what.startsWith('file') || object.startsWith('/') ? 'file' : 'other';
}
