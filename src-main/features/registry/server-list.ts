/** The directory by server, as a registry of servers lists it: one item per provider, server and version. */
import { ENTRY_TYPE } from '#shared/features/registry/entry.ts';
import type { ListedServer } from '#shared/features/registry/server-json.ts';
import { PUBLIC_NETWORK } from '#shared/kernel/ids.ts';
import type { Records } from '../records/index.ts';
import { type Directory, type Listing, toolKey } from './directory.ts';

/** @param records says which entries are out in the public network. */
export function listServers(directory: Directory, records: Pick<Records, 'get'>): ListedServer[] {
  const groups = new Map<string, [Seen, ...Seen[]]>();
  for (const listing of directory.listings()) {
    if (listing.local) continue;
    const key = `${listing.provider}/${listing.server}@${listing.version}`;
    const seen = { listing, isPrivate: !isForEveryone(listing.entry, records) };
    const group = groups.get(key);
    if (group) group.push(seen);
    else groups.set(key, [seen]);
  }
  return [...groups.values()].map((group) => serverOf(group, directory));
}

function isForEveryone(entry: string, records: Pick<Records, 'get'>): boolean {
  const record = records.get(ENTRY_TYPE, entry);
  return record !== undefined && !record.private && record.networks.includes(PUBLIC_NETWORK);
}

interface Seen {
  listing: Listing;
  isPrivate: boolean;
}

/** Of several nodes with one version the newest entry describes it, one that is for everyone before one that is not. */
function serverOf(group: [Seen, ...Seen[]], directory: Directory): ListedServer {
  const { isPrivate, listing } = group.reduce((a, b) => (comesFirst(b, a) ? b : a));
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
    nodes: group.filter((seen) => isPrivate || !seen.isPrivate).length,
    issuedAt,
    private: isPrivate,
  };
}

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
