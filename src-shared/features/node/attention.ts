/** What waits for a decision of the operator: Home lists it, the tray turns to "attention", the system notifies. */
import { z } from 'zod';
import { stream } from '../../kernel/contract.ts';

export const attentionKindSchema = z.enum([
  /** Tools of the network that nobody decided on; `count`. */
  'tools.pending',
  /** Approved tools that are different now and out of the catalog; `count`. */
  'tools.changed',
  /** A tool that must have more live instances than it has; `subject` is its name, `count` how many are missing, `ref` its id. */
  'tools.lacking',
  /** A server that gave up; `subject` is its name, `code` why. */
  'server.failed',
  /** A remote server that wants the person to sign in; `subject` is its name. */
  'server.login',
  /** A provider whom the operator knows asks for access; `subject` is his name, or his id, `count` how often. */
  'access.request',
  /** Providers whom the operator does not know ask for access; `count` is the number of requests. */
  'access.strangers',
  /** A machine wants to become a node of this provider; `subject` is what it calls itself. */
  'fleet.guest',
  /** The provider took this machine out. */
  'fleet.removed',
  /** A provider whose node signed two things under one number; `subject` is its name, or its id. */
  'provider.equivocated',
  /** A change of the protocol that this provider said nothing to; `subject` is the feature, `ref` the proposal. */
  'governance.vote',
  /** A change that takes effect here by itself at `due`, unless it is vetoed; the same. */
  'governance.activation',
  /** A change that was decided and does not take effect here by itself; the same. */
  'governance.waiting',
  /** The recovery phrase was never written down. */
  'identity.phrase',
  /** The machine's clock is far from that of its peers. */
  'node.clock',
  /** The disk is nearly full, or the database cannot be written. */
  'node.storage',
  /** A newer version is ready to be installed; `subject` is the version. */
  'update.ready',
]);

export const attentionItemSchema = z.object({
  /** Stable while the matter stands, so that one is notified of it once. */
  id: z.string(),
  kind: attentionKindSchema,
  /** `decide`: somebody must say yes or no. `mend`: something is broken. `hint`: can wait. */
  level: z.enum(['mend', 'decide', 'hint']),
  subject: z.string().optional(),
  code: z.string().optional(),
  count: z.number().optional(),
  /** Opens what it is about, where the subject is not enough. */
  ref: z.string().optional(),
  /** When it happens unless somebody acts, epoch ms. */
  due: z.number().optional(),
  since: z.number(),
});
export type AttentionItem = z.output<typeof attentionItemSchema>;

const levels: ReadonlyArray<AttentionItem['level']> = ['mend', 'decide', 'hint'];

/** What is broken first, then what waits for an answer, then hints; among equals the oldest first. */
export const byUrgency = (items: readonly AttentionItem[]): AttentionItem[] =>
  items.toSorted(
    (a, b) =>
      levels.indexOf(a.level) - levels.indexOf(b.level) || a.since - b.since || (a.id < b.id ? -1 : 1),
  );

export const attentionContract = {
  'node.attention': stream(
    'What waits for the operator, most urgent first; again whenever that changed (at most once a second).',
    z.object({}),
    z.object({ items: z.array(attentionItemSchema) }),
  ),
};
