/**
 * How long a server says that what was read of it holds, and for whom: `ttlMs` and `cacheScope` of MCP results. What comes
 * from a server may be anything; what makes no sense means that nothing may be kept. Pure.
 */
import type { JsonObject } from '../../kernel/canonical.ts';

/** A day; longer is taken as that. */
const MAX_TTL_MS = 24 * 3_600_000;

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
