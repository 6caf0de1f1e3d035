/** The directory by server, as a registry of servers lists it: one item per provider, server and version. */
import { ENTRY_TYPE } from '#shared/features/registry/entry.ts';
import type { ListedServer } from '#shared/features/registry/server-json.ts';
import { PUBLIC_NETWORK } from '#shared/kernel/ids.ts';
import type { Records } from '../records/index.ts';
import { type Directory, type Listing, toolKey } from './directory.ts';

/**
 * What is as it was is the same object as before, so that whoever derives something of it need not do so again.
 *
 * @param records says which entries are out in the public network
 */
export function createServerList(directory: Directory, records: Pick<Records, 'get'>): () => ListedServer[] {
  const known = new WeakMap<Listing, ListedServer>();
  return () =>
    groupsOf(directory, records).map((group) => {
      const { isPrivate, listing } = group.reduce((a, b) => (comesFirst(b, a) ? b : a));
      const nodes = group.filter((seen) => isPrivate || !seen.isPrivate).length;
      const before = known.get(listing);
      if (before?.nodes === nodes && before.private === isPrivate) return before;
      const server = serverOf(listing, directory, { nodes, isPrivate });
      known.set(listing, server);
      return server;
    });
}

/** Listings by provider, server and version. */
function groupsOf(directory: Directory, records: Pick<Records, 'get'>): Array<[Seen, ...Seen[]]> {
  const groups = new Map<string, [Seen, ...Seen[]]>();
  for (const listing of directory.listings()) {
    if (listing.local) continue;
    const key = `${listing.provider}/${listing.server}@${listing.version}`;
    const seen = { listing, isPrivate: !isForEveryone(listing.entry, records) };
    const group = groups.get(key);
    if (group) group.push(seen);
    else groups.set(key, [seen]);
  }
  return [...groups.values()];
}

function isForEveryone(entry: string, records: Pick<Records, 'get'>): boolean {
  const record = records.get(ENTRY_TYPE, entry);
  return record !== undefined && !record.private && record.networks.includes(PUBLIC_NETWORK);
}

interface Seen {
  listing: Listing;
  isPrivate: boolean;
}

function serverOf(
  listing: Listing,
  directory: Directory,
  { isPrivate, nodes }: { nodes: number; isPrivate: boolean },
): ListedServer {
  const { about, issuedAt, provider, providerName, server, tags, version } = listing;
  return {
    provider,
    providerName,
    server,
    version,
    title: about?.title ?? '',
    description: about?.description ?? '',
    tags,
    tools: toolsOf(listing, directory),
    nodes,
    issuedAt,
    private: isPrivate,
  };
}

/** Of several nodes with one version the newest entry describes it, one that is for everyone before one that is not. */
function comesFirst(a: Seen, b: Seen): boolean {
  if (a.isPrivate !== b.isPrivate) return b.isPrivate;
  return a.listing.issuedAt > b.listing.issuedAt;
}

/** Those with a canonical form; their fingerprints are known already. */
const toolsOf = (listing: Listing, directory: Directory): ListedServer['tools'] =>
  [...new Set(listing.tools.map(({ name }) => name))].flatMap((name) => {
    const offers = directory.offers(toolKey(listing.provider, listing.server, name));
    const own = offers.find((offer) => offer.listing === listing);
    return own ? [{ name, fingerprint: own.fingerprint }] : [];
  });
