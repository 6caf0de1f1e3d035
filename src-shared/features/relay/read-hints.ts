/**
 * How long a server says that what it was read holds, and for whom: `ttlMs` and `cacheScope` of MCP results. What comes from
 * a server may be anything; what makes no sense means that nothing may be kept. Pure.
 */
import type { JsonObject } from '../../kernel/canonical.ts';
import { MAX_TTL_MS } from '../access/caching.ts';
import { isBypassed } from './caching.ts';

export interface ReadHints {
  /** 0: not to be kept. A day at most. */
  ttlMs: number;
  scope: 'private' | 'public';
}

export function hintsOf({ cacheScope, ttlMs }: JsonObject): ReadHints {
  const isTime = typeof ttlMs === 'number' && Number.isSafeInteger(ttlMs) && ttlMs > 0;
  return {
    ttlMs: isTime ? Math.min(ttlMs, MAX_TTL_MS) : 0,
    scope: cacheScope === 'public' ? 'public' : 'private',
  };
}

const PLAIN = new Set(['uri', '_meta']);

/** The URI of a read that another may stand for; undefined where it asks for more, or for what is fresh. */
export function plainUri(params: JsonObject): string | undefined {
  const { uri } = params;
  const isPlain = Object.keys(params).every((key) => PLAIN.has(key)) && !isBypassed(params);
  return isPlain && typeof uri === 'string' ? uri : undefined;
}

/** Whether news of one resource concern the other: a part of it, or what it is a part of. */
export const concerns = (one: string, other: string): boolean =>
  one.startsWith(other) || other.startsWith(one);
