/** What becomes of a verified record that arrives. Pure; the store acts on the verdict. */
import { equalBytes } from '../../kernel/bytes.ts';
import type { ProviderId } from '../../kernel/ids.ts';

/** How far a record's issue time may lie ahead of our clock. */
export const MAX_FUTURE_SKEW_MS = 10 * 60_000;
/** The longest life a record may claim. */
export const MAX_LIFETIME_MS = 7 * 24 * 3_600_000;
/** How long own records live, and how long before their end they are published again. */
export const LIFETIME_MS = 48 * 3_600_000;
export const REPUBLISH_MS = 12 * 3_600_000;

/** What a kind reads out of one of its records. */
export interface RecordMeta {
  /** Unique within the kind; one record per key is in force. */
  key: string;
  owner: ProviderId;
  seq: number;
  issuedAt: number;
  expiresAt: number;
  /** Handed to those who may see it on their own connection, never gossiped nor passed on. */
  private: boolean;
  /** Ends the key: nothing is offered under it any more. */
  tombstone: boolean;
}

export interface StoredVersion {
  seq: number;
  hash: Uint8Array;
  /** Two records with one sequence number were seen; neither is served. */
  disputed: boolean;
}

export type Verdict =
  | 'store'
  | 'duplicate'
  | 'older'
  /** Same sequence, other bytes: the signer contradicts himself. Both are kept as proof, neither is used. */
  | 'equivocation'
  | 'expired'
  | 'from_the_future'
  | 'too_long_lived';

export function judge(
  incoming: Pick<RecordMeta, 'seq' | 'issuedAt' | 'expiresAt'> & { hash: Uint8Array },
  stored: StoredVersion | undefined,
  now: number,
): Verdict {
  if (incoming.expiresAt <= now) return 'expired';
  if (incoming.issuedAt > now + MAX_FUTURE_SKEW_MS) return 'from_the_future';
  if (incoming.expiresAt - incoming.issuedAt > MAX_LIFETIME_MS) return 'too_long_lived';
  if (!stored || incoming.seq > stored.seq) return 'store';
  if (incoming.seq < stored.seq) return 'older';
  if (equalBytes(incoming.hash, stored.hash)) return 'duplicate';
  return stored.disputed ? 'duplicate' : 'equivocation';
}
