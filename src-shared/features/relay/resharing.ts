/** Servers of others that this node shares on. */
import { z } from 'zod';
import { command, query } from '../../kernel/contract.ts';
import { isProviderId } from '../../kernel/ids.ts';
import { shareSchema } from '../access/contract.ts';
import { serverNameSchema } from '../servers/config.ts';

/** Servers of others that one node shares on. */
export const MAX_RESHARES = 64;

export const reshareSchema = z.object({
  /** Under which it is shared here. */
  name: z.string(),
  /** From whom this node has it. */
  provider: z.string(),
  providerName: z.string().optional(),
  server: z.string(),
  /** Tools that are shared on now. */
  tools: z.array(z.string()),
  state: z
    .enum(['shared', 'cut', 'nothing'])
    .describe('Shared on; the leave to do so has ended; none of its tools is approved here.'),
  /** The origin first, then everybody on the way to this node, which is not among them. */
  via: z.array(z.object({ provider: z.string(), name: z.string().optional() })),
  /** How often those who get it here may share it on in a row. */
  depth: z.number(),
  /** Epoch ms at which the leave ends; it is asked for again before. */
  until: z.number().optional(),
  share: shareSchema.optional(),
});
export type ReshareView = z.output<typeof reshareSchema>;

export const resharingContract = {
  'reshares.list': query(
    'Servers of other providers that this node shares on.',
    z.object({}),
    z.object({ items: z.array(reshareSchema) }),
  ),
  'reshares.add': command(
    'Shares a server of another provider on, where he lets it: its approved tools, and later ones as they are approved.',
    z.object({
      provider: z.string().refine(isProviderId, 'a provider id'),
      server: serverNameSchema,
      name: serverNameSchema.optional().describe('Its name here; absent: as at its provider.'),
      audience: shareSchema.shape.audience,
      tools: z.array(z.string().min(1).max(256)).min(1).max(1_000).optional(),
      delegation: shareSchema.shape.delegation,
      confirmed: z.boolean().default(false),
    }),
    reshareSchema,
  ),
  'reshares.remove': command(
    'Ends it; calls that are passed on end.',
    z.object({ name: serverNameSchema }),
    z.object({}),
  ),
};
