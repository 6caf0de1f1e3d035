/** Which packages fit what a person wrote, the best first. Pure; a node hears of some thousands at most. */
import { foldedName } from '../registry/confusables.ts';

export interface Findable {
  name: string;
  title: string;
  description: string;
  tags: readonly string[];
  /** What its publisher calls himself. */
  by: string;
}

const WEIGHTS = { name: 8, title: 6, tags: 5, by: 3, description: 1 } as const;
const WHOLE_WORD = 2;

const wordsOf = (text: string): string[] =>
  text
    .normalize('NFKC')
    .toLowerCase()
    .split(/[^\p{L}\p{N}]+/u)
    .filter((word) => word !== '');

/** 0 where a word of the query is nowhere. */
export function scoreOf(query: string, item: Findable): number {
  const wanted = wordsOf(query);
  if (wanted.length === 0) return 1;
  const fields = {
    name: [...wordsOf(item.name), foldedName(item.name)],
    title: wordsOf(item.title),
    tags: item.tags.flatMap(wordsOf),
    by: wordsOf(item.by),
    description: wordsOf(item.description),
  };
  let score = 0;
  for (const word of wanted) {
    let best = 0;
    for (const [field, weight] of Object.entries(WEIGHTS))
      for (const there of fields[field as keyof typeof fields])
        if (there.startsWith(word)) best = Math.max(best, there === word ? weight * WHOLE_WORD : weight);
    if (best === 0) return 0;
    score += best;
  }
  return score;
}
