/** Two arbitrary sets: after the exchange the difference is known exactly, in few rounds of bounded messages, whoever lies. */
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import {
  type Answer,
  answerQuestions,
  answersSchema,
  createReconciliation,
  MAX_ROUNDS,
  questionsSchema,
} from '#shared/features/records/ranges.ts';
import {
  createSortedSet,
  END,
  type Item,
  type SortedSet,
  START,
} from '#shared/features/records/sorted-set.ts';
import { toHex, utf8 } from '#shared/kernel/bytes.ts';
import { type CborValue, decodeCbor, encodeCbor, sha256Bytes } from '#shared/kernel/canonical.ts';
import '#test/support/properties.ts';

const MAX_FRAME = 256 * 1024;
/** Few times, so that many records share one. */
const item = (number: number): Item => ({
  at: 1000 + (number % 37),
  hash: sha256Bytes(utf8(String(number))),
});
const setOf = (numbers: Iterable<number>): SortedSet => {
  const set = createSortedSet();
  for (const number of numbers) {
    const { at, hash } = item(number);
    set.add(at, hash);
  }
  return set;
};
const names = (numbers: Iterable<number>) => [...numbers].map((number) => toHex(item(number).hash)).sort();

/** Over the wire form, as it travels. */
function exchange(ours: SortedSet, theirs: SortedSet) {
  const reconciliation = createReconciliation(ours);
  const found = { missing: [] as string[], surplus: [] as string[], bytes: 0, largest: 0, rounds: 0 };
  for (;;) {
    const questions = reconciliation.next();
    if (questions.length === 0) break;
    const request = encodeCbor(questions as CborValue);
    const response = encodeCbor(
      answerQuestions(theirs, questionsSchema.parse(decodeCbor(request))) as CborValue,
    );
    const learnt = reconciliation.take(answersSchema.parse(decodeCbor(response)));
    found.missing.push(...learnt.missing.map(toHex));
    found.surplus.push(...learnt.surplus.map(toHex));
    found.bytes += request.length + response.length;
    found.largest = Math.max(found.largest, request.length, response.length);
  }
  found.missing.sort();
  found.surplus.sort();
  found.rounds = reconciliation.rounds;
  return found;
}

const numbers = fc.uniqueArray(fc.nat(100_000), { maxLength: 400, size: 'max' });

describe('the exchange', () => {
  it('finds exactly the difference of two sets, with common ones between', () => {
    fc.assert(
      fc.property(numbers, numbers, fc.nat(3000), (a, b, shared) => {
        const common = Array.from({ length: shared }, (_, index) => 200_000 + index);
        const found = exchange(setOf([...common, ...a]), setOf([...common, ...b]));
        expect(found.missing).toEqual(names(b.filter((number) => !a.includes(number))));
        expect(found.surplus).toEqual(names(a.filter((number) => !b.includes(number))));
        expect(found.rounds).toBeLessThanOrEqual(8);
        expect(found.largest).toBeLessThanOrEqual(MAX_FRAME);
      }),
      { numRuns: 60 },
    );
  });

  it('fills an empty set, message by message, none too large', () => {
    const many = Array.from({ length: 30_000 }, (_, index) => index);
    const found = exchange(setOf([]), setOf(many));
    expect(found.missing).toHaveLength(many.length);
    expect(found.largest).toBeLessThanOrEqual(MAX_FRAME);
    expect(found.rounds).toBeLessThanOrEqual(10);
    const back = exchange(setOf(many), setOf([]));
    expect(back.surplus).toHaveLength(many.length);
    expect(back.largest).toBeLessThanOrEqual(MAX_FRAME);
  });

  it('costs little where little differs', () => {
    const common = Array.from({ length: 10_000 }, (_, index) => index);
    const other = common.map((number) => (number % 100 === 7 ? number + 500_000 : number));
    const found = exchange(setOf(common), setOf(other));
    expect(found.missing).toHaveLength(100);
    expect(found.surplus).toHaveLength(100);
    expect(found.rounds).toBeLessThanOrEqual(3);
    expect(found.bytes).toBeLessThan(10_000 * 70);
    expect(exchange(setOf(common), setOf(common)).rounds).toBe(1);
  });
});

describe('a sorted set', () => {
  it('has the same fingerprint however it came about', () => {
    fc.assert(
      fc.property(numbers, numbers, (kept, gone) => {
        const set = setOf([...gone, ...kept].sort((a, b) => b - a));
        for (const number of gone) if (!kept.includes(number)) set.delete(item(number).at, item(number).hash);
        const other = setOf(kept);
        expect(set.size).toBe(kept.length);
        expect(set.fingerprint(0, set.size)).toEqual(other.fingerprint(0, other.size));
        expect(set.hashes(0, set.size)).toEqual(other.hashes(0, other.size));
        for (let rank = 0; rank <= set.size; rank += 7) expect(set.rank(set.boundAt(rank))).toBe(rank);
        expect([set.rank(START), set.rank(END)]).toEqual([0, set.size]);
      }),
      { numRuns: 60 },
    );
  });

  it('takes each pair once', () => {
    const set = setOf([1, 2]);
    expect(set.add(item(1).at, item(1).hash)).toBe(false);
    expect(set.delete(item(3).at, item(3).hash)).toBe(false);
    expect(set.size).toBe(2);
  });
});

describe('hostile messages', () => {
  const bound = fc.tuple(fc.nat(2000), fc.uint8Array({ maxLength: 32 }));
  const print = fc.uint8Array({ minLength: 16, maxLength: 16 });
  const hashes = fc.nat(3).chain((n) => fc.uint8Array({ minLength: n * 32, maxLength: n * 32 }));
  const anyAnswer = fc.oneof(
    fc.constant([0]),
    fc.tuple(fc.constant(1), fc.array(fc.tuple(bound, print), { minLength: 1, maxLength: 16 })),
    fc.tuple(fc.constant(2), hashes),
    fc.tuple(fc.constant(3), hashes, fc.uint8Array({ maxLength: 9 })),
    fc.tuple(fc.constant(3), hashes, fc.uint8Array({ maxLength: 9 }), bound),
  );
  const ours = setOf(Array.from({ length: 2000 }, (_, index) => index));

  it('as answers end the exchange: it stops by itself or is refused', () => {
    fc.assert(
      fc.property(fc.infiniteStream(fc.array(anyAnswer, { minLength: 1, maxLength: 20 })), (stream) => {
        const reconciliation = createReconciliation(ours);
        try {
          for (const answers of stream) {
            if (reconciliation.next().length === 0) return;
            reconciliation.take(answers as Answer[]);
            expect(reconciliation.rounds).toBeLessThanOrEqual(MAX_ROUNDS);
          }
        } catch (error) {
          expect(['records.bad_ranges', 'records.endless']).toContain((error as { code?: string }).code);
        }
      }),
      { numRuns: 500 },
    );
  });

  it('as lies about every fingerprint end as well', () => {
    const reconciliation = createReconciliation(ours);
    const lie = new Uint8Array(16);
    const run = () => {
      for (;;) {
        const questions = reconciliation.next();
        if (questions.length === 0) return;
        reconciliation.take(
          questions.map(([lower, upper, mode, payload]): Answer => {
            if (mode === 2) return [3, new Uint8Array(0), new Uint8Array(Math.ceil(payload.length / 256))];
            const middle = [
              lower[0] + Math.floor((Math.min(upper[0], 3000) - lower[0]) / 2),
              new Uint8Array(0),
            ];
            const parts =
              (middle[0] as number) > lower[0]
                ? [
                    [middle, lie],
                    [upper, lie],
                  ]
                : [[upper, lie]];
            return [1, parts] as Answer;
          }),
        );
      }
    };
    run();
    expect(reconciliation.rounds).toBeLessThanOrEqual(MAX_ROUNDS);
  });

  it('as questions are answered or refused, whatever their bounds', () => {
    const anyQuestion = fc.oneof(
      fc.tuple(bound, bound, fc.constant(1), print),
      fc.tuple(bound, bound, fc.constant(2), hashes),
    );
    fc.assert(
      fc.property(fc.array(anyQuestion, { maxLength: 20 }), (questions) => {
        try {
          const answers = answerQuestions(ours, questionsSchema.parse(questions));
          expect(encodeCbor(answers as CborValue).length).toBeLessThanOrEqual(MAX_FRAME);
        } catch (error) {
          expect((error as { code?: string }).code).toBe('records.bad_ranges');
        }
      }),
      { numRuns: 500 },
    );
  });
});
