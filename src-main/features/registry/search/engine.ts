/**
 * An index of tools: takes them in and finds them by words, the best first. Synchronous; see `worker.ts` for the thread that
 * it runs in.
 */
import type { SearchNote } from '#shared/features/registry/search.ts';
import { analyze, type SearchDoc } from './documents.ts';
import { type Plan, planOf, type Sought, type WordQuery } from './plan.ts';
import { createIndexStore, packTerm, slotOf, termIn, weightIn } from './store.ts';
import { createVocabulary } from './vocabulary.ts';

export interface FindRequest extends WordQuery {
  /** How many of the best are wanted, in order. */
  limit: number;
  /** Whether all that have every word are wanted, behind the best. */
  complete: boolean;
  /** Where given, only these slots are looked at: what else is in the index takes no place of theirs. */
  among?: Uint32Array;
}

export interface Found {
  /** Slots of the best, the best first. */
  best: Uint32Array;
  /** How well each of them fits; comparable within one answer. */
  scores: Float32Array;
  /** Slots of the others, those with every word where there are such; empty unless asked for. */
  rest: Uint32Array;
  marks: string[];
  notes: SearchNote[];
}

export interface SearchEngine {
  put(docs: readonly SearchDoc[]): void;
  remove(slots: readonly number[]): void;
  find(request: FindRequest): Found;
  size(): number;
  close(): void;
}

/** Rows that one look into the index takes; the best tools of a common word are among the narrowest. */
const LOOK = 250;
/** Rows that are scored for one query; each costs some microseconds. */
const MAX_SCORED = 1200;
/** With so many that have all the words, those with fewer are not looked for. */
const ENOUGH = 60;
/** Tools that have not all words are an answer only if they are this good beside the best. */
const WORTH = 0.12;
/** How soon more of the same word says nothing new. */
const SATURATION = 3;

type Among = ReadonlySet<number> | undefined;

export function createSearchEngine(): SearchEngine {
  const store = createIndexStore();
  const vocabulary = createVocabulary();

  function removeOne(slot: number): void {
    const terms = store.remove(slot);
    if (terms) vocabulary.count(terms.map(termIn), -1);
  }

  function putOne(doc: SearchDoc): void {
    removeOne(doc.slot);
    const { breadth, named, weights } = analyze(doc);
    const packed: number[] = [];
    const ids: number[] = [];
    const others: string[] = [];
    for (const [term, weight] of weights) {
      const id = vocabulary.enter(term);
      if (id === undefined) continue;
      ids.push(id);
      packed.push(packTerm(id, weight));
      if (!named.has(term)) others.push(term);
    }
    vocabulary.count(ids, 1);
    const terms = Uint32Array.from(packed);
    store.put(doc.slot, { named: [...named].join(' '), others: others.join(' '), terms, breadth });
  }

  function find(request: FindRequest): Found {
    const plan = planOf(request, vocabulary);
    const notes: SearchNote[] = plan.corrected.map((one) => ({ code: 'corrected', ...one }));
    const sought = plan.sought.filter(({ terms }) => terms.size > 0);
    const isImpossible = plan.sought.some(({ must, documents }) => must && documents === 0);
    if (sought.length === 0 || isImpossible) return nothing(plan, notes);
    const isWhole = sought.length === plan.sought.length;
    const among = request.among && new Set(request.among);
    const { whole, partly } = candidates(plan, sought, isWhole, among);
    const scored = score([...whole, ...partly], sought, plan.sought);
    const wanted =
      request.complete && whole.size > 0
        ? scored.filter(({ row }) => whole.has(row))
        : worthwhile(scored, whole);
    if (whole.size === 0 && wanted.length > 0 && plan.sought.length > 1) notes.push({ code: 'some_words' });
    const best = wanted.slice(0, request.limit);
    const rest = !request.complete
      ? []
      : whole.size >= LOOK
        ? others(plan, sought, best, among)
        : wanted.slice(request.limit).map(({ row }) => row);
    return {
      best: Uint32Array.from(best, ({ row }) => slotOf(row)),
      scores: Float32Array.from(best, ({ points }) => points),
      rest: Uint32Array.from(rest, slotOf),
      marks: plan.marks,
      notes,
    };
  }

  /** Rows that may be the best: those with all words, and where these are few, those with the most telling ones. */
  function candidates(plan: Plan, sought: readonly Sought[], isWhole: boolean, among: Among) {
    const whole = new Set<number>();
    const partly = new Set<number>();
    const look = (into: Set<number>, words: readonly Sought[], column = '', most = LOOK) => {
      if (whole.size + partly.size >= MAX_SCORED) return;
      for (const row of store.first(matching(plan, words, column), most, among))
        if (!whole.has(row)) into.add(row);
    };
    if (isWhole) {
      look(whole, sought, '{named} :');
      look(whole, sought);
      if (sought.length === 1 || whole.size >= ENOUGH) return { whole, partly };
    }
    const rarest = sought.toSorted((a, b) => a.documents - b.documents);
    for (const pair of pairsOf(rarest.slice(0, 5))) {
      look(partly, pair, '{named} :', LOOK >> 2);
      look(partly, pair, '', LOOK >> 1);
    }
    for (const word of rarest.slice(0, 6)) look(partly, [word], '{named} :', LOOK >> 2);
    for (const word of rarest.slice(0, 3)) look(partly, [word], '', LOOK >> 2);
    return { whole, partly };
  }

  function score(rows: readonly number[], sought: readonly Sought[], all: readonly Sought[]): Scored[] {
    const worth = sought.map(({ documents }) => worthOf(documents, store.size()));
    const missing = (all.length - sought.length) * worthOf(1, store.size());
    const total = worth.reduce((sum, one) => sum + one, missing);
    const meaning = new Map<number, Array<{ word: number; weight: number }>>();
    for (const [word, { terms }] of sought.entries())
      for (const [term, weight] of terms) {
        const id = vocabulary.idOf(term);
        if (id === undefined) continue;
        const known = meaning.get(id);
        if (known) known.push({ word, weight });
        else meaning.set(id, [{ word, weight }]);
      }
    return rows
      .map((row) => ({ row, points: pointsOf(store.termsOf(row), meaning, worth, total) }))
      .sort((a, b) => b.points - a.points || a.row - b.row);
  }

  function others(plan: Plan, sought: readonly Sought[], best: readonly Scored[], among: Among): number[] {
    const taken = new Set(best.map(({ row }) => row));
    return store.all(matching(plan, sought, ''), among).filter((row) => !taken.has(row));
  }

  return {
    put: (docs) => store.inOne(() => docs.forEach(putOne)),
    remove: (slots) => store.inOne(() => slots.forEach(removeOne)),
    find,
    size: () => store.size(),
    close: () => store.close(),
  };
}

interface Scored {
  row: number;
  points: number;
}

/** BM25F over the weights that the document's terms were given, and more for each word of the query that it has at all. */
function pointsOf(
  terms: Uint32Array,
  meaning: ReadonlyMap<number, ReadonlyArray<{ word: number; weight: number }>>,
  worth: readonly number[],
  total: number,
): number {
  const points = worth.map(() => 0);
  const strength = worth.map(() => 0);
  for (const packed of terms) {
    const meant = meaning.get(termIn(packed));
    if (!meant) continue;
    const often = weightIn(packed);
    for (const { weight, word } of meant) {
      const gained = weight * (worth[word] ?? 0) * (often / (often + SATURATION));
      points[word] = Math.max(points[word] ?? 0, gained);
      strength[word] = Math.max(strength[word] ?? 0, weight);
    }
  }
  let sum = 0;
  let covered = 0;
  for (const [word, one] of points.entries()) {
    sum += one;
    covered += (strength[word] ?? 0) * (worth[word] ?? 0);
  }
  return sum * (covered / total);
}

/** How much it says that a word occurs, where so many of all documents have it. */
const worthOf = (documents: number, all: number): number =>
  Math.log(1 + (all - Math.min(documents, all) + 0.5) / (Math.min(documents, all) + 0.5)) + 0.1;

function worthwhile(scored: readonly Scored[], whole: ReadonlySet<number>): readonly Scored[] {
  const least = (scored[0]?.points ?? 0) * WORTH;
  return scored.filter(({ points, row }) => points >= least || whole.has(row));
}

/** An FTS5 expression for the rows that have one term of each word, the required words, and none of the excluded. */
function matching(plan: Plan, words: readonly Sought[], column: string): string {
  const required = plan.sought.filter((word) => word.must && !words.includes(word));
  const parts = [...words.map((word) => `${column}${anyOf(word)}`), ...required.map(anyOf)];
  const without = plan.excluded.length > 0 ? ` NOT (${plan.excluded.map(quoted).join(' OR ')})` : '';
  return `(${parts.join(' AND ')})${without}`;
}

const anyOf = ({ terms }: Sought): string => `(${[...terms.keys()].map(quoted).join(' OR ')})`;
/** Terms are letters and digits alone; the quotes keep `and` and `or` from being read as operators. */
const quoted = (term: string): string => `"${term}"`;

const pairsOf = (words: readonly Sought[]): Sought[][] =>
  words.flatMap((one, at) => words.slice(at + 1).map((other) => [one, other]));

const nothing = (plan: Plan, notes: SearchNote[]): Found => ({
  best: new Uint32Array(),
  scores: new Float32Array(),
  rest: new Uint32Array(),
  marks: plan.marks,
  notes,
});
