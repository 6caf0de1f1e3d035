/**
 * Looking up in the distributed index: who can do this, what has that provider. The index is never believed: every peer
 * that it names is asked, and only entries with a verified signature come out.
 */
import { capabilityOf } from '#shared/features/registry/capabilities.ts';
import { type Entry, parseEntryKey, storedEntry } from '#shared/features/registry/entry.ts';
import type { Clock } from '#shared/kernel/clock.ts';
import { AppError } from '#shared/kernel/errors.ts';
import type { PeerId, ProviderId } from '#shared/kernel/ids.ts';
import type { Random } from '#shared/kernel/random.ts';
import type { Log } from '../../../platform/log.ts';
import type { Network, PeerInfo } from '../../p2p/index.ts';
import type { StoredRecord } from '../../records/index.ts';
import type { EntryFetcher } from './fetching.ts';
import { createSlots, gather, shuffled, within } from './flow.ts';
import { capabilityKey, providerKey, SHARDS } from './keys.ts';
import type { Refusal, Refusals } from './refusals.ts';

/** Shards asked, and claimed peers visited, at the same time by one look-up. */
const PARALLEL_SHARDS = 4;
const PARALLEL_PEERS = 6;
/** Entries of one peer that are fetched at a time. */
const PARALLEL_ENTRIES = 3;
/** A shard and a peer get this long each. */
const SHARD_MS = 15_000;
const PEER_MS = 5000;
/** Peers taken from one key, and visited by one look-up, true or not: a lying index must not make a node dial for ever. */
const PEERS_PER_KEY = 20;
const MAX_VISITS = 200;
const DEFAULT_LIMIT = 20;

export interface FoundEntry {
  record: StoredRecord;
  entry: Entry;
  /** The peer that gave it: the node that signed it. */
  peer: PeerId;
}

export interface LookupOptions {
  signal: AbortSignal;
  /** Entries at most. Default 20. */
  limit?: number;
  /** Told of each peer that is visited, and of each that gave an entry. */
  onPeer?(peer: PeerId, step: 'asked' | 'answered'): void;
}

export interface Lookup {
  /** Entries in force whose capabilities hold the tag's, as they are confirmed, each once. Ends when nothing more is known. */
  byCapability(tag: string, options: LookupOptions): AsyncIterable<FoundEntry>;
  /** Public entries of a provider's nodes. */
  byProvider(provider: ProviderId, options: LookupOptions): AsyncIterable<FoundEntry>;
  /** What was not believed since the start, by reason. */
  refusals(): Record<Refusal, number>;
}

interface Sought {
  keys: Uint8Array[];
  capability: string;
  /** Why a connected peer cannot be meant. */
  isOther?(peer: PeerInfo): Refusal | undefined;
  /** Why a verified entry does not count. */
  isBeside?(entry: Entry): Refusal | undefined;
}

export function createLookup(deps: {
  network: Network;
  fetcher: EntryFetcher;
  refusals: Refusals;
  clock: Clock;
  random: Random;
  log: Log;
}): Lookup {
  const { clock, fetcher, network, refusals } = deps;

  async function connected(peerId: PeerId, signal: AbortSignal): Promise<PeerInfo> {
    return network.peers().find((peer) => peer.peerId === peerId) ?? network.dial(peerId, signal);
  }

  /** What one claimed peer really has. Never rejects, unless the whole look-up is over. */
  async function visit(peerId: PeerId, sought: Sought, options: LookupOptions): Promise<FoundEntry[]> {
    options.onPeer?.(peerId, 'asked');
    try {
      const found = await within(clock, PEER_MS, options.signal, (signal) =>
        confirm(peerId, sought, options.limit ?? DEFAULT_LIMIT, signal),
      );
      if (found.length > 0) options.onPeer?.(peerId, 'answered');
      return found;
    } catch (error) {
      options.signal.throwIfAborted();
      const isBroken = error instanceof AppError && error.code === 'registry.bad_search';
      refusals.note(isBroken ? 'malformed' : 'unreachable', peerId);
      return [];
    }
  }

  /** No more entries of one peer are fetched than are wanted of all, a few at a time. */
  async function confirm(
    peerId: PeerId,
    sought: Sought,
    limit: number,
    signal: AbortSignal,
  ): Promise<FoundEntry[]> {
    const peer = await connected(peerId, signal);
    const other = sought.isOther?.(peer);
    if (other) {
      refusals.note(other, peerId);
      return [];
    }
    const named = await fetcher.ownOf(peerId, sought.capability, signal);
    if (named.length === 0) refusals.note('no_entry', peerId);
    const lanes = createSlots(PARALLEL_ENTRIES);
    const records = await Promise.all(
      named.slice(0, limit).map((one) => lanes.run(() => fetcher.verified(peerId, one, signal), signal)),
    );
    return records.flatMap((record) => (record ? (fitting(record, peerId, sought) ?? []) : []));
  }

  function fitting(record: StoredRecord, peer: PeerId, sought: Sought): FoundEntry | undefined {
    const entry = storedEntry(record.bytes);
    const beside = parseEntryKey(record.key).peer === peer ? sought.isBeside?.(entry) : 'not_its_own';
    if (!beside) return { record, entry, peer };
    refusals.note(beside, peer);
    return undefined;
  }

  function lookUp(sought: Sought, options: LookupOptions): AsyncIterable<FoundEntry> {
    const limit = options.limit ?? DEFAULT_LIMIT;
    const enough = new AbortController();
    return gather(AbortSignal.any([options.signal, enough.signal]), async (emit, signal) => {
      const shards = createSlots(PARALLEL_SHARDS);
      const visits = createSlots(PARALLEL_PEERS);
      const visited = new Set<PeerId>([network.peerId]);
      let found = 0;
      const take = (entries: FoundEntry[]) => {
        for (const entry of entries) if (found++ < limit) emit(entry);
        if (found >= limit) enough.abort();
      };
      const walk = async (key: Uint8Array) => {
        const started: Promise<void>[] = [];
        for await (const peer of claimants(key, signal)) {
          if (visited.has(peer) || visited.size > MAX_VISITS) continue;
          visited.add(peer);
          const visiting = visits.run(() => visit(peer, sought, { ...options, signal }), signal).then(take);
          started.push(visiting.catch(unlessOver(signal)));
        }
        await Promise.all(started);
      };
      const walks = shuffled(sought.keys, deps.random).map((key) =>
        shards.run(() => walk(key), signal).catch(unlessOver(signal)),
      );
      await Promise.all(walks);
      options.signal.throwIfAborted();
    });
  }

  /** Peers that the index names; an index that fails names nobody, which is told to the log. */
  async function* claimants(key: Uint8Array, signal: AbortSignal): AsyncGenerator<PeerId> {
    const late = new AbortController();
    const timer = clock.after(SHARD_MS, () => late.abort());
    try {
      const both = AbortSignal.any([signal, late.signal]);
      yield* network.find(key, { limit: PEERS_PER_KEY, signal: both });
    } catch (error) {
      signal.throwIfAborted();
      deps.log.debug({ error: String(error) }, 'the index did not answer');
    } finally {
      timer.cancel();
    }
  }

  return {
    refusals: refusals.counts,
    byCapability(tag, options) {
      const capability = capabilityOf(tag);
      const keys = Array.from({ length: SHARDS }, (_, shard) => capabilityKey(capability, shard));
      return lookUp(
        {
          keys,
          capability,
          isBeside: ({ caps }) => (caps?.includes(capability) ? undefined : 'other_capability'),
        },
        options,
      );
    },
    byProvider: (provider, options) =>
      lookUp(
        {
          keys: [providerKey(provider)],
          capability: '',
          isOther: ({ providerId }) => (providerId === provider ? undefined : 'other_provider'),
        },
        options,
      ),
  };
}

/** What fails because the look-up is over did not fail. */
const unlessOver = (signal: AbortSignal) => (error: unknown) => {
  if (!signal.aborted) throw error;
};
