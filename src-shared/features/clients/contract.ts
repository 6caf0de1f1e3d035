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

/** A view of the catalog for a client, nothing else. `default` always exists and shows everything. */
export const profileViewSchema = z.object({
  name: z.string().regex(/^[a-z0-9][a-z0-9_-]{0,30}$/),
  /** Only these servers (local names, or `provider/server` for remote ones); absent: all. */
  servers: z.array(z.string().max(200)).max(256).optional(),
  /** Whether catalog names carry the server’s name in front. */
  prefix: z.boolean().default(true),
});

export const clientsContract = {
  'profiles.list': query(
    'Views of the catalog for clients.',
    z.object({}),
    z.object({ items: z.array(profileViewSchema) }),
  ),
  'profiles.set': command('Makes or changes a profile.', profileViewSchema, profileViewSchema),
  'profiles.remove': command(
    'Removes a profile; its clients’ tokens end.',
    z.object({ name: z.string() }),
    z.object({}),
  ),
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
