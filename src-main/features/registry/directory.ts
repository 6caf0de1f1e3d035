/**
 * What there is: the servers of this node and those of the network whose entries and manifests are verified, by tool.
 * Held in memory, rebuilt from records and manifests at start.
 */
import type { SealPolicy } from '#shared/features/access/seal-policies.ts';
import type { Notes } from '#shared/features/registry/manifest.ts';
import { fingerprintOf, type Tool } from '#shared/features/registry/tool.ts';
import type { PeerId, ProviderId } from '#shared/kernel/ids.ts';

/** A server at one node, as its entry and manifest (or, for own servers, its offers) describe it. */
export interface Listing {
  provider: ProviderId;
  peer: PeerId;
  server: string;
  version: string;
  providerName: string;
  tags: string[];
  /** Epoch ms of the entry; of several nodes of one provider the newest describes the tool. */
  issuedAt: number;
  local: boolean;
  /** Own, and yet somebody else’s program: its tools wait for a yes like those of the network. */
  packaged?: boolean | undefined;
  /** Key of the entry behind it; empty for own servers. */
  entry: string;
  /** Multiaddrs of the node, each ending in its `/p2p/…`. */
  addresses: string[];
  tools: readonly Tool[];
  /** What the operator says of them. */
  notes?: Notes | undefined;
  /** Through whom it comes, the origin first, its provider last; absent where it is his own. */
  via?: readonly ProviderId[] | undefined;
  /** Its name at the origin, where it comes through others. */
  origin?: string | undefined;
  /** What the server says of itself; absent of own servers. */
  about?: { title: string; description: string };
}

export type ListingKey = Pick<Listing, 'provider' | 'peer' | 'server'>;

/** Tags of the server and of the tool; the operator gave both. */
export const tagsOf = ({ notes, tags }: Listing, tool: string): string[] => {
  const own = noteOn(notes, tool)?.tags ?? [];
  return own.length > 0 ? [...new Set([...tags, ...own])] : tags;
};

/** Tools may be called anything, `constructor` too. */
export const noteOn = (notes: Notes | undefined, tool: string) =>
  notes?.tools && Object.hasOwn(notes.tools, tool) ? notes.tools[tool] : undefined;

/** Whether calls are sealed, where the provider lets them be at all. */
export const sealOf = (notes: Notes | undefined, tool: string): SealPolicy | undefined => {
  const policy = noteOn(notes, tool)?.seal ?? notes?.seal;
  return policy === 'off' ? undefined : policy;
};

/** One definition of a tool, as one node offers it. */
export interface Offer {
  tool: Tool;
  fingerprint: string;
  listing: Listing;
}

/** One tool of one provider, wherever his nodes run it. */
export interface DirectoryTool {
  /** `provider/server/tool`. */
  key: string;
  tool: Tool;
  fingerprint: string;
  listing: Listing;
  /** Nodes that offer exactly this fingerprint. */
  nodes: PeerId[];
  /** Multiaddrs under which those nodes may be dialled. */
  addresses: string[];
}

export interface Directory {
  /** Adds or replaces what one node offers under one server name. */
  set(listing: Listing): void;
  remove(provider: ProviderId, peer: PeerId, server: string): boolean;
  /** @param wanted where given, only offers that it accepts count; undefined where there is none. */
  get(key: string, wanted?: (offer: Offer) => boolean): DirectoryTool | undefined;
  /** Every node's offer of a tool, the newest first. */
  offers(key: string): readonly Offer[];
  keys(): IterableIterator<string>;
  all(): DirectoryTool[];
  /** Keys whose offers changed since this was last asked; asking forgets them. */
  takeTouched(): ReadonlySet<string>;
  /** Listings that came, changed or went since this was last asked; asking forgets them. */
  takeTouchedListings(): ListingKey[];
  listing(provider: ProviderId, peer: PeerId, server: string): Listing | undefined;
  listings(): IterableIterator<Listing>;
  /** What a provider calls himself in his newest entry. */
  providerName(provider: ProviderId): string | undefined;
}

/** @param onUnusable is told of tools that have no canonical form (broken Unicode, say); they are not listed. */
export function createDirectory(onUnusable: (key: string, error: unknown) => void): Directory {
  const listings = new Map<string, Listing>();
  const offers = new Map<string, Offer[]>();
  /** Keys of offers that came or went; no more than there are, since whoever reads them reads often. */
  let touched = new Set<string>();
  /** Bounded as that. */
  let touchedListings = new Map<string, ListingKey>();

  function unlist(listing: Listing): void {
    for (const tool of listing.tools) {
      const key = toolKey(listing.provider, listing.server, tool.name);
      const rest = (offers.get(key) ?? []).filter((offer) => offer.listing.peer !== listing.peer);
      if (rest.length > 0) offers.set(key, rest);
      else offers.delete(key);
      touched.add(key);
    }
  }

  /** Of several tools with one name the first stands: nobody could tell which one a call means. */
  function list(listing: Listing): void {
    const names = new Set<string>();
    for (const tool of listing.tools) {
      if (names.has(tool.name)) continue;
      names.add(tool.name);
      const key = toolKey(listing.provider, listing.server, tool.name);
      const fingerprint = fingerprintOrNone(key, tool);
      if (fingerprint === undefined) continue;
      offers.set(key, [...(offers.get(key) ?? []), { tool, fingerprint, listing }].sort(newestFirst));
      touched.add(key);
    }
  }

  function fingerprintOrNone(key: string, tool: Tool): string | undefined {
    try {
      return fingerprintOf(tool);
    } catch (error) {
      onUnusable(key, error);
      return undefined;
    }
  }

  const merged = (key: string, all: readonly Offer[]): DirectoryTool | undefined => {
    const [newest] = all;
    if (!newest) return undefined;
    const { tool, fingerprint, listing } = newest;
    const same = all.filter((offer) => offer.fingerprint === fingerprint).map((offer) => offer.listing);
    const addresses = same.flatMap((one) => one.addresses);
    return { key, tool, fingerprint, listing, nodes: same.map(({ peer }) => peer), addresses };
  };

  return {
    set(listing) {
      const id = listingId(listing.provider, listing.peer, listing.server);
      const before = listings.get(id);
      if (before) unlist(before);
      touchedListings.set(id, listing);
      listings.set(id, listing);
      list(listing);
    },
    remove(provider, peer, server) {
      const id = listingId(provider, peer, server);
      const before = listings.get(id);
      if (!before) return false;
      touchedListings.set(id, { provider, peer, server });
      unlist(before);
      listings.delete(id);
      return true;
    },
    get(key, wanted) {
      const all = offers.get(key) ?? [];
      return merged(key, wanted ? all.filter(wanted) : all);
    },
    offers: (key) => offers.get(key) ?? [],
    keys: () => offers.keys(),
    all: () => [...offers].map(([key, all]) => merged(key, all)).filter((tool) => tool !== undefined),
    takeTouched() {
      const taken = touched;
      if (taken.size > 0) touched = new Set();
      return taken;
    },
    takeTouchedListings() {
      const taken = [...touchedListings.values()];
      touchedListings = new Map();
      return taken;
    },
    listing: (provider, peer, server) => listings.get(listingId(provider, peer, server)),
    listings: () => listings.values(),
    providerName(provider) {
      const [newest] = [...listings.values()]
        .filter((listing) => listing.provider === provider && listing.providerName)
        .sort((a, b) => b.issuedAt - a.issuedAt);
      return newest?.providerName;
    },
  };
}

export const toolKey = (provider: ProviderId, server: string, tool: string): string =>
  `${provider}/${server}/${tool}`;

const listingId = (provider: ProviderId, peer: PeerId, server: string) => `${provider}/${peer}/${server}`;

const newestFirst = (a: Offer, b: Offer) =>
  b.listing.issuedAt - a.listing.issuedAt || (a.listing.peer < b.listing.peer ? -1 : 1);
