/** What a person wrote to find tools, as peers may read it and as this node checks what they answer. Pure. */
import { capabilitiesAsked, capabilityOf } from '#shared/features/registry/capabilities.ts';
import { MAX_SEARCH_TEXT } from '#shared/features/registry/network-search.ts';
import type { Filterable } from '#shared/features/registry/query.ts';
import { type FilterName, parseQuery } from '#shared/features/registry/search.ts';
import { checkRanges, fitsQuery } from '#shared/features/registry/search-filters.ts';
import { stripHidden } from '#shared/features/registry/text.ts';
import { type Readable, relevanceOf, saysAny } from './reading.ts';

/** What a tool's state or price is to the one who asks is nobody else's business, nor anybody's here to theirs. */
const OWN_FILTERS: ReadonlySet<FilterName> = new Set(['state', 'price']);

export interface Question {
  /** As peers read it; empty where nothing is left to ask them. */
  text: string;
  /** What to look it up by in the index, the most telling first. */
  capabilities: string[];
  /**
   * The same without texts in quotes and what is left out: what of a tool is looked at by these here is the operator's own
   * as well (his aliases), and whether a tool is found must not tell a peer of it.
   */
  openText: string;
  /** Whether a tool fits its filters, and its texts in quotes. */
  fits(tool: Filterable, version: string): boolean;
  /** 1 to 1000, or 0 where the tool has nothing to do with it. Whatever fits its filters does where there are no words. */
  relevance(tool: Readable): number;
}

export function readQuestion(written: string): Question {
  const clean = stripHidden(written).toWellFormed().slice(0, MAX_SEARCH_TEXT);
  const query = checkRanges(parseQuery(clean));
  const words = [...query.words, ...query.phrases].join(' ');
  const tags = query.filters.filter(({ name, not }) => name === 'tag' && !not).map(({ value }) => value);
  return {
    text: withoutOwn(clean).trim(),
    capabilities: [...new Set([...tags.map(capabilityOf), ...capabilitiesAsked(words)])].filter(Boolean),
    fits: fitsQuery(query),
    openText: [
      words,
      ...query.filters.filter(({ name }) => !OWN_FILTERS.has(name)).map(({ source }) => source),
    ]
      .join(' ')
      .trim(),
    relevance: (tool) =>
      saysAny(query.excluded.words, tool) ? 0 : words.trim() === '' ? 1 : relevanceOf(words, tool),
  };
}

/**
 * Read again after each part that goes: what is left may have become a filter, where the same words stood in another part
 * before it, or where it was one part too many. It ends, since each time less is left.
 */
function withoutOwn(text: string): string {
  const { filters, notes } = parseQuery(text);
  const own = filters.find(({ name }) => OWN_FILTERS.has(name))?.source;
  // Prices are not filtered by yet, and are the asker's own already.
  const price = notes.find(({ code }) => code === 'not_known_yet')?.part;
  const source = own ?? price;
  return source === undefined ? text : withoutOwn(text.replace(source, ' '));
}
