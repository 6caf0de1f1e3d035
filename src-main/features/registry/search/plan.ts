/** From the words of a query to the terms of the index that may stand for each, and how much each of these says. */
import { fold, isEmptyWord, stem, wordsOf } from './analyzer.ts';
import { SYNONYM_WEIGHT, synonymsOf } from './synonyms.ts';
import type { Vocabulary } from './vocabulary.ts';

/** What a query asks the index for. */
export interface WordQuery {
  words: string[];
  /** Whether the last word may be unfinished. */
  isOpen: boolean;
  /** Words that must occur as they are. */
  must: string[];
  excluded: string[];
}

/** A word of the query with the terms that may stand for it. */
export interface Sought {
  /** From term to how much it says: 1 the word itself, less what resembles it. */
  terms: Map<string, number>;
  /** Documents that have it, roughly. */
  documents: number;
  must: boolean;
}

export interface Plan {
  sought: Sought[];
  excluded: string[];
  /** Beginnings of words, to mark in texts. */
  marks: string[];
  /** Misspelt words and what was looked for instead. */
  corrected: Array<{ part: string; value: string }>;
}

/** Words of a query that are looked for; a sentence has fewer that say something. */
const MAX_WORDS = 12;
const COMPLETIONS = 12;
const COMPLETION_WEIGHT = 0.7;
const CORRECTIONS = 3;
const CORRECTION_WEIGHT = 0.8;
/** Letters that may be missing at the end of an unfinished word before its stem is met: `creati` for `creat`. */
const STEM_SLACK = 3;

export function planOf(query: WordQuery, vocabulary: Vocabulary): Plan {
  const plan: Plan = { sought: [], excluded: [], marks: [], corrected: [] };
  for (const word of query.must.flatMap(wordsOf)) {
    const term = stem(word);
    plan.sought.push({ terms: new Map([[term, 1]]), documents: vocabulary.frequency(term), must: true });
  }
  const words = [...new Set(query.words.flatMap(wordsOf))];
  const telling = words.filter((word) => !isEmptyWord(word));
  const last = words.at(-1);
  for (const word of (telling.length > 0 ? telling : words).slice(0, MAX_WORDS))
    seek(word, query.isOpen && word === last);
  plan.excluded = query.excluded.flatMap(wordsOf).map(stem);
  plan.marks = [...new Set(plan.marks)];
  return plan;

  function seek(word: string, isOpen: boolean): void {
    const terms = new Map<string, number>();
    const take = (term: string, weight: number) => {
      if (vocabulary.frequency(term) > 0) terms.set(term, Math.max(weight, terms.get(term) ?? 0));
    };
    const term = stem(word);
    take(term, 1);
    for (const synonym of synonymsOf(term)) take(synonym, SYNONYM_WEIGHT);
    const isKnown = vocabulary.frequency(term) > 0;
    if (isOpen && word.length > 1) complete(word, isKnown, take);
    for (const joined of joinedWith(word)) take(joined, 1);
    if (terms.size === 0) correct(word, take);
    plan.marks.push(
      markOf(word, term),
      ...[...terms.keys()].filter((one) => one !== term).map((one) => markOf(one, one)),
    );
    const documents = Math.max(1, ...[...terms.keys()].map((one) => vocabulary.frequency(one)));
    plan.sought.push({ terms, documents, must: false });
  }

  function complete(word: string, isKnown: boolean, take: (term: string, weight: number) => void): void {
    const weight = isKnown ? COMPLETION_WEIGHT / 2 : COMPLETION_WEIGHT;
    for (const term of vocabulary.completions(word, COMPLETIONS)) take(term, weight);
    if (isKnown) return;
    for (let end = word.length - 1; end >= Math.max(4, word.length - STEM_SLACK); end--)
      take(word.slice(0, end), COMPLETION_WEIGHT);
  }

  /** With its neighbours in the query as one: `elastic search` is written `elasticsearch` elsewhere. */
  function joinedWith(word: string): string[] {
    const at = words.indexOf(word);
    const [before, after] = [words[at - 1], words[at + 1]];
    return [before && before + word, after && word + after].flatMap((one) => (one ? [stem(one)] : []));
  }

  /** A word that stands nowhere: a slip of the hand. */
  function correct(word: string, take: (term: string, weight: number) => void): void {
    const terms = vocabulary.similar([word, stem(word)], CORRECTIONS);
    for (const term of terms) take(term, CORRECTION_WEIGHT);
    const [value] = terms;
    if (value !== undefined) plan.corrected.push({ part: word, value: markOf(value, value) });
  }
}

/** The beginning that a word and its stem share; `repository` is kept as `repositori`. */
function markOf(word: string, term: string): string {
  const folded = fold(word).toLowerCase();
  const end = word === term && term.endsWith('i') && term.length > 3 ? term.length - 1 : term.length;
  let at = 0;
  while (at < end && folded[at] === term[at]) at++;
  return folded.slice(0, Math.max(at, 1));
}
