/**
 * How well a tool fits a question, by this node's own reading: what a peer claims of its tools' worth never decides how
 * they are shown. Inflected, begun, related and misspelled words count, each less than the word itself. Pure.
 */
import { isEmptyWord, stem, wordsOf, wordsOfName } from '../search/analyzer.ts';
import { distance, slipsAllowed } from '../search/distance.ts';
import { SYNONYM_WEIGHT, synonymsOf } from '../search/synonyms.ts';

/** Where a word stands, and what that is worth. */
const WORTH = { name: 10, title: 8, tags: 7, server: 5, description: 4 } as const;
const FULL = 1000;
const BEGUN_WEIGHT = 0.5;
const SLIPPED_WEIGHT = 0.4;
/** Letters of a word that may stand for a longer one. */
const LEAST_BEGUN = 3;
/** Characters of a description, and words of a question, that are read: strangers write both. */
const READ_OF_DESCRIPTION = 600;
/** Characters of a title, and of a tag. */
const READ_OF_LABEL = 200;
const READ_OF_QUESTION = 12;

export interface Readable {
  name: string;
  title?: string | undefined;
  server: string;
  tags: readonly string[];
  description?: string | undefined;
}

interface Place {
  worth: number;
  words: readonly string[];
  stems: ReadonlySet<string>;
  /** Slips of the hand are forgiven in labels; looking for them in prose costs too much. */
  forgives: boolean;
}

/** 0 where nothing of the question occurs, 1000 where each of its words stands in the name. An integer. */
export function relevanceOf(question: string, tool: Readable): number {
  const asked = wordsAsked(question);
  if (asked.length === 0) return 0;
  const places = placesOf(tool);
  const reached = asked.map((word) => Math.max(...places.map((one) => one.worth * closeness(word, one))));
  const sum = reached.reduce((total, worth) => total + worth, 0);
  return Math.round((FULL * sum) / (WORTH.name * asked.length));
}

/** Whether a tool says one of these words, in any form of it. */
export function saysAny(words: readonly string[], tool: Readable): boolean {
  if (words.length === 0) return false;
  const places = placesOf(tool);
  const terms = words.slice(0, READ_OF_QUESTION).flatMap(wordsOf).map(stem);
  return terms.some((term) => places.some(({ stems }) => stems.has(term)));
}

const placesOf = (tool: Readable): Place[] => [
  place(WORTH.name, wordsOfName(tool.name)),
  place(WORTH.title, wordsOf((tool.title ?? '').slice(0, READ_OF_LABEL))),
  place(WORTH.tags, wordsOf(tool.tags.map((tag) => tag.slice(0, READ_OF_LABEL)).join('\n'))),
  place(WORTH.server, wordsOfName(tool.server)),
  place(WORTH.description, wordsOf((tool.description ?? '').slice(0, READ_OF_DESCRIPTION)), false),
];

/** The telling words of a question, each once; all where none is telling. */
function wordsAsked(question: string): string[] {
  const words = [...new Set(wordsOf(question))];
  const telling = words.filter((word) => !isEmptyWord(word));
  return (telling.length > 0 ? telling : words).slice(0, READ_OF_QUESTION);
}

const place = (worth: number, words: readonly string[], forgives = true): Place => ({
  worth,
  words,
  forgives,
  stems: new Set(words.map(stem)),
});

function closeness(word: string, { forgives, stems, words }: Place): number {
  const term = stem(word);
  if (stems.has(term)) return 1;
  if ([...synonymsOf(term)].some((other) => stems.has(other))) return SYNONYM_WEIGHT;
  if (word.length >= LEAST_BEGUN && words.some((other) => other.startsWith(word))) return BEGUN_WEIGHT;
  return forgives && words.some((other) => isSlipped(word, other)) ? SLIPPED_WEIGHT : 0;
}

function isSlipped(word: string, other: string): boolean {
  const most = Math.min(slipsAllowed(word), slipsAllowed(other));
  return most > 0 && distance(word, other, most) <= most;
}
