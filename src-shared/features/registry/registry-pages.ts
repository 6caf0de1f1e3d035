/**
 * Requests and pages of the official registry API: what `GET /v0.1/servers` is asked for, and what of a list answers it.
 * Pure. A cursor names the last item that was given, so that what comes and goes meanwhile moves nothing.
 */
import { z } from 'zod';
import { fromBase64Url, fromUtf8, toBase64Url, utf8 } from '../../kernel/bytes.ts';
import { OFFICIAL_META } from './central.ts';
import type { Description } from './server-json.ts';

export const MAX_PAGE = 100;
const DEFAULT_PAGE = 30;

/** A version of a server as this node told of it, and when. */
export interface ListedVersion extends Description {
  status: 'active' | 'deleted';
  isLatest: boolean;
  /** Epoch ms: when this node first listed it, and when it last became different. */
  publishedAt: number;
  updatedAt: number;
}

/** The place of an item in the list: by name, then by version. A tab stands in neither. */
export const placeOf = ({ name, version }: Pick<ListedVersion, 'name' | 'version'>): string =>
  `${name}\t${version}`;

const flag = z.enum(['true', 'false']).transform((text) => text === 'true');

export const pageQuerySchema = z.object({
  limit: z.coerce.number().int().min(1).max(MAX_PAGE).default(DEFAULT_PAGE),
  cursor: z.string().max(1_000).transform(placeBehind).optional(),
  search: z.string().max(200).optional(),
  /** RFC 3339. */
  updated_since: z.iso
    .datetime({ offset: true })
    .transform((text) => Date.parse(text))
    .optional(),
  version: z.string().max(255).optional(),
  include_deleted: flag.default(false),
});
export type PageQuery = z.output<typeof pageQuerySchema>;

/** @param sorted by {@link placeOf}. */
export function pageOf(sorted: readonly ListedVersion[], query: PageQuery): object {
  const { cursor, limit } = query;
  const rest = sorted.filter((item) => (cursor === undefined || placeOf(item) > cursor) && fits(item, query));
  const page = rest.slice(0, limit);
  const last = page.at(-1);
  return {
    servers: page.map(itemOf),
    metadata: {
      count: page.length,
      ...(last && page.length < rest.length ? { nextCursor: toBase64Url(utf8(placeOf(last))) } : {}),
    },
  };
}

/** Whoever asks what changed must hear of what went, too. */
function fits(item: ListedVersion, { include_deleted, search, updated_since, version }: PageQuery): boolean {
  if (item.status === 'deleted' && !include_deleted && updated_since === undefined) return false;
  if (updated_since !== undefined && item.updatedAt < updated_since) return false;
  if (version === 'latest' ? !item.isLatest : version !== undefined && item.version !== version) return false;
  const wanted = search?.toLowerCase() ?? '';
  return item.name.toLowerCase().includes(wanted) || item.server.title.toLowerCase().includes(wanted);
}

/** One item of an answer. */
export const itemOf = ({ isLatest, publishedAt, server, status, updatedAt }: ListedVersion): object => ({
  server,
  _meta: {
    [OFFICIAL_META]: {
      status,
      publishedAt: new Date(publishedAt).toISOString(),
      updatedAt: new Date(updatedAt).toISOString(),
      isLatest,
    },
  },
});

function placeBehind(cursor: string, context: z.RefinementCtx): string {
  try {
    return fromUtf8(fromBase64Url(cursor));
  } catch {
    // Whatever is wrong with it: nobody got it from here.
    context.addIssue('not a cursor of this registry');
    return z.NEVER;
  }
}
