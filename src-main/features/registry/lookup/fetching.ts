/** From what a peer names to a verified entry: fetched by its hash, signature and certificate checked by the records. */
import { ENTRY_TYPE, parseEntryKey } from '#shared/features/registry/entry.ts';
import {
  MAX_SEARCH_ANSWER,
  type NamedEntry,
  SEARCH_PROTOCOL,
  readNamedEntries,
  searchRequest,
} from '#shared/features/registry/network-search.ts';
import { equalBytes } from '#shared/kernel/bytes.ts';
import { AppError } from '#shared/kernel/errors.ts';
import type { PeerId } from '#shared/kernel/ids.ts';
import type { Network } from '../../p2p/index.ts';
import type { Records, StoredRecord } from '../../records/index.ts';
import type { Refusals } from './refusals.ts';

export interface EntryFetcher {
  /** The entries that a peer names as its own, public ones. Rejects as the call does, or with `registry.bad_search`. */
  ownOf(peer: PeerId, capability: string, signal: AbortSignal): Promise<NamedEntry[]>;
  /**
   * The named entry as it is in force here, fetched from the peer where it is missing or another version; undefined where
   * nothing verified came of it, which is counted. Own entries are returned as they are.
   */
  verified(peer: PeerId, named: NamedEntry, signal: AbortSignal): Promise<StoredRecord | undefined>;
}

export function createEntryFetcher(deps: {
  network: Network;
  records: Records;
  refusals: Refusals;
}): EntryFetcher {
  const { network, records, refusals } = deps;

  const stored = (key: string): StoredRecord | undefined => {
    const record = records.get(ENTRY_TYPE, key);
    return record && !record.disputed && !record.tombstone ? record : undefined;
  };

  async function fetch(peer: PeerId, named: NamedEntry, signal: AbortSignal) {
    const fetched = await records.fetch(peer, { type: ENTRY_TYPE, hashes: [named.hash] }, { signal });
    const [record] = fetched;
    if (!record) return refusals.note('no_entry', peer);
    if (record.key !== named.key) return refusals.note('other_entry', peer);
    return record.disputed || record.tombstone ? refusals.note('no_entry', peer) : record;
  }

  return {
    async ownOf(peer, capability, signal) {
      const request = searchRequest({ op: 'entries', capability });
      const { response } = network.call(peer, SEARCH_PROTOCOL, request, {
        signal,
        maxResponseBytes: MAX_SEARCH_ANSWER,
      });
      const named = readNamedEntries(await response);
      const own = named.filter(({ key }) => parseEntryKey(key).peer === peer);
      if (own.length < named.length) refusals.note('not_its_own', peer, named.length - own.length);
      return own;
    },
    async verified(peer, named, signal) {
      const known = stored(named.key);
      if (known?.own) return known;
      // Only the node that signed it hands out what is not for everybody, and is asked for it.
      if (named.key.endsWith('/private') && parseEntryKey(named.key).peer !== peer) {
        refusals.note('not_its_own', peer);
        return undefined;
      }
      if (known && equalBytes(known.hash, named.hash)) return known;
      try {
        const record = await fetch(peer, named, signal);
        return record ?? undefined;
      } catch (error) {
        refusals.note(reasonOf(error), peer);
        return undefined;
      }
    },
  };
}

/** A peer that went away is no liar; what it sent may be. */
const reasonOf = (error: unknown) =>
  error instanceof AppError && error.code.startsWith('p2p.') ? 'no_entry' : 'malformed';
