/** What of a tool can be searched, and how much each part of it says about what the tool is for. */
import { stem, wordsOf, wordsOfName } from './analyzer.ts';

/** A tool as an index takes it in. */
export interface SearchDoc {
  /** Number that its owner knows it by; below 2²⁰. */
  slot: number;
  /** Names: its own, its alias, the one in the catalog. */
  names: string[];
  title: string;
  /** Tags, category, server, provider. */
  labels: string[];
  description: string;
  /** Names of parameters. */
  params: string[];
  /** What the schema says of them. */
  paramTexts: string;
}

/** Characters of a text that are read; the end of a long description says little. */
export const MAX_TEXT = 4000;
/** Characters of a title, a label and a parameter's name that are read: strangers write them as long as they like. */
export const MAX_LABEL = 400;
/** Different terms of one tool; the ones met last are left out. */
const MAX_TERMS_OF_TOOL = 400;

interface PartWeight {
  weight: number;
  lengthMatters: number;
  usual: number;
}

/**
 * Weight of a term in each part, how much a long part counts for less, and how many words such a part usually has
 * (of the public servers that relevance is measured on).
 */
const PARTS = {
  names: { weight: 5, lengthMatters: 0.5, usual: 3 },
  title: { weight: 3, lengthMatters: 0.5, usual: 3 },
  labels: { weight: 2, lengthMatters: 0, usual: 3 },
  description: { weight: 1.4, lengthMatters: 0.6, usual: 30 },
  params: { weight: 0.7, lengthMatters: 0.3, usual: 6 },
  paramTexts: { weight: 0.35, lengthMatters: 0.3, usual: 40 },
} satisfies Record<string, PartWeight>;

export interface Analyzed {
  /** How often each term stands in the tool, weighed by where. */
  weights: Map<string, number>;
  /** Terms of names and title. */
  named: Set<string>;
  /** Less is found first among equals: short names and texts are about one thing. */
  breadth: number;
}

export function analyze(doc: SearchDoc): Analyzed {
  const weights = new Map<string, number>();
  const names = doc.names.map(begun).flatMap(wordsOfName);
  const title = wordsOf(begun(doc.title));
  const description = wordsOf(doc.description.slice(0, MAX_TEXT));
  const add = (words: readonly string[], { lengthMatters, usual, weight }: PartWeight) => {
    const each = weight / (1 - lengthMatters + (lengthMatters * words.length) / usual);
    for (const word of words) {
      const term = stem(word);
      const known = weights.get(term);
      if (known !== undefined) weights.set(term, known + each);
      else if (weights.size < MAX_TERMS_OF_TOOL) weights.set(term, each);
    }
  };
  add(names, PARTS.names);
  add(title, PARTS.title);
  const named = new Set(weights.keys());
  add(doc.labels.map(begun).flatMap(wordsOfName), PARTS.labels);
  add(description, PARTS.description);
  add(doc.params.slice(0, 100).map(begun).flatMap(wordsOfName), PARTS.params);
  add(wordsOf(doc.paramTexts.slice(0, MAX_TEXT)), PARTS.paramTexts);
  const breadth =
    Math.min(15, names.length) * 16 + Math.min(15, Math.floor(Math.log2(1 + description.length) * 2));
  return { weights, named, breadth };
}

const begun = (label: string): string => label.slice(0, MAX_LABEL);
