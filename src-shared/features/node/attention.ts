/** What waits for a decision of the operator: Home lists it, the tray turns to "attention", the system notifies. */
import { z } from 'zod';

export const attentionKindSchema = z.enum([
  /** Tools of the network that nobody decided on; `count`. */
  'tools.pending',
  /** Approved tools that are different now and out of the catalog; `count`. */
  'tools.changed',
  /** A server that gave up; `subject` is its name, `code` why. */
  'server.failed',
  /** A remote server that wants the person to sign in; `subject` is its name. */
  'server.login',
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
  since: z.number(),
});
export type AttentionItem = z.output<typeof attentionItemSchema>;
