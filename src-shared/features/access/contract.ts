import { z } from 'zod';
import { command, query } from '../../kernel/contract.ts';
import { serverNameSchema } from '../servers/config.ts';

/** With whom a server is shared. */
export const audienceSchema = z.discriminatedUnion('kind', [
  z.object({ kind: z.literal('providers'), providers: z.array(z.string()).min(1).max(256) }),
  z.object({ kind: z.literal('known') }),
  z.object({ kind: z.literal('everyone') }),
]);
export type Audience = z.output<typeof audienceSchema>;

export const shareSchema = z.object({
  server: serverNameSchema,
  audience: audienceSchema,
  /** Only these tools; absent: all tools the server has, now and later. */
  tools: z.array(z.string()).max(10_000).optional(),
  sharedAt: z.number(),
});
export type Share = z.output<typeof shareSchema>;

export const accessContract = {
  'access.shares': query(
    'What this node shares, and with whom.',
    z.object({}),
    z.object({ items: z.array(shareSchema) }),
  ),
  'servers.share': command(
    'Shares a server. Sharing with everyone a server that can change things or read files must be confirmed.',
    z.object({
      name: serverNameSchema,
      audience: audienceSchema,
      tools: z.array(z.string()).min(1).max(10_000).optional(),
      /** The person has read the warning (`access.confirm_everyone`) and said yes. */
      confirmed: z.boolean().default(false),
    }),
    shareSchema,
  ),
  'servers.unshare': command(
    'Ends the sharing of a server; calls of peers in flight end.',
    z.object({ name: serverNameSchema }),
    z.object({}),
  ),
};
