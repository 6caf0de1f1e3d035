/**
 * What a person writes to find tools, read into its parts. Pure, and never an error: what has no meaning is looked for as
 * plain words, and a note says so.
 *
 *     parseQuery('send "weekly report" -draft tag:mail readonly:no')
 *
 * | written                                | means                                                                |
 * | -------------------------------------- | -------------------------------------------------------------------- |
 * | `send mail`                            | both words, in any form; the last one may be unfinished              |
 * | `"weekly report"`                      | exactly this text                                                    |
 * | `-draft`, `-"weekly report"`, `-tag:x` | not with it                                                          |
 * | `tag:` `provider:` `server:` `state:`  | of that tag; whose name has it or whose id starts so; of that server; |
 * | `version:1.2.0` `version:^1.2`         | of that version, or of one in that range; `version>=2` too           |
 * | `readonly:yes` `destructive:no`        | by what the tool claims of itself                                    |
 * | `price<5`                              | read and kept for when prices are known                              |
 */
import { approvalStates } from './query.ts';
import { searchable } from './listing.ts';

/** Characters of a query; what follows is not read. */
export const MAX_QUERY = 200;
/** Parts of a query that count; a person writes fewer, and each costs a look into the index. */
export const MAX_PARTS = 24;

export const filterNames = [
  'tag',
  'provider',
  'server',
  'version',
  'readonly',
  'destructive',
  'state',
  'price',
] as const;
export type FilterName = (typeof filterNames)[number];

export const operators = [':', '<=', '>=', '<', '>', '='] as const;
export type Operator = (typeof operators)[number];

export interface SearchFilter {
  name: FilterName;
  operator: Operator;
  /** As written; of `readonly`, `destructive` and `state` in lower case. */
  value: string;
  /** Tools that fit it are left out. */
  not: boolean;
  /** The part of the query that says so. */
  source: string;
}

export const noteCodes = [
  'unknown_filter',
  'bad_value',
  'not_known_yet',
  'open_quote',
  'too_long',
  'too_many_parts',
  'only_exclusions',
  'no_words',
  'corrected',
  'some_words',
  'indexing',
] as const;
/**
 * `corrected`: nothing has the word `part`, and `value` was looked for instead. `some_words`: nothing has all the words,
 * these have the most telling ones. `indexing`: not all tools are in the index yet. The others are of the grammar.
 */
export type NoteCode = (typeof noteCodes)[number];

/** Something about a query that a person should know. */
export interface SearchNote {
  code: NoteCode;
  /** The part of the query that it is about. */
  part?: string;
  value?: string;
}

/** A query, read. */
export interface SearchQuery {
  words: string[];
  /** Whether the last word may be the beginning of a longer one. */
  isOpen: boolean;
  phrases: string[];
  excluded: { words: string[]; phrases: string[] };
  filters: SearchFilter[];
  notes: SearchNote[];
}

/** `-`, then a text in quotes, or a name with its value, or anything up to the next white space. */
const PART = /(-?)(?:([a-z]+)(:|<=|>=|<|>|=)(?:"([^"]*)("?)|(\S*))|"([^"]*)("?)|(\S+))/giu;

const yesNo: Readonly<Record<string, string>> = {
  yes: 'yes',
  true: 'yes',
  '1': 'yes',
  no: 'no',
  false: 'no',
  '0': 'no',
};

export function parseQuery(text: string): SearchQuery {
  const query: SearchQuery = {
    words: [],
    isOpen: /[\p{L}\p{N}]$/u.test(text),
    phrases: [],
    excluded: { words: [], phrases: [] },
    filters: [],
    notes: [],
  };
  if (text.length > MAX_QUERY) query.notes.push({ code: 'too_long' });
  const parts = [...text.slice(0, MAX_QUERY).toWellFormed().matchAll(PART)];
  if (parts.length > MAX_PARTS) query.notes.push({ code: 'too_many_parts' });
  for (const part of parts.slice(0, MAX_PARTS)) readPart(part, query);
  const { excluded, filters, phrases, words } = query;
  const leavesOut = excluded.words.length + excluded.phrases.length > 0;
  if (leavesOut && words.length + phrases.length + filters.length === 0)
    query.notes.push({ code: 'only_exclusions' });
  return query;
}

function readPart(part: RegExpExecArray, query: SearchQuery): void {
  const [source, minus, name, operator, quoted, closing, bare, phrase, phraseEnd, word] = part;
  const isExcluded = minus === '-';
  if (quoted !== undefined && !closing) query.notes.push({ code: 'open_quote', part: source });
  if (phrase !== undefined && !phraseEnd) query.notes.push({ code: 'open_quote', part: source });
  if (phrase !== undefined) return addPhrase(query, phrase, isExcluded);
  if (word !== undefined) return addWords(query, word, isExcluded);
  const value = quoted ?? bare ?? '';
  const filter = { operator: operator as Operator, value, not: isExcluded, source };
  const known = filterNames.find((one) => one === name?.toLowerCase());
  if (!known) {
    if (operator === ':' && !value.startsWith('//'))
      query.notes.push({ code: 'unknown_filter', part: `${name}:` });
    return addWords(query, `${name} ${value}`, isExcluded);
  }
  addFilter(query, { ...filter, name: known });
}

function addFilter(query: SearchQuery, written: SearchFilter): void {
  const filter = checked(written);
  if (!filter) query.notes.push({ code: 'bad_value', part: written.source });
  else if (filter.name === 'price') query.notes.push({ code: 'not_known_yet', part: filter.source });
  else query.filters.push(filter);
}

/** Undefined where the value means nothing for a filter of that name. */
function checked(filter: SearchFilter): SearchFilter | undefined {
  const value = filter.value.trim();
  const isComparison = filter.operator !== ':' && filter.operator !== '=';
  if (value === '') return undefined;
  switch (filter.name) {
    case 'price':
      return /^\d+([.,]\d+)?\p{L}{0,3}$/u.test(value) ? filter : undefined;
    case 'version':
      return { ...filter, value };
    case 'readonly':
    case 'destructive': {
      const meant = yesNo[value.toLowerCase()];
      return meant && !isComparison ? { ...filter, value: meant } : undefined;
    }
    case 'state': {
      const state = approvalStates.find((one) => one === value.toLowerCase());
      return state && !isComparison ? { ...filter, value: state } : undefined;
    }
    default:
      return isComparison ? undefined : { ...filter, value };
  }
}

function addPhrase(query: SearchQuery, phrase: string, isExcluded: boolean): void {
  const text = searchable(phrase).replace(/\s+/g, ' ').trim();
  if (text !== '') (isExcluded ? query.excluded.phrases : query.phrases).push(text);
}

/** What is neither letter nor digit separates words. */
function addWords(query: SearchQuery, text: string, isExcluded: boolean): void {
  const words = text.match(/[\p{L}\p{N}][\p{L}\p{N}\p{M}_]*/gu) ?? [];
  (isExcluded ? query.excluded.words : query.words).push(...words);
}

/** Whether there is anything to look up in an index of words. */
export const hasWords = ({ phrases, words }: SearchQuery): boolean => words.length + phrases.length > 0;
