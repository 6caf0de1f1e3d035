import { z } from 'zod';
import { command, query } from '../../kernel/contract.ts';

export const clientSchema = z.object({
  id: z.string(),
  name: z.string(),
  /** The view of the catalog this client gets. */
  profile: z.string(),
  createdAt: z.number(),
  lastUsedAt: z.number().optional(),
});

export const clientsContract = {
  'clients.list': query(
    'AI clients that were given a token.',
    z.object({}),
    z.object({ items: z.array(clientSchema) }),
  ),
  'clients.create': command(
    'Makes a token for an AI client; it is shown once.',
    z.object({ name: z.string().min(1).max(64), profile: z.string().default('default') }),
    clientSchema.extend({ token: z.string() }),
  ),
  'clients.revoke': command('Ends a client’s token at once.', z.object({ id: z.string() }), z.object({})),
  'clients.connection': query(
    'What an AI client’s configuration needs: address, token and the stdio command.',
    z.object({ profile: z.string().default('default') }),
    z.object({
      url: z.string(),
      token: z.string(),
      socket: z.string(),
      command: z.string(),
      args: z.array(z.string()),
    }),
  ),
};
