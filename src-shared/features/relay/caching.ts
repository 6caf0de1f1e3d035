/**
 * Whether a result may be given again, to whom and for how long. Pure. A provider says for each tool how long its results hold;
 * the tool's approved definition must say that it only reads; and what one client was told is told to no other, unless the
 * provider says that everybody is told the same.
 */
import { z } from 'zod';
import { command, query } from '../../kernel/contract.ts';
import type { JsonObject, JsonValue } from '../../kernel/canonical.ts';
import type { Caching } from '../access/caching.ts';
import type { Tool } from '../registry/tool.ts';

/** In `_meta` of a call: the result must come from the tool itself. */
export const CACHE_META = 'io.toolswarm/cache';
export const BYPASS = 'bypass';

/** Who asks, as far as results may differ by it. */
export interface CacheIdentity {
  principal: string;
  profile?: string | undefined;
}

/** Only what reads, and does so without effect, can be left out. */
export const mayCache = ({ annotations }: Tool, caching: Caching | undefined): caching is Caching =>
  caching !== undefined && annotations?.readOnlyHint === true && annotations.destructiveHint !== true;

export function isBypassed(params: JsonObject): boolean {
  const meta = params['_meta'];
  return meta !== null && typeof meta === 'object' && !Array.isArray(meta) && meta[CACHE_META] === BYPASS;
}

/** What makes two calls one: the very tool, the same arguments, and the same asker where results are his own. */
export const cacheSubject = (
  toolId: string,
  params: JsonObject,
  { profile = '', principal }: CacheIdentity,
  { scope }: Caching,
): JsonValue => [toolId, params['arguments'] ?? {}, ...(scope === 'public' ? [] : [principal, profile])];

/** Results that say they failed, or that ask for more, are true only once. */
export const isKeepable = (result: JsonObject): boolean =>
  result['isError'] !== true && result['resultType'] !== 'input_required';

export const cacheStateSchema = z.object({
  entries: z.number(),
  bytes: z.number(),
  hits: z.number(),
  misses: z.number(),
  /** Calls that waited for an equal one instead of being made. */
  joined: z.number(),
  bytesSaved: z.number(),
});
export type CacheState = z.output<typeof cacheStateSchema>;

export const cacheContract = {
  'relay.cache': query(
    'Results of tools of others that are kept to be given again, and what that saved since the start.',
    z.object({}),
    cacheStateSchema,
  ),
  'relay.clearCache': command('Forgets all kept results.', z.object({}), cacheStateSchema),
};
