/**
 * The terms of an index, numbered, and in how many documents each stands. Terms that stand nowhere any more give their
 * number back.
 */
import { distance, lettersOf, mayBeNear, slipsAllowed } from './distance.ts';

/** Terms that are known at a time; a million is some twenty times what 100,000 real tools use. Others are not indexed. */
export const MAX_TERMS = 1_000_000;

/**
 * Terms that a misspelt word is compared with letter by letter; each costs a microsecond or two. Of real words few have
 * nearly the same letters; whoever writes thousands that do must not make every search wait.
 */
const MAX_COMPARED = 30_000;

export interface Vocabulary {
  /** The number of a term, which is given one where it has none; undefined where there is no room. */
  enter(term: string): number | undefined;
  idOf(term: string): number | undefined;
  /** Notes that a document with these terms came, or went. */
  count(ids: Iterable<number>, change: 1 | -1): void;
  /** Documents that have the term. */
  frequency(term: string): number;
  /** The most frequent terms that begin so, beginning with the most frequent one. */
  completions(prefix: string, most: number): string[];
  /** The terms nearest to a misspelt word in one of its forms; of equally near ones the most frequent. */
  similar(forms: readonly string[], most: number): string[];
  size(): number;
}

interface Term {
  text: string;
  documents: number;
  letters: number;
}

/** Letters by which terms are kept together. */
const HEAD = 2;

export function createVocabulary(maxTerms = MAX_TERMS, maxCompared = MAX_COMPARED): Vocabulary {
  const ids = new Map<string, number>();
  const terms: Array<Term | undefined> = [];
  const free: number[] = [];
  /** Numbers of terms by how they begin, so that completing one looks at few. */
  const heads = new Map<string, Set<number>>();

  function add(text: string): number | undefined {
    const id = free.pop() ?? terms.length;
    if (id >= maxTerms) return undefined;
    terms[id] = { text, documents: 0, letters: lettersOf(text) };
    ids.set(text, id);
    const head = text.slice(0, HEAD);
    const alike = heads.get(head);
    if (alike) alike.add(id);
    else heads.set(head, new Set([id]));
    return id;
  }

  function drop(id: number, { text }: Term): void {
    terms[id] = undefined;
    free.push(id);
    ids.delete(text);
    const head = text.slice(0, HEAD);
    const alike = heads.get(head);
    alike?.delete(id);
    if (alike?.size === 0) heads.delete(head);
  }

  const termOf = (text: string): Term | undefined => {
    const id = ids.get(text);
    return id === undefined ? undefined : terms[id];
  };

  return {
    enter: (term) => ids.get(term) ?? add(term),
    idOf: (term) => ids.get(term),
    count(changed, change) {
      for (const id of changed) {
        const term = terms[id];
        if (!term) continue;
        term.documents += change;
        if (term.documents <= 0) drop(id, term);
      }
    },
    frequency: (text) => termOf(text)?.documents ?? 0,
    completions(prefix, most) {
      const found: Term[] = [];
      const groups = prefix.length >= HEAD ? [heads.get(prefix.slice(0, HEAD)) ?? []] : startingWith(prefix);
      for (const group of groups)
        for (const id of group) {
          const term = terms[id];
          if (term?.text.startsWith(prefix) && term.text !== prefix) found.push(term);
        }
      return best(found, most);
    },
    similar(forms, most) {
      const sought = forms.map((form) => ({ form, letters: lettersOf(form), slips: slipsAllowed(form) }));
      let least = Math.max(...sought.map(({ slips }) => slips));
      let found: Term[] = [];
      let compared = 0;
      if (least === 0) return [];
      for (const term of terms) {
        if (!term || term.text.length < 3) continue;
        for (const { form, letters, slips } of sought) {
          const limit = Math.min(least, slips);
          if (Math.abs(term.text.length - form.length) > limit) continue;
          if (!mayBeNear(letters, term.letters, limit)) continue;
          if (++compared > maxCompared) return best(found, most);
          const apart = distance(form, term.text, limit);
          if (apart > limit) continue;
          if (apart < least) found = [];
          least = apart;
          found.push(term);
          break;
        }
      }
      return best(found, most);
    },
    size: () => ids.size,
  };

  function* startingWith(prefix: string): Generator<Iterable<number>> {
    for (const [head, group] of heads) if (head.startsWith(prefix)) yield group;
  }
}

const best = (terms: Term[], most: number): string[] =>
  terms
    .sort((a, b) => b.documents - a.documents || (a.text < b.text ? -1 : 1))
    .slice(0, most)
    .map(({ text }) => text);
