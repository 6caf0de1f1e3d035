/**
 * Providers whose node signed two things under one number: proof that it tells different nodes different things, or that
 * an old copy of it runs. Neither is served; the operator sees who it was and can hand the proof on.
 */
import { z } from 'zod';
import { command, query } from '../../kernel/contract.ts';

export const equivocationSchema = z.object({
  providerId: z.string(),
  providerName: z.string().optional(),
  /** The node that signed both. */
  peerId: z.string(),
  /** Kind of the records, `entry/1`. */
  type: z.string(),
  /** What they are about: of an entry, the server. */
  subject: z.string(),
  seq: z.number(),
  /** Epoch ms at which the second one came. */
  foundAt: z.number(),
  /** Whether the operator said that he has seen it. */
  seen: z.boolean(),
  /** Both records as they were received, base64url: whoever has them can verify both signatures. */
  first: z.string(),
  second: z.string(),
});
export type Equivocation = z.output<typeof equivocationSchema>;

export const equivocationsContract = {
  'providers.equivocations': query(
    'Providers whose node signed two different records under one number, newest first, each with both records as proof.',
    z.object({ providerId: z.string().max(64).optional().describe('Only those of this provider.') }),
    z.object({ items: z.array(equivocationSchema) }),
  ),
  'providers.acknowledge': command(
    'Notes that the operator has seen what a provider signed twice; it no longer waits for him, the warnings stay.',
    z.object({ providerId: z.string().min(1).max(64) }),
    z.object({}),
  ),
};
