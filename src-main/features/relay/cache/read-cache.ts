/**
 * What was read from servers that said how long it holds. In memory alone, bounded by number and bytes; the one not used for
 * longest goes first. Equal reads of one client that come while one is out wait for it. What one client read is given to no
 * other unless the server says that everybody reads the same; news of a server put out what was read there.
 */
import { type CacheIdentity, type CacheState, isKeepable } from '#shared/features/relay/caching.ts';
import { concerns } from '#shared/features/relay/read-hints.ts';
import { hintsOf } from '#shared/features/servers/hints.ts';
import type { Era } from '#shared/features/servers/mcp.ts';
import type { JsonObject } from '#shared/kernel/canonical.ts';
import type { Clock } from '#shared/kernel/clock.ts';
import { type Fetched, settled } from './result-cache.ts';

const MAX_ENTRIES = 1_000;
const MAX_BYTES = 16 * 1024 * 1024;
/** Larger ones are not kept: one would put out hundreds of others. */
const MAX_READ_BYTES = 512 * 1024;

export interface Read {
  server: string;
  uri: string;
  era: Era;
  identity: CacheIdentity;
  /** Aborts for this caller alone. */
  signal: AbortSignal;
}

export interface ReadCache {
  /** Gives what is kept, with the time that it still holds; joins an equal read that is out, or makes it. */
  read(read: Read, fetch: () => Promise<Fetched>): Promise<{ result: JsonObject; from: 'server' | 'cache' }>;
  /** A server, or one resource of it, is not what it was. */
  forget(server: string, uri?: string): void;
  clear(): void;
  state(): CacheState;
}

interface Kept extends Fetched {
  server: string;
  uri: string;
  until: number;
}

export function createReadCache({ clock }: { clock: Pick<Clock, 'monotonic'> }): ReadCache {
  /** The one used last stands last. */
  const kept = new Map<string, Kept>();
  const out = new Map<string, Promise<Fetched>>();
  const counts = { hits: 0, misses: 0, joined: 0, bytesSaved: 0 };
  let bytes = 0;
  /** Grows with all news: what was asked for before them may be older than they are. */
  let news = 0;

  function drop(key: string): void {
    bytes -= kept.get(key)?.bytes ?? 0;
    kept.delete(key);
  }

  function find(key: string): Kept | undefined {
    const found = kept.get(key);
    if (!found) return undefined;
    if (found.until <= clock.monotonic()) return void drop(key);
    kept.delete(key);
    kept.set(key, found);
    return found;
  }

  function keep(read: Read, fetched: Fetched): void {
    const { scope, ttlMs } = hintsOf(fetched.result);
    if (ttlMs === 0 || fetched.bytes > MAX_READ_BYTES || !isKeepable(fetched.result)) return;
    const key = scope === 'public' ? commonKey(read) : ownKey(read);
    drop(key);
    const { server, uri } = read;
    kept.set(key, { ...fetched, server, uri, until: clock.monotonic() + ttlMs });
    bytes += fetched.bytes;
    while (kept.size > MAX_ENTRIES || bytes > MAX_BYTES) drop(kept.keys().next().value as string);
  }

  async function make(read: Read, fetch: () => Promise<Fetched>) {
    counts.misses++;
    const [key, before, fetching] = [ownKey(read), news, fetch()];
    out.set(key, fetching);
    try {
      const fetched = await fetching;
      if (before === news) keep(read, fetched);
      return { result: fetched.result, from: 'server' as const };
    } finally {
      if (out.get(key) === fetching) out.delete(key);
    }
  }

  function saved(result: JsonObject, size: number, how: 'hits' | 'joined') {
    counts[how]++;
    counts.bytesSaved += size;
    return { result, from: 'cache' as const };
  }

  return {
    async read(read, fetch) {
      const found = find(commonKey(read)) ?? find(ownKey(read));
      if (found) {
        const ttlMs = Math.floor(found.until - clock.monotonic());
        return saved({ ...found.result, ttlMs }, found.bytes, 'hits');
      }
      const waiting = out.get(ownKey(read));
      const outcome = waiting && (await settled(waiting, read.signal));
      // What may not be kept is not given to a second one either; a failure was the other's own.
      const mayShare = outcome && isKeepable(outcome.result) && hintsOf(outcome.result).ttlMs > 0;
      return mayShare ? saved(outcome.result, outcome.bytes, 'joined') : make(read, fetch);
    },
    forget(server, uri) {
      news++;
      out.clear();
      for (const [key, entry] of kept)
        if (entry.server === server && (uri === undefined || concerns(entry.uri, uri))) drop(key);
    },
    clear() {
      news++;
      out.clear();
      kept.clear();
      bytes = 0;
    },
    state: () => ({ entries: kept.size, bytes, ...counts }),
  };
}

const commonKey = ({ era, server, uri }: Read): string => JSON.stringify([era, server, uri]);
const ownKey = ({ era, identity: { principal, profile = '' }, server, uri }: Read): string =>
  JSON.stringify([era, server, uri, principal, profile]);
