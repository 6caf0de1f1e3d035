/**
 * Looking beyond what is stored here: the distributed index, and peers' own searches.
 *
 * Invariants: neither the index nor a peer is believed; whatever comes out was verified here, by the entry's signature
 * and the manifest's hash, and stands in the directory. What is refused is counted by its reason. Words of a search leave
 * this node only in {@link Lookups.searchNetwork}.
 */
import { ENTRY_TYPE, parseEntryKey, storedEntry } from '#shared/features/registry/entry.ts';
import type { Clock } from '#shared/kernel/clock.ts';
import { type Closeable, createDisposableStore } from '#shared/kernel/disposables.ts';
import type { PeerId, ProviderId } from '#shared/kernel/ids.ts';
import type { Random } from '#shared/kernel/random.ts';
import type { Log } from '../../../platform/log.ts';
import type { Network } from '../../p2p/index.ts';
import type { Records } from '../../records/index.ts';
import { type Directory, toolKey } from '../directory.ts';
import type { Manifests } from '../manifests.ts';
import type { NetworkEntries } from '../network-entries.ts';
import { type AnnouncerCounts, createAnnouncer, type Wanted } from './announcer.ts';
import { type AskingDeps, createSearchNetwork, type SearchNetwork } from './asking.ts';
import { createEntryFetcher } from './fetching.ts';
import { keysOf } from './keys.ts';
import { createLookup, type Lookup } from './lookup.ts';
import { createRefusals } from './refusals.ts';
import { serveSearches, type ServingDeps } from './serving.ts';

export type { AnnouncerCounts } from './announcer.ts';
export type { FoundEntry, Lookup, LookupOptions } from './lookup.ts';

export interface Lookups {
  readonly lookup: Lookup & {
    /** How telling the index about this node goes. */
    told(): AnnouncerCounts;
  };
  searchNetwork: SearchNetwork;
  start(): Closeable;
}

export interface LookupsDeps {
  network: Network;
  records: Records;
  directory: Directory;
  manifests: Manifests;
  entries: NetworkEntries;
  clock: Clock;
  random: Random;
  log: Log;
  self: { providerId: ProviderId; peerId: PeerId };
  searchLocal: ServingDeps['searchLocal'];
  isAnswering(): boolean;
  /** The tool as people see it and as filters do, by `provider/server/tool`. */
  see: (key: string) => Omit<NonNullable<ReturnType<AskingDeps['see']>>, 'networks'> | undefined;
}

export function createLookups(deps: LookupsDeps): Lookups {
  const { directory, entries, network, records, self } = deps;
  const refusals = createRefusals(deps.log);
  const fetcher = createEntryFetcher({ network, records, refusals });
  const lookup = createLookup({ ...deps, fetcher, refusals });
  const announcer = createAnnouncer(deps, () => keysOfOwn(records, self));
  const keyIn = (entry: string, tool: string) => {
    const { provider, server } = parseEntryKey(entry);
    return toolKey(provider, server, tool);
  };
  const listingOf = (entry: string) => {
    const { peer, provider, server } = parseEntryKey(entry);
    const listing = directory.listing(provider, peer, server);
    return listing?.entry === entry ? listing : undefined;
  };
  const searchNetwork = createSearchNetwork({
    ...deps,
    fetcher,
    lookup,
    refusals,
    obtain: entries.obtain,
    fingerprintIn: (entry, tool) =>
      directory.offers(keyIn(entry, tool)).find(({ listing }) => listing.entry === entry)?.fingerprint,
    toolsIn: (entry) => [...new Set(listingOf(entry)?.tools.map(({ name }) => name))],
    see(entry, tool) {
      const seen = deps.see(keyIn(entry, tool));
      return seen && { ...seen, networks: [...(records.get(ENTRY_TYPE, entry)?.networks ?? [])] };
    },
  });

  return {
    lookup: { ...lookup, told: announcer.counts },
    searchNetwork,
    start() {
      const owned = createDisposableStore();
      const onOwn = ({ owner }: { owner: ProviderId }) => {
        if (owner === self.providerId) announcer.refresh();
      };
      owned.add(serveSearches({ ...deps, self: self.providerId, mayRead: entries.mayRead }));
      owned.add(announcer.start());
      owned.defer(records.on('stored', onOwn));
      owned.defer(records.on('removed', onOwn));
      return owned;
    },
  };
}

/** Keys of all that is public here, by network: the index of each is told of what is out in it, and nothing private. */
function keysOfOwn(records: Records, { peerId, providerId }: LookupsDeps['self']): Wanted[] {
  const open = records
    .own()
    .filter(({ private: isPrivate, tombstone, type }) => type === ENTRY_TYPE && !isPrivate && !tombstone);
  return [...new Set(open.flatMap(({ networks }) => networks))].flatMap((network) => {
    const here = open.filter(({ networks }) => networks.includes(network));
    const capabilities = here.flatMap(({ bytes }) => storedEntry(bytes).caps ?? []);
    const keys = keysOf({ peerId, provider: providerId, capabilities: [...new Set(capabilities)] });
    return keys.map((key) => ({ key, network }));
  });
}
