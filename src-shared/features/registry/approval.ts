/** When a tool may stand in the catalog. Pure. */
import { type ApprovalRule, judge, type RuledTool } from './approval-rules.ts';

export type ApprovalState = 'local' | 'pending' | 'approved' | 'changed' | 'rejected';

/** What the operator himself once decided about a tool of the network. */
export interface Decision {
  verdict: 'approved' | 'rejected';
  /** The fingerprint that was shown to him. */
  fingerprint: string;
}

export interface ApprovalFacts {
  isLocal: boolean;
  tool: RuledTool;
  decision?: Decision | undefined;
  /** The fingerprint that a rule last let in. */
  admitted?: string | undefined;
  rules: readonly ApprovalRule[];
  /** Whether the tool, as it would stand in the catalog, is what the operator pinned; true where he pinned nothing. */
  pinHolds: boolean;
  /** Whether a name of it can be taken for another one: then no rule lets it in, only the operator himself. */
  isSuspicious?: boolean | undefined;
}

export interface Approval {
  state: ApprovalState;
  /** The rule that approved or rejected it; absent where the operator did, or nobody. */
  rule?: ApprovalRule;
  /** Whether a rule lets the tool in that it had not let in before; to be remembered. */
  isNewlyAdmitted: boolean;
}

/**
 * Tools of one's own servers need no approval. Others start pending; an approval holds for exactly the fingerprint that
 * was approved, and a rejection for the tool, whatever it turns into. The operator's own word comes before any rule. A
 * pinned tool that is not what was pinned is `changed`, wherever it is from.
 */
export function approvalOf(facts: ApprovalFacts): Approval {
  const approval = withoutPin(facts);
  const isIn = approval.state === 'local' || approval.state === 'approved';
  return isIn && !facts.pinHolds ? { ...approval, state: 'changed' } : approval;
}

function withoutPin({ admitted, decision, isLocal, isSuspicious, rules, tool }: ApprovalFacts): Approval {
  const quiet = { isNewlyAdmitted: false };
  if (isLocal) return { state: 'local', ...quiet };
  if (decision?.verdict === 'rejected') return { state: 'rejected', ...quiet };
  if (decision?.fingerprint === tool.fingerprint) return { state: 'approved', ...quiet };
  const letIn = [decision?.fingerprint, admitted].filter((one) => one !== undefined);
  const { admits, rule } = judge(rules, tool, letIn);
  if (rule && admits && !isSuspicious)
    return { state: 'approved', rule, isNewlyAdmitted: admitted !== tool.fingerprint };
  if (rule?.action === 'reject') return { state: 'rejected', rule, ...quiet };
  return { state: letIn.length > 0 && !letIn.includes(tool.fingerprint) ? 'changed' : 'pending', ...quiet };
}
