import fc from 'fast-check';
import { expect, it } from 'vitest';
import { type Boosts, ranked } from '#main/features/registry/search/rank.ts';

const order = (hits: Array<[key: string, score: number]>, boosts: Record<string, Boosts> = {}) =>
  ranked(
    hits.map(([key, score]) => ({ key, score })),
    (key) => boosts[key] ?? {},
  ).map(({ key }) => key);

it('what fits better comes first, whatever is known of it', () => {
  expect(
    order(
      [
        ['a', 1],
        ['b', 2],
      ],
      { a: { trust: 9 } },
    ),
  ).toEqual(['b', 'a']);
});

it('among what fits equally well trust, price and latency decide, and the unknown comes last', () => {
  const hits: Array<[string, number]> = [
    ['a', 1],
    ['b', 1],
    ['c', 1],
    ['d', 1],
  ];
  expect(order(hits, { c: { trust: 2 }, b: { trust: 1, price: 3 }, d: { trust: 1, price: 2 } })).toEqual([
    'c',
    'd',
    'b',
    'a',
  ]);
  expect(order(hits, { d: { latency: 20 }, b: { latency: 10 } })).toEqual(['b', 'd', 'a', 'c']);
});

it('the order is one, however the hits come', () => {
  const hit = fc.record({
    key: fc.string({ maxLength: 3 }),
    score: fc.double({ min: 0.001, max: 50, noNaN: true }),
  });
  fc.assert(
    fc.property(fc.uniqueArray(hit, { selector: ({ key }) => key, maxLength: 12 }), (hits) => {
      expect(ranked(hits.toReversed(), () => ({}))).toEqual(ranked(hits, () => ({})));
    }),
  );
});
