/**
 * The operator's rules for tools of the network: which are approved, which are asked about and which are rejected
 * without him. Ordered; the first that matches decides. Pure.
 */
import { z } from 'zod';
import { isProviderId } from '../../kernel/ids.ts';
import { serverNameSchema } from '../servers/config.ts';
import { isClaimed, trustableClaimSchema } from './claims.ts';

/** Rules that a node keeps at most. */
export const MAX_RULES = 200;

export const ruleDraftSchema = z.object({
  provider: z
    .string()
    .refine(isProviderId, 'a provider id')
    .optional()
    .describe('Only tools of this provider.'),
  server: serverNameSchema.optional().describe('Only tools of servers of this name.'),
  claims: z
    .array(trustableClaimSchema)
    .max(4)
    .default([])
    .describe('Only tools whose provider claims all of these; nobody checks them.'),
  tags: z
    .array(z.string().min(1).max(40))
    .max(16)
    .default([])
    .describe('Only tools that carry all of these tags.'),
  action: z.enum(['approve', 'ask', 'reject']),
  coversChanges: z
    .boolean()
    .default(false)
    .describe(
      'Whether a tool that changed after it was approved is approved again unseen; only with `approve`.',
    ),
});
export type RuleDraft = z.output<typeof ruleDraftSchema>;

export const ruleSchema = ruleDraftSchema.extend({
  id: z.string(),
  /** Epoch ms. */
  createdAt: z.number(),
});
export type ApprovalRule = z.output<typeof ruleSchema>;

/** What a rule looks at. */
export interface RuledTool {
  provider: string;
  server: string;
  tags: readonly string[];
  annotations: Record<string, unknown> | undefined;
  fingerprint: string;
}

export const ruleMatches = (rule: RuleDraft, tool: RuledTool): boolean =>
  (rule.provider === undefined || rule.provider === tool.provider) &&
  (rule.server === undefined || rule.server === tool.server) &&
  rule.claims.every((claim) => isClaimed(claim, tool.annotations)) &&
  rule.tags.every((tag) => tool.tags.includes(tag));

/** An approving rule must say whose tools it approves: servers, tags and claims are words that anybody can use. */
export const isTooWide = (rule: RuleDraft): boolean =>
  rule.action === 'approve' && rule.provider === undefined;

export interface Judgement {
  /** The rule that decided; absent where none matches. */
  rule?: ApprovalRule;
  /** Whether the rule lets the tool in, as it is now. */
  admits: boolean;
}

/**
 * What the rules say about a tool.
 *
 * @param letIn fingerprints of this tool that the operator or a rule let in before. Where there are any and the present
 *   one is none of them, the tool changed, and only a rule that covers changes lets it in again.
 */
export function judge(rules: readonly ApprovalRule[], tool: RuledTool, letIn: readonly string[]): Judgement {
  const rule = rules.find((one) => ruleMatches(one, tool));
  if (!rule) return { admits: false };
  const isKnown = letIn.length === 0 || letIn.includes(tool.fingerprint);
  return { rule, admits: rule.action === 'approve' && !isTooWide(rule) && (isKnown || rule.coversChanges) };
}
