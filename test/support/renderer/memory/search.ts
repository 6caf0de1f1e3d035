/** Searching the world's tools with the product's own index, right in this thread. */
import { createSearchEngine } from '#main/features/registry/search/engine.ts';
import { docOf } from '#main/features/registry/search/index.ts';
import { hasWords, parseQuery, type SearchNote } from '#shared/features/registry/search.ts';
import { checkRanges, fitsQuery } from '#shared/features/registry/search-filters.ts';
import type { Understood } from '#shared/features/registry/search-view.ts';
import type { Shelved } from './registry.ts';

export interface Fit {
  fits(tool: Shelved): boolean;
  byRelevance(a: Shelved, b: Shelved): number;
  understood: Understood;
}

const LIMIT = 500;

/** @param shelf the tools as they are; a new array whenever one of them changed. */
export function createMemorySearch(shelf: () => readonly Shelved[]) {
  const engine = createSearchEngine();
  const slots = new Map<string, { slot: number; haystack: string }>();
  const keys: string[] = [];
  let indexed: readonly Shelved[] | undefined;

  function catchUp(): void {
    const tools = shelf();
    if (tools === indexed) return;
    const changed = tools.filter(({ haystack, key }) => slots.get(key)?.haystack !== haystack);
    engine.put(
      changed.map(({ haystack, key, known: { tool, view } }) => {
        const slot = slots.get(key)?.slot ?? keys.push(key) - 1;
        slots.set(key, { slot, haystack });
        return docOf(slot, tool, view);
      }),
    );
    indexed = tools;
  }

  function find(text: string, complete: boolean): Fit {
    const query = checkRanges(parseQuery(text));
    const fits = fitsQuery(query);
    const passes = (tool: Shelved) => fits(tool, tool.known.view.version);
    const understoodAs = (marks: string[], notes: readonly SearchNote[]): Understood => ({
      filters: query.filters,
      marks,
      notes: [...query.notes, ...notes],
    });
    if (!hasWords(query)) return { fits: passes, byRelevance: () => 0, understood: understoodAs([], []) };
    catchUp();
    const { excluded, isOpen, phrases, words } = query;
    const request = { words, isOpen, must: phrases, excluded: excluded.words, limit: LIMIT, complete };
    const { best, marks, notes, rest } = engine.find(request);
    const places = new Map([...best, ...rest].map((slot, place) => [keys[slot] ?? '', place]));
    const placeOf = ({ key }: Shelved) => places.get(key) ?? places.size;
    return {
      fits: (tool) => places.has(tool.key) && passes(tool),
      byRelevance: (a, b) => placeOf(a) - placeOf(b),
      understood: understoodAs(marks, notes),
    };
  }

  return {
    /** All that fit, where a text asks for anything. */
    fit: (text: string): Fit | undefined => (text.trim() === '' ? undefined : find(text, true)),
    /** The best first. */
    search(text: string, limit: number): { tools: Shelved[]; understood: Understood } {
      const { byRelevance, fits, understood } = find(text, false);
      return { tools: shelf().filter(fits).sort(byRelevance).slice(0, limit), understood };
    },
  };
}
