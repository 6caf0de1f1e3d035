/** Whether a tool fits the structured part of a query. Pure. */
import { parse, coerce, satisfies, validRange } from 'semver';
import { isClaimed } from './claims.ts';
import { searchable } from './listing.ts';
import type { Filterable } from './query.ts';
import { hasWords, type SearchFilter, type SearchNote, type SearchQuery } from './search.ts';

/** The query without the filters whose value means nothing, of which a note tells. */
export function checkRanges(query: SearchQuery): SearchQuery {
  const isFine = (filter: SearchFilter) =>
    filter.name !== 'version' || validRange(rangeOf(filter), { loose: true }) !== null;
  const notes = query.filters
    .filter((filter) => !isFine(filter))
    .map(({ source }): SearchNote => ({ code: 'bad_value', part: source }));
  return { ...query, filters: query.filters.filter(isFine), notes: [...query.notes, ...notes] };
}

const rangeOf = ({ operator, value }: SearchFilter): string =>
  operator === ':' || operator === '=' ? value : `${operator}${value}`;

type Test = (tool: Filterable, version: string) => boolean;

/**
 * Whether a tool fits all of a query but its words, which an index knows; without words to look up there, those that are left
 * out are looked for here.
 */
export function fitsQuery(query: SearchQuery): Test {
  const tests = query.filters.map((filter): Test => {
    const fits = testOf(filter);
    return (tool, version) => fits(tool, version) !== filter.not;
  });
  const { phrases } = query;
  const leftOut = hasWords(query) ? [] : query.excluded.words.map(searchable);
  const excluded = [...query.excluded.phrases, ...leftOut];
  if (phrases.length > 0) tests.push((tool) => phrases.every((text) => holds(tool, text)));
  if (excluded.length > 0) tests.push((tool) => !excluded.some((text) => holds(tool, text)));
  return (tool, version) => tests.every((test) => test(tool, version));
}

/** Whether nothing but words is asked for. */
export const isPlain = ({ excluded, filters, phrases }: SearchQuery): boolean =>
  filters.length + phrases.length + excluded.phrases.length === 0;

const holds = (tool: Filterable, phrase: string): boolean =>
  searchable(tool.haystack).replace(/\s+/g, ' ').includes(phrase);

function testOf(filter: SearchFilter): Test {
  const { name, value } = filter;
  const wanted = searchable(value);
  switch (name) {
    case 'tag':
      return ({ tags }) => tags.some((tag) => searchable(tag) === wanted);
    case 'provider':
      return ({ providerId, providerName = '' }) =>
        providerId.startsWith(value) || searchable(providerName).includes(wanted);
    case 'server':
      return ({ server }) => searchable(server) === wanted;
    case 'state':
      return ({ state }) => state === value;
    case 'readonly':
      return ({ annotations }) => isClaimed('readOnly', annotations) === (value === 'yes');
    case 'destructive':
      return ({ annotations }) => isClaimed('destructive', annotations) === (value === 'yes');
    case 'version': {
      const range = rangeOf(filter);
      return (_tool, version) => version === value || isInRange(version, range);
    }
    // Prices are not known yet; a note says so, and nothing is left out for it.
    case 'price':
      return () => !filter.not;
  }
}

/** Servers number themselves as they like: `v1.2` and `2026.8` are read as the versions they mean. */
function isInRange(version: string, range: string): boolean {
  const parsed = parse(version, { loose: true }) ?? coerce(version);
  return parsed !== null && satisfies(parsed, range, { includePrerelease: false, loose: true });
}
