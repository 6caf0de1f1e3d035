/**
 * Results of calls that may be given again. In memory alone, bounded by number and bytes; the one not used for longest goes
 * first. Equal calls that come while one is out wait for it instead of going out as well.
 */
import { hash } from 'node:crypto';
import {
  cacheSubject,
  type CacheIdentity,
  type CacheState,
  isKeepable,
} from '#shared/features/relay/caching.ts';
import { type Caching, MAX_TTL_MS } from '#shared/features/access/caching.ts';
import { type JsonObject, jcsBytes } from '#shared/kernel/canonical.ts';
import type { Clock } from '#shared/kernel/clock.ts';

const MAX_ENTRIES = 5_000;
const MAX_BYTES = 32 * 1024 * 1024;
/** Larger results are not kept: one would put out hundreds of others. */
const MAX_RESULT_BYTES = 512 * 1024;

export interface CachedCall {
  toolId: string;
  params: JsonObject;
  identity: CacheIdentity;
  caching: Caching;
  /** Aborts for this caller alone. */
  signal: AbortSignal;
}

/** What came of a call, and how large it was. */
export interface Fetched {
  result: JsonObject;
  bytes: number;
}

export interface ResultCache {
  /** Gives what is kept, joins an equal call that is out, or makes it. */
  call(
    call: CachedCall,
    fetch: () => Promise<Fetched>,
  ): Promise<{ result: JsonObject; from: 'tool' | 'cache' }>;
  clear(): void;
  state(): CacheState;
}

interface Kept extends Fetched {
  until: number;
}

export function createResultCache({ clock }: { clock: Pick<Clock, 'monotonic'> }): ResultCache {
  /** The one used last stands last. */
  const kept = new Map<string, Kept>();
  const out = new Map<string, Promise<Fetched>>();
  const counts = { hits: 0, misses: 0, joined: 0, bytesSaved: 0 };
  let bytes = 0;

  function forget(key: string): void {
    bytes -= kept.get(key)?.bytes ?? 0;
    kept.delete(key);
  }

  function find(key: string): Kept | undefined {
    const found = kept.get(key);
    if (!found) return undefined;
    if (found.until <= clock.monotonic()) return void forget(key);
    kept.delete(key);
    kept.set(key, found);
    return found;
  }

  function keep(key: string, fetched: Fetched, ttlMs: number): void {
    if (fetched.bytes > MAX_RESULT_BYTES || !isKeepable(fetched.result)) return;
    forget(key);
    kept.set(key, { ...fetched, until: clock.monotonic() + Math.min(ttlMs, MAX_TTL_MS) });
    bytes += fetched.bytes;
    while (kept.size > MAX_ENTRIES || bytes > MAX_BYTES) forget(kept.keys().next().value as string);
  }

  async function join(
    key: string,
    waiting: Promise<Fetched>,
    call: CachedCall,
    fetch: () => Promise<Fetched>,
  ) {
    const outcome = await settled(waiting, call.signal);
    if (outcome && isKeepable(outcome.result)) {
      counts.joined++;
      counts.bytesSaved += outcome.bytes;
      return { result: outcome.result, from: 'cache' as const };
    }
    // The other one failed, or was called off: that was his call, not this one.
    return make(key, call, fetch);
  }

  async function make(key: string, { caching }: CachedCall, fetch: () => Promise<Fetched>) {
    counts.misses++;
    const fetching = fetch();
    out.set(key, fetching);
    try {
      const fetched = await fetching;
      keep(key, fetched, caching.ttlMs);
      return { result: fetched.result, from: 'tool' as const };
    } finally {
      if (out.get(key) === fetching) out.delete(key);
    }
  }

  return {
    async call(call, fetch) {
      const key = keyOf(call);
      const found = find(key);
      if (found) {
        counts.hits++;
        counts.bytesSaved += found.bytes;
        return { result: found.result, from: 'cache' };
      }
      const waiting = out.get(key);
      return waiting ? join(key, waiting, call, fetch) : make(key, call, fetch);
    },
    clear() {
      kept.clear();
      bytes = 0;
    },
    state: () => ({ entries: kept.size, bytes, ...counts }),
  };
}

const keyOf = ({ caching, identity, params, toolId }: CachedCall): string =>
  hash('sha256', jcsBytes(cacheSubject(toolId, params, identity, caching)), 'base64');

/** What came of another’s call; undefined where it failed. Rejects where this caller no longer waits. */
export async function settled(waiting: Promise<Fetched>, signal: AbortSignal): Promise<Fetched | undefined> {
  signal.throwIfAborted();
  let leave = (): void => undefined;
  const left = new Promise<never>((_resolve, reject) => {
    leave = () => reject(signal.reason as Error);
    signal.addEventListener('abort', leave, { once: true });
  });
  try {
    return await Promise.race([waiting.catch(() => undefined), left]);
  } finally {
    signal.removeEventListener('abort', leave);
  }
}
