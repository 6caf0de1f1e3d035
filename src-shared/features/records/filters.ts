/**
 * What a node wants to hold. Both ends of a reconciliation apply one filter to what they have and compare the rest, so a
 * filter says only what both can see: a tier of trust is told to nobody, the node names the providers in it.
 */
import { z } from 'zod';
import type { ProviderId } from '../../kernel/ids.ts';

export const MAX_FILTER_PROVIDERS = 256;
export const MAX_FILTER_FACETS = 32;
const MAX_FILTER_TYPES = 16;
/** Facets of one record, and characters in one of them; what is beyond is left out. */
export const MAX_FACETS = 32;
export const MAX_FACET = 64;

export const filterSchema = z.object({
  /** Kinds, `entry/1`; absent: all. */
  types: z.array(z.string().max(60)).max(MAX_FILTER_TYPES).optional(),
  /** Records that have at least one of these, `tag:search`; absent: all. */
  facets: z.array(z.string().max(MAX_FACET)).max(MAX_FILTER_FACETS).optional(),
  /** Records of these providers; absent: of all. */
  providers: z.array(z.string().max(64)).max(MAX_FILTER_PROVIDERS).optional(),
  /** The newest records up to so many bytes together; absent: all. */
  maxBytes: z.number().int().nonnegative().optional(),
});
export type Filter = z.output<typeof filterSchema>;

export interface Filtered {
  type: string;
  owner: ProviderId;
  facets: readonly string[];
}

/** Whether the filter lets everything pass, so that a whole set can be used as it is. */
export const isOpen = ({ facets, maxBytes, providers, types }: Filter): boolean =>
  !types && !facets && !providers && maxBytes === undefined;

/** Whether a record is of the kind that is wanted; its size is a matter of all of them together. */
export function matches({ facets, providers, types }: Filter, record: Filtered): boolean {
  if (types && !types.includes(record.type)) return false;
  if (providers && !providers.includes(record.owner)) return false;
  return !facets || record.facets.some((facet) => facets.includes(facet));
}
