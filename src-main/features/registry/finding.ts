/** Finding tools of the shelf by what a person wrote: the index for the words, the shelf for everything else. */
import type { Selection } from '#shared/features/registry/curation.ts';
import type { ToolFilter } from '#shared/features/registry/query.ts';
import { hasWords, parseQuery, type SearchNote, type SearchQuery } from '#shared/features/registry/search.ts';
import { checkRanges, fitsQuery, isPlain } from '#shared/features/registry/search-filters.ts';
import type { Understood } from '#shared/features/registry/search-view.ts';
import type { Clock } from '#shared/kernel/clock.ts';
import type { Log } from '../../platform/log.ts';
import { noteOn } from './directory.ts';
import type { CatalogNames } from './names.ts';
import {
  type Boosts,
  createThreadPort,
  createToolSearch,
  docOf,
  type Indexable,
  ranked,
  type ToolSearch,
} from './search/index.ts';
import type { Shelf, ShelvedTool } from './shelf.ts';

export interface Finding {
  /** These tools came, went or changed. */
  touch(keys: Iterable<string>): void;
  /**
   * The best for a query, the best first. Rejects with `registry.search_failed`.
   *
   * @param counts where given, only tools that it accepts are looked at: others take no place of theirs.
   */
  search(
    text: string,
    limit: number,
    counts?: (tool: ShelvedTool) => boolean,
  ): Promise<{ tools: ShelvedTool[]; understood: Understood }>;
  /** All for a query, to be filtered further. */
  all(text: string): Promise<Fit>;
  /** A selection as it is, or together with which tools fit its text. */
  settle(which: Selection): Promise<Selection & Partial<Fit>>;
  close(): Promise<void>;
}

export interface Fit {
  fits(tool: ShelvedTool): boolean;
  /** Puts tools that fit into the order of their relevance. */
  byRelevance(a: ShelvedTool, b: ShelvedTool): number;
  understood: Understood;
}

export interface FindingDeps {
  clock: Clock;
  log: Log;
  names: CatalogNames;
  shelf: Pick<Shelf, 'get' | 'all' | 'version'>;
  /** What is known of a tool besides its words. */
  boosts(key: string): Boosts;
  openPort?: Parameters<typeof createToolSearch>[0]['openPort'];
}

/** Of those that fit, how many are put into the order of their relevance; the others follow, the narrowest first. */
const MOST_RANKED = 500;

export function createFinding({ boosts, clock, log, names, openPort, shelf }: FindingDeps): Finding {
  const index: ToolSearch = createToolSearch({
    clock,
    log,
    tool: (key) => indexable(shelf.get(key)),
    openPort: openPort ?? createThreadPort,
  });

  function indexable(shelved: ShelvedTool | undefined): Indexable | undefined {
    if (!shelved) return undefined;
    const { entry, haystack, key, providerName, server, tags } = shelved;
    const { listing, tool } = entry;
    const labels = {
      server,
      providerName,
      tags,
      alias: names.aliasOf(key),
      catalogName: names.given(key),
      category: listing.notes?.category,
      note: noteOn(listing.notes, tool.name)?.note,
    };
    return { definition: tool, labels: haystack, doc: (slot) => docOf(slot, tool, labels) };
  }

  const fitting = (query: SearchQuery) => {
    const fits = fitsQuery(query);
    return (tool: ShelvedTool) => fits(tool, tool.entry.listing.version);
  };

  async function find(query: SearchQuery, limit: number, complete: boolean, among?: readonly string[]) {
    // What changed on the shelf is noted before the index is asked.
    shelf.version();
    const found = await index.find(query, { limit, complete, among });
    const best = ranked(found.best, boosts).map(({ key }) => key);
    return { ...found, keys: best.concat(found.rest) };
  }

  async function search(text: string, limit: number, counts?: (tool: ShelvedTool) => boolean) {
    const query = checkRanges(parseQuery(text));
    const fits = fitting(query);
    if (!hasWords(query)) {
      const isEmpty =
        query.filters.length + query.excluded.words.length + query.excluded.phrases.length === 0;
      const some = isEmpty ? [] : counts ? shelf.all().filter(counts) : shelf.all();
      const tools = some.filter(fits).slice(0, limit);
      return { tools, understood: understoodOf(query, [], isEmpty ? [{ code: 'no_words' }] : []) };
    }
    const plain = isPlain(query);
    const among =
      counts &&
      shelf
        .all()
        .filter(counts)
        .map(({ key }) => key);
    const { keys, marks, notes } = await find(query, plain ? limit : MOST_RANKED, !plain, among);
    const tools: ShelvedTool[] = [];
    for (const key of keys) {
      const tool = shelf.get(key);
      if (tool && fits(tool)) tools.push(tool);
      if (tools.length >= limit) break;
    }
    return { tools, understood: understoodOf(query, marks, notes) };
  }

  async function all(text: string): Promise<Fit> {
    const query = checkRanges(parseQuery(text));
    const fits = fitting(query);
    if (!hasWords(query)) return { fits, byRelevance: () => 0, understood: understoodOf(query, [], []) };
    const { keys, marks, notes } = await find(query, MOST_RANKED, true);
    const places = new Map(keys.map((key, place) => [key, place]));
    const placeOf = ({ key }: ShelvedTool) => places.get(key) ?? places.size;
    return {
      fits: (tool) => places.has(tool.key) && fits(tool),
      byRelevance: (a, b) => placeOf(a) - placeOf(b),
      understood: understoodOf(query, marks, notes),
    };
  }

  return {
    touch: index.touch,
    search,
    all,
    settle: async (which) =>
      'filter' in which && isText(which.filter) ? { ...which, ...(await all(which.filter.text)) } : which,
    close: index.close,
  };
}

/** Whether a filter asks for words. */
export const isText = ({ text }: ToolFilter): boolean => text.trim() !== '';

const understoodOf = (query: SearchQuery, marks: string[], notes: readonly SearchNote[]): Understood => ({
  filters: query.filters,
  marks,
  notes: [...query.notes, ...notes],
});
