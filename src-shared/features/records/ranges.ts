/**
 * Range-based set reconciliation over (time, hash), in the manner of negentropy: one end asks about ranges of its set by
 * their fingerprints, the other answers with smaller ranges where they differ, and where few records are left both
 * name them. Pure: who asks keeps the state, who answers needs none. Neither believes the other: an answer that does not
 * fit its question is refused, every exchange ends, and what was learnt are names to ask for, never records.
 */
import { z } from 'zod';
import { equalBytes, toHex } from '../../kernel/bytes.ts';
import { AppError } from '../../kernel/errors.ts';
import {
  type Bound,
  compareBounds,
  END,
  FINGERPRINT_BYTES,
  HASH_BYTES,
  type SortedSet,
  START,
} from './sorted-set.ts';

/** Parts into which a range that differs is split. */
export const SPLIT = 16;
/** A range with so few records is named record by record. */
export const FEW = 64;
/** Ranges in one request, and hashes in one message: 128 KiB of them. */
export const MAX_RANGES = 256;
export const MAX_HASHES = 4096;
/** Ranges that wait to be asked about; only a liar makes more. */
const MAX_WAITING = 16_384;
/** Messages of one exchange: 256 of 4,096 hashes are a million records. */
export const MAX_ROUNDS = 256;

const bytes = z.custom<Uint8Array>((value) => value instanceof Uint8Array, 'bytes');
const hashes = bytes.refine(
  ({ length }) => length % HASH_BYTES === 0 && length <= MAX_HASHES * HASH_BYTES,
  'whole hashes',
);
const fingerprint = bytes.refine(({ length }) => length === FINGERPRINT_BYTES, 'a fingerprint');
const bound = z.tuple([
  z.number().int().nonnegative(),
  bytes.refine(({ length }) => length <= HASH_BYTES, 'at most a hash'),
]);

/** `[lower, upper, 1, fingerprint]` or `[lower, upper, 2, hashes]`: what the asking end has from `lower` up to `upper`. */
const question = z.union([
  z.tuple([bound, bound, z.literal(1), fingerprint]),
  z.tuple([bound, bound, z.literal(2), hashes]),
]);
export const questionsSchema = z.array(question).max(MAX_RANGES);
export type Question = z.output<typeof question>;

/**
 * `[0]`: the same. `[1, parts]`: it differs; the parts with their upper bounds. `[2, hashes]`: it differs; these are all.
 * `[3, hashes, lacking]`: what the asking end did not name, and a bit for each that it did: whether the answering end
 * lacks it; with a fourth element only up to that bound.
 */
const answer = z.union([
  z.tuple([z.literal(0)]),
  z.tuple([
    z.literal(1),
    z
      .array(z.tuple([bound, fingerprint]))
      .min(1)
      .max(SPLIT),
  ]),
  z.tuple([z.literal(2), hashes]),
  z.tuple([z.literal(3), hashes, bytes]),
  z.tuple([z.literal(3), hashes, bytes, bound]),
]);
/** To the questions in their order; the last ones may be left out and are asked again. */
export const answersSchema = z.array(answer).max(MAX_RANGES);
export type Answer = z.output<typeof answer>;

type WireBound = z.output<typeof bound>;
const toWire = ({ at, hash }: Bound): WireBound => [at, hash];
const fromWire = ([at, hash]: WireBound): Bound => ({ at, hash });

/** Answers questions about a set. Throws `records.bad_ranges` where their bounds make no sense. */
export function answerQuestions(set: SortedSet, questions: readonly Question[]): Answer[] {
  const answers: Answer[] = [];
  let room = MAX_HASHES;
  let before = START;
  if (namedIn(questions) > MAX_HASHES + FEW) throw badRanges();
  for (const asked of questions) {
    const lower = fromWire(asked[0]);
    const upper = fromWire(asked[1]);
    if (compareBounds(lower, before) < 0 || compareBounds(upper, lower) <= 0) throw badRanges();
    before = upper;
    const given =
      asked[2] === 1 ? compared(set, lower, upper, asked[3]) : differing(set, lower, upper, asked[3], room);
    room -= sizeOf(given);
    if (answers.length > 0 && room < 0) break;
    answers.push(given);
    if (given.length === 4 || room <= 0) break;
  }
  return answers;
}

const namedIn = (questions: readonly Question[]): number =>
  questions.reduce((sum, asked) => sum + (asked[2] === 2 ? asked[3].length / HASH_BYTES : 0), 0);

function sizeOf(given: Answer): number {
  if (given[0] === 0) return 0;
  // A part of a range with its bound takes about as much as a hash.
  return given[0] === 1
    ? given[1].length
    : given[1].length / HASH_BYTES + (given[0] === 3 ? given[2].length / HASH_BYTES : 0);
}

function compared(set: SortedSet, lower: Bound, upper: Bound, theirs: Uint8Array): Answer {
  const from = set.rank(lower);
  const to = set.rank(upper);
  if (equalBytes(set.fingerprint(from, to), theirs)) return [0];
  if (to - from <= FEW) return [2, joined(set.hashes(from, to))];
  return [
    1,
    splitRange(set, from, to, upper).map((part) => [toWire(part.upper), set.fingerprint(part.from, part.to)]),
  ];
}

function differing(set: SortedSet, lower: Bound, upper: Bound, named: Uint8Array, room: number): Answer {
  const from = set.rank(lower);
  const to = set.rank(upper);
  const theirs = taken(named);
  const known = new Set(theirs.map(toHex));
  const end = Math.min(to, from + Math.max(room, FEW));
  const ours = set.hashes(from, end);
  const here = new Set(ours.map(toHex));
  const missing = ours.filter((hash) => !known.has(toHex(hash)));
  const lacking = bits(theirs.map((hash) => !here.has(toHex(hash))));
  if (end === to) return [3, joined(missing), lacking];
  return [3, joined(missing), lacking, toWire(set.boundAt(end))];
}

function splitRange(set: SortedSet, from: number, to: number, upper: Bound) {
  const parts: Array<{ from: number; to: number; upper: Bound }> = [];
  const count = to - from;
  for (let part = 0; part < SPLIT; part++) {
    const first = from + Math.floor((count * part) / SPLIT);
    const end = from + Math.floor((count * (part + 1)) / SPLIT);
    if (first < end) parts.push({ from: first, to: end, upper: end === to ? upper : set.boundAt(end) });
  }
  return parts;
}

/** What one answer taught: what the other end has and we lack, and the reverse. */
export interface Learnt {
  missing: Uint8Array[];
  surplus: Uint8Array[];
}

export interface Reconciliation {
  /** What to ask next; nothing where all is known. Throws `records.endless` where the other end never comes to an end. */
  next(): Question[];
  /** Takes the answers to what `next` gave last. Throws `records.bad_ranges` where they do not fit. */
  take(answers: readonly Answer[]): Learnt;
  readonly rounds: number;
}

interface Range {
  lower: Bound;
  upper: Bound;
}

/** The asking end. The set may change between the messages: what came meanwhile is found the next time. */
export function createReconciliation(set: SortedSet): Reconciliation {
  /** In descending order, so that the next one is the last. */
  const waiting: Range[] = [];
  let asked: Array<{ range: Range; named: Uint8Array[] | undefined }> = [];
  let rounds = 0;
  wait(partsOf({ lower: START, upper: END }));

  function wait(ranges: readonly Range[]): void {
    waiting.push(...ranges.toReversed());
    if (waiting.length > MAX_WAITING) throw endless();
  }

  /** A range that is known to differ, as it is asked about: by names where few are left, else in parts. */
  function partsOf(range: Range): Range[] {
    const from = set.rank(range.lower);
    const to = set.rank(range.upper);
    if (to - from <= FEW) return [range];
    let { lower } = range;
    return splitRange(set, from, to, range.upper).map(({ upper }) => {
      const part = { lower, upper };
      lower = upper;
      return part;
    });
  }

  function ask(range: Range): Question {
    const { lower, upper } = range;
    const from = set.rank(lower);
    const to = set.rank(upper);
    const named = to - from <= FEW ? set.hashes(from, to) : undefined;
    asked.push({ range, named });
    if (named) return [toWire(lower), toWire(upper), 2, joined(named)];
    return [toWire(lower), toWire(upper), 1, set.fingerprint(from, to)];
  }

  function takeOne(given: Answer, { named, range }: (typeof asked)[number], learnt: Learnt): Range[] {
    if (given[0] === 3) {
      if (!named) throw badRanges();
      return takeDifference(given, named, range, learnt);
    }
    if (named) throw badRanges();
    if (given[0] === 0) return [];
    if (given[0] === 2) {
      const theirs = taken(given[1]);
      const known = new Set(theirs.map(toHex));
      const ours = set.hashes(set.rank(range.lower), set.rank(range.upper));
      const here = new Set(ours.map(toHex));
      learnt.missing.push(...theirs.filter((hash) => !here.has(toHex(hash))));
      learnt.surplus.push(...ours.filter((hash) => !known.has(toHex(hash))));
      return [];
    }
    return takeParts(given[1], range);
  }

  function takeDifference(
    given: Extract<Answer, readonly [3, ...unknown[]]>,
    named: Uint8Array[],
    range: Range,
    learnt: Learnt,
  ): Range[] {
    const [, missing, lacking, end] = given;
    if (lacking.length !== Math.ceil(named.length / 8)) throw badRanges();
    const upTo = end ? fromWire(end) : range.upper;
    if (compareBounds(upTo, range.lower) <= 0 || compareBounds(upTo, range.upper) > 0) throw badRanges();
    learnt.missing.push(...taken(missing));
    // What lies behind the bound was not compared yet; the set may have changed since it was named.
    const within = new Set(set.hashes(set.rank(range.lower), set.rank(upTo)).map(toHex));
    named.forEach((hash, index) => {
      if (hasBit(lacking, index) && within.has(toHex(hash))) learnt.surplus.push(hash);
    });
    return end ? [{ lower: upTo, upper: range.upper }].filter(isRange) : [];
  }

  function takeParts(parts: ReadonlyArray<readonly [WireBound, Uint8Array]>, range: Range): Range[] {
    const differing: Range[] = [];
    let { lower } = range;
    for (const [end, theirs] of parts) {
      const upper = fromWire(end);
      if (compareBounds(upper, lower) <= 0) throw badRanges();
      const part = { lower, upper };
      if (!equalBytes(set.fingerprint(set.rank(lower), set.rank(upper)), theirs))
        differing.push(...partsOf(part));
      lower = upper;
    }
    if (compareBounds(lower, range.upper) !== 0) throw badRanges();
    return differing;
  }

  return {
    get rounds() {
      return rounds;
    },
    next() {
      const questions: Question[] = [];
      let room = MAX_HASHES;
      asked = [];
      while (waiting.length > 0 && questions.length < MAX_RANGES && room > 0) {
        const given = ask(waiting.pop() as Range);
        room -= given[3].length / HASH_BYTES;
        questions.push(given);
      }
      if (questions.length > 0 && ++rounds > MAX_ROUNDS) throw endless();
      return questions;
    },
    take(answers) {
      const learnt: Learnt = { missing: [], surplus: [] };
      if (answers.length === 0 || answers.length > asked.length) throw badRanges();
      const again = asked.slice(answers.length).map(({ range }) => range);
      const next: Range[] = [];
      answers.forEach((given, index) => {
        const about = asked[index];
        if (about) next.push(...takeOne(given, about, learnt));
      });
      wait([...next, ...again]);
      asked = [];
      return learnt;
    },
  };
}

const isRange = ({ lower, upper }: Range): boolean => compareBounds(lower, upper) < 0;

function joined(list: readonly Uint8Array[]): Uint8Array {
  const out = new Uint8Array(list.length * HASH_BYTES);
  list.forEach((hash, index) => out.set(hash, index * HASH_BYTES));
  return out;
}

const taken = (all: Uint8Array): Uint8Array[] =>
  Array.from({ length: all.length / HASH_BYTES }, (_, index) =>
    all.slice(index * HASH_BYTES, (index + 1) * HASH_BYTES),
  );

function bits(values: readonly boolean[]): Uint8Array {
  const out = new Uint8Array(Math.ceil(values.length / 8));
  values.forEach((value, index) => {
    if (value) out[index >> 3] = (out[index >> 3] as number) | (1 << (index & 7));
  });
  return out;
}

const hasBit = (all: Uint8Array, index: number): boolean =>
  (((all[index >> 3] ?? 0) >> (index & 7)) & 1) === 1;

const badRanges = (): AppError =>
  new AppError('records.bad_ranges', 'These ranges of records make no sense.', {
    advice: 'Drop the exchange; the other end is broken or hostile.',
  });

const endless = (): AppError =>
  new AppError('records.endless', 'The comparison of records does not come to an end.', {
    advice: 'Drop the exchange; the other end is broken or hostile.',
  });
