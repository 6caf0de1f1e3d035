/** When a tool of the network may stand in the catalog. Pure. */
export type ApprovalState = 'local' | 'pending' | 'approved' | 'changed' | 'rejected';

/** What the operator once decided about a tool of the network. */
export interface Decision {
  verdict: 'approved' | 'rejected';
  /** The fingerprint that was shown to him. */
  fingerprint: string;
}

/**
 * Tools of one's own servers need no approval. Others start pending; an approval holds for exactly the fingerprint that
 * was approved, and a rejection for the tool, whatever it turns into.
 */
export function approvalState(
  isLocal: boolean,
  decision: Decision | undefined,
  fingerprint: string,
): ApprovalState {
  if (isLocal) return 'local';
  if (!decision) return 'pending';
  if (decision.verdict === 'rejected') return 'rejected';
  return decision.fingerprint === fingerprint ? 'approved' : 'changed';
}
