/** From what a registry answers to what is kept and shown. Pure. */
import { type ListedItem, type Listing, type ListingKind, OFFICIAL_META } from './central.ts';

const PACKAGE_KINDS: Readonly<Record<string, ListingKind>> = { npm: 'npm', pypi: 'pypi', oci: 'oci' };

/** What became of one listed version: kept, or to be removed from the copy. */
export type ListedChange =
  | { kind: 'keep'; listing: Listing; latest: boolean | undefined }
  | { kind: 'remove'; name: string };

export function readListed({ server, _meta }: ListedItem): ListedChange {
  const meta = _meta?.[OFFICIAL_META];
  if (meta?.status === 'deleted') return { kind: 'remove', name: server.name };
  const updatedAt = timeOf(meta?.updatedAt ?? meta?.publishedAt);
  const repository = webAddress(server.repository?.url);
  const website = webAddress(server.websiteUrl);
  return {
    kind: 'keep',
    latest: meta?.isLatest,
    listing: {
      name: server.name,
      version: server.version,
      status: meta?.status === 'deprecated' ? 'deprecated' : 'active',
      kinds: kindsOf(server),
      ...(server.title ? { title: server.title } : {}),
      ...(server.description ? { description: server.description } : {}),
      ...(updatedAt === undefined ? {} : { updatedAt }),
      ...(repository ? { repository } : {}),
      ...(website ? { website } : {}),
    },
  };
}

function kindsOf({ packages = [], remotes = [] }: ListedItem['server']): ListingKind[] {
  const ofPackages = packages.map((item) => PACKAGE_KINDS[item.registryType ?? ''] ?? 'other');
  return [...new Set([...ofPackages, ...(remotes.length > 0 ? (['remote'] as const) : [])])];
}

function timeOf(text: string | undefined): number | undefined {
  const at = text === undefined ? Number.NaN : Date.parse(text);
  return Number.isFinite(at) ? at : undefined;
}

/** Only what a browser may be sent to: strangers write these. */
function webAddress(text: string | undefined): string | undefined {
  const url = text === undefined ? null : URL.parse(text);
  return url?.protocol === 'https:' ? url.href : undefined;
}

/**
 * Whether a version that is read now takes the place of the one that is kept. Registries that do not say which is the
 * latest are taken at the time of the change.
 */
export function supersedes(
  kept: Pick<Listing, 'updatedAt'> | undefined,
  next: { listing: Pick<Listing, 'updatedAt'>; latest: boolean | undefined },
): boolean {
  if (!kept || next.latest === true) return true;
  if (next.latest === false) return false;
  return (next.listing.updatedAt ?? 0) >= (kept.updatedAt ?? 0);
}

/** Small letters without accents, for searching. */
export const searchable = (text: string): string =>
  text.normalize('NFKD').replace(/\p{M}/gu, '').toLowerCase();

/** The words of a search, each of which must occur. */
export const wordsOf = (text: string): string[] => searchable(text).split(/\s+/).filter(Boolean).slice(0, 8);
