/** How well typed letters fit a text, so that the best stands first. */

/** Lower case, without accents and vowel signs: what one types quickly finds what is written carefully. */
export const plain = (text: string): string =>
  text
    .normalize('NFKD')
    .replace(/\p{Mn}/gu, '')
    .toLocaleLowerCase();

/** A letter that follows the one before. */
const RUN = 8;
/** A letter at the beginning of a word. */
const START = 6;
/** A letter anywhere. */
const LETTER = 1;

const isBoundary = (text: string, at: number): boolean =>
  at === 0 || /[\s/_.:\-–—@]/.test(text[at - 1] ?? '');

/**
 * Greater is better; undefined where the letters do not all occur in this order. A whole word counts more than its letters
 * scattered, an early place more than a late one, a short text more than a long one.
 *
 * @param needle already {@link plain}, without spaces at its ends.
 */
export function fit(needle: string, text: string): number | undefined {
  if (needle === '') return 0;
  const hay = plain(text);
  const whole = hay.indexOf(needle);
  if (whole >= 0) {
    const start = isBoundary(hay, whole) ? START : 0;
    return needle.length * RUN + start * 2 - Math.min(whole, 20) * 0.2 - hay.length * 0.02;
  }
  let score = 0;
  let at = -1;
  for (const letter of needle.replaceAll(' ', '')) {
    const next = hay.indexOf(letter, at + 1);
    if (next < 0) return undefined;
    score +=
      LETTER + (next === at + 1 ? RUN / 2 : 0) + (isBoundary(hay, next) ? START : 0) - (next - at - 1) * 0.1;
    at = next;
  }
  return score > 0 ? score - hay.length * 0.02 : undefined;
}

export interface Findable {
  title: string;
  /** Other words by which it is found, worth less than the title. */
  keywords?: string;
}

/** How well an item fits; undefined where it does not. */
export function scoreOf(item: Findable, typed: string): number | undefined {
  const needle = plain(typed.trim());
  const byTitle = fit(needle, item.title) ?? -Infinity;
  // Long texts and ids have every letter somewhere: there only whole words tell anything.
  const isNamed = item.keywords !== undefined && plain(item.keywords).includes(needle);
  const byKeywords = isNamed ? (fit(needle, item.keywords ?? '') ?? -Infinity) - START : -Infinity;
  const score = Math.max(byTitle, byKeywords);
  return score === -Infinity ? undefined : score;
}

export interface Group<Item> {
  id: string;
  items: readonly Item[];
  most: number;
  /** Its items were found elsewhere, by rules of their own: none of them is dropped here. */
  given?: boolean;
}

/** The best of each group, best first; the group with the best of all stands first. Among equals the given order stays. */
export function best<Item extends Findable, G extends Group<Item>>(
  groups: readonly G[],
  typed: string,
): Array<{ group: G; items: Item[] }> {
  return groups
    .map((group) => {
      const scored = group.items
        .flatMap((item) => {
          const score = scoreOf(item, typed) ?? (group.given ? 0 : undefined);
          return score === undefined ? [] : [{ item, score }];
        })
        .toSorted((a, b) => b.score - a.score)
        .slice(0, group.most);
      return { group, items: scored.map(({ item }) => item), score: scored[0]?.score ?? -Infinity };
    })
    .filter(({ items }) => items.length > 0)
    .toSorted((a, b) => b.score - a.score)
    .map(({ group, items }) => ({ group, items }));
}
