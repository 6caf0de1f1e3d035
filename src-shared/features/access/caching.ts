import { z } from 'zod';

/** Results hold for a day at most. */
export const MAX_TTL_MS = 24 * 3_600_000;

/** What a provider says of the results of one of his tools: how long they hold, and for whom. */
export const cachingSchema = z.object({
  ttlMs: z.number().int().min(1).max(MAX_TTL_MS),
  /** `public`: everybody is told the same. `private`: each caller may be told something else. */
  scope: z.enum(['public', 'private']).default('private'),
});
export type Caching = z.output<typeof cachingSchema>;
