/**
 * How urgent a client says its call is, and how long the answer is of use. It says so in `_meta` of the call, where every
 * MCP client may put what it likes; what makes no sense is left aside, and a call is then made like any other. Pure.
 */
import type { JsonObject } from '../../kernel/canonical.ts';
import { MAX_TIME_LEFT_MS, type Manner, type Priority, prioritySchema } from './manner.ts';

/** In `_meta` of a call: one of `PRIORITIES`. */
export const PRIORITY_META = 'io.toolswarm/priority';
/** In `_meta` of a call: milliseconds from when the call is sent, after which the answer is of no use. */
export const TIME_LEFT_META = 'io.toolswarm/timeLeftMs';

/**
 * What a provider is told of a call's urgency. A call without a priority has a person waiting for it.
 *
 * @param spentMs of the time that the client gave, what this node has used up already
 */
export function urgencyOf(params: JsonObject, spentMs: number): Pick<Manner, 'priority' | 'timeLeftMs'> {
  const meta = metaOf(params);
  const timeLeftMs = timeLeftOf(meta[TIME_LEFT_META], spentMs);
  return { priority: priorityOf(meta[PRIORITY_META]), ...(timeLeftMs === undefined ? {} : { timeLeftMs }) };
}

function metaOf(params: JsonObject): JsonObject {
  const meta = params['_meta'];
  return meta !== null && typeof meta === 'object' && !Array.isArray(meta) ? meta : {};
}

function priorityOf(said: unknown): Priority {
  const parsed = prioritySchema.safeParse(said);
  return parsed.success ? parsed.data : 'interactive';
}

/** Time that is used up still is a claim: the provider refuses it with words that the client understands. */
function timeLeftOf(said: unknown, spentMs: number): number | undefined {
  if (typeof said !== 'number' || !Number.isFinite(said) || said <= 0) return undefined;
  return Math.min(MAX_TIME_LEFT_MS, Math.max(1, Math.floor(said - Math.max(0, spentMs))));
}
