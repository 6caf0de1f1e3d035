/** What the operator makes of many tools at once, and what he keeps: rules, decisions in bulk, pins, favourites. */
import { z } from 'zod';
import { command, query } from '../../kernel/contract.ts';
import { MAX_RULES, ruleDraftSchema, ruleSchema } from './approval-rules.ts';
import { pinSchema } from './pin.ts';
import { toolFilterSchema } from './query.ts';
import { byId, toolViewSchema } from './view.ts';

/** Tools that one decision may name; a filter may mean more. */
export const MAX_SELECTED = 5000;

/** Which tools are meant: those named, or all that fit a filter. */
const selectionSchema = z.union([
  z.object({ ids: z.array(z.string().max(512)).min(1).max(MAX_SELECTED) }),
  z.object({ filter: toolFilterSchema }),
]);
export type Selection = z.output<typeof selectionSchema>;

/** `forget` takes the operator’s own decision back: the tool waits again, unless a rule decides. */
const verdictSchema = z.enum(['approve', 'reject', 'forget']);
export type Verdict = z.output<typeof verdictSchema>;

const sample = z.array(z.string()).describe('Names of the first few.');

export const decisionPreviewSchema = z.object({
  /** Tools that the decision would change. */
  count: z.number(),
  sample,
  /** Of these: tools whose provider says that they may change or delete things. */
  destructive: z.number(),
  /** Of these: tools with warnings. */
  warned: z.number(),
  /** Of these: tools whose names can be taken for others that are better known. */
  confusable: z.number(),
  /** Left alone: own tools, those that are so already, and those whose pin must be settled first. */
  left: z.object({ local: z.number(), already: z.number(), pinned: z.number() }),
  /** Stands for exactly these tools as they are now. */
  digest: z.string(),
});
export type DecisionPreview = z.output<typeof decisionPreviewSchema>;

export const rulePreviewSchema = z.object({
  /** Tools that the rule would decide about: it matches, and no earlier rule does. */
  matches: z.number(),
  /** Tools that would enter the catalog, leave it and wait, or be rejected. */
  approves: z.number(),
  asks: z.number(),
  rejects: z.number(),
  /** Of those that it matches: changed tools, which it leaves to the operator. */
  changedLeft: z.number(),
  /** Names of the first few that would change. */
  sample,
});
export type RulePreview = z.output<typeof rulePreviewSchema>;

/** A rule with how many tools it decides about now. */
export const ruleViewSchema = ruleSchema.extend({ matches: z.number(), providerName: z.string().optional() });
export type RuleView = z.output<typeof ruleViewSchema>;

const ruleList = z.object({ items: z.array(ruleViewSchema) });
const position = z
  .number()
  .int()
  .min(0)
  .max(MAX_RULES)
  .optional()
  .describe('Place in the order; last unless said.');

export const curationContract = {
  'tools.previewDecision': query(
    'What a decision about many tools would change, before it is made.',
    z.object({ verdict: verdictSchema, which: selectionSchema }),
    decisionPreviewSchema,
  ),
  'tools.decide': command(
    'Approves or rejects many tools at once, exactly those that were previewed.',
    z.object({ verdict: verdictSchema, which: selectionSchema, digest: z.string().max(128) }),
    z.object({ count: z.number(), undo: z.number().describe('Takes it back with `tools.undo`.') }),
  ),
  'tools.undo': command(
    'Takes back one decision about many tools, where no later one stands in the way.',
    z.object({ undo: z.number().int() }),
    z.object({ count: z.number() }),
  ),
  'tools.pin': command(
    'Pins a tool to a definition, a version or a range; without any, to the definition that it has now.',
    byId.extend({ pin: pinSchema.optional() }),
    toolViewSchema,
  ),
  'tools.unpin': command('Lets a tool follow its provider again.', byId, toolViewSchema),
  'tools.favourite': command(
    'Marks a tool as a favourite, or takes the mark away.',
    byId.extend({ favourite: z.boolean().default(true) }),
    toolViewSchema,
  ),
  'rules.list': query(
    'Rules that decide about tools of the network; the first that matches decides.',
    z.object({}),
    ruleList,
  ),
  'rules.preview': query(
    'Which tools a rule would touch now, before it is kept.',
    z.object({ rule: ruleDraftSchema, position }),
    rulePreviewSchema,
  ),
  'rules.add': command(
    'Keeps a rule and applies it.',
    z.object({ rule: ruleDraftSchema, position }),
    ruleList,
  ),
  'rules.remove': command(
    'Removes a rule; what it decided is open again, what the operator decided himself stays.',
    z.object({ id: z.string().max(64) }),
    ruleList,
  ),
  'rules.reorder': command(
    'Puts the rules in this order; every rule must be named once.',
    z.object({ ids: z.array(z.string().max(64)).max(MAX_RULES) }),
    ruleList,
  ),
};
