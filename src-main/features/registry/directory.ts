/**
 * What there is: the servers of this node and those of the network whose entries and manifests are verified, by tool.
 * Held in memory, rebuilt from records and manifests at start.
 */
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
  /** Key of the entry behind it; empty for own servers. */
  entry: string;
  /** Multiaddrs of the node, each ending in its `/p2p/…`. */
  addresses: string[];
  tools: readonly Tool[];
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
  get(key: string): DirectoryTool | undefined;
  all(): DirectoryTool[];
  listing(provider: ProviderId, peer: PeerId, server: string): Listing | undefined;
  /** What a provider calls himself in his newest entry. */
  providerName(provider: ProviderId): string | undefined;
}

interface Instance {
  tool: Tool;
  fingerprint: string;
  listing: Listing;
}

/** @param onUnusable is told of tools that have no canonical form (broken Unicode, say); they are not listed. */
export function createDirectory(onUnusable: (key: string, error: unknown) => void): Directory {
  const listings = new Map<string, Listing>();
  const instances = new Map<string, Instance[]>();

  function unlist(listing: Listing): void {
    for (const tool of listing.tools) {
      const key = toolKey(listing.provider, listing.server, tool.name);
      const rest = (instances.get(key) ?? []).filter((instance) => instance.listing.peer !== listing.peer);
      if (rest.length > 0) instances.set(key, rest);
      else instances.delete(key);
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
      const instance = { tool, fingerprint, listing };
      instances.set(key, [...(instances.get(key) ?? []), instance].sort(newestFirst));
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

  const merged = (key: string, all: Instance[]): DirectoryTool => {
    const [{ tool, fingerprint, listing }] = all as [Instance];
    const same = all
      .filter((instance) => instance.fingerprint === fingerprint)
      .map((instance) => instance.listing);
    const addresses = same.flatMap((one) => one.addresses);
    return { key, tool, fingerprint, listing, nodes: same.map(({ peer }) => peer), addresses };
  };

  return {
    set(listing) {
      const id = listingId(listing.provider, listing.peer, listing.server);
      const before = listings.get(id);
      if (before) unlist(before);
      listings.set(id, listing);
      list(listing);
    },
    remove(provider, peer, server) {
      const id = listingId(provider, peer, server);
      const before = listings.get(id);
      if (!before) return false;
      unlist(before);
      listings.delete(id);
      return true;
    },
    get(key) {
      const all = instances.get(key);
      return all && merged(key, all);
    },
    all: () => [...instances].map(([key, all]) => merged(key, all)),
    listing: (provider, peer, server) => listings.get(listingId(provider, peer, server)),
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

const newestFirst = (a: Instance, b: Instance) =>
  b.listing.issuedAt - a.listing.issuedAt || (a.listing.peer < b.listing.peer ? -1 : 1);
