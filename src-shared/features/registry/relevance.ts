/**
 * How well a tool fits a question, by this node's own reading: what a peer claims of its tools' worth never decides how
 * they are shown. Pure.
 */
import { wordsIn } from './capabilities.ts';

/** Where a word stands, and what that is worth. */
const WORTH = { name: 10, title: 8, tags: 7, server: 5, description: 4 } as const;
const FULL = 1000;

export interface Readable {
  name: string;
  title?: string | undefined;
  server: string;
  tags: readonly string[];
  description?: string | undefined;
}

/** 0 where no word of the question occurs, 1000 where each stands in the name. Words begun count half. */
export function relevanceOf(question: string, tool: Readable): number {
  const asked = wordsIn(question);
  if (asked.length === 0) return 0;
  const places = (Object.keys(WORTH) as Array<keyof typeof WORTH>).map((place) => {
    const text = tool[place] ?? '';
    return { worth: WORTH[place], words: wordsIn(typeof text === 'string' ? text : text.join('\n')) };
  });
  const reached = asked.map((word) => Math.max(...places.map((place) => worthOf(word, place))));
  const sum = reached.reduce((total, worth) => total + worth, 0);
  return Math.round((FULL * sum) / (WORTH.name * asked.length));
}

function worthOf(word: string, { words, worth }: { words: readonly string[]; worth: number }): number {
  if (words.includes(word)) return worth;
  return word.length >= 3 && words.some((one) => one.startsWith(word)) ? worth / 2 : 0;
}
