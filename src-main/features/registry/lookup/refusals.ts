/** Why something that a peer said was not believed, counted: nothing that is refused is refused in silence. */
import type { PeerId } from '#shared/kernel/ids.ts';
import type { Log } from '../../../platform/log.ts';

export const refusalReasons = [
  /** The index named a peer that cannot be reached. */
  'unreachable',
  /** The peer's certificate speaks for another provider than the one that was looked for. */
  'other_provider',
  /** It named no entry of its own that fits, or could not give the one that it named. */
  'no_entry',
  /** It claimed what only the node that signed the entry can. */
  'not_its_own',
  /** What came is not what was named: another key or hash. */
  'other_entry',
  /** The signed entry does not have the capability. */
  'other_capability',
  /** The tools behind the entry could not be had, or are not those that were signed. */
  'no_manifest',
  /** The entry has no such tool, or it is another definition. */
  'other_tool',
  /** The tool has nothing to do with the question. */
  'beside_the_point',
  /** The message made no sense. */
  'malformed',
  /** The peer was wrong so often in one answer that the rest was not looked at. */
  'wrong_too_often',
] as const;
export type Refusal = (typeof refusalReasons)[number];

export interface Refusals {
  note(reason: Refusal, peer: PeerId, times?: number): void;
  counts(): Record<Refusal, number>;
}

export function createRefusals(log: Log): Refusals {
  const counts = Object.fromEntries(refusalReasons.map((reason) => [reason, 0])) as Record<Refusal, number>;
  return {
    note(reason, peer, times = 1) {
      counts[reason] += times;
      log.debug({ reason, peer, times }, 'what a peer said of tools was not believed');
    },
    counts: () => ({ ...counts }),
  };
}
