import * as fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import {
  calledOff,
  chosen,
  costOf,
  ended,
  type Estimate,
  heldBack,
  isOpen,
  newEstimate,
  started,
} from '#shared/features/relay/choosing.ts';

const even = { price: 0, trust: 0 };

function after(outcomes: ReadonlyArray<['ok' | 'failed', number]>, from = newEstimate(0)): Estimate {
  let now = from.at;
  return outcomes.reduce((estimate, [outcome, ms]) => {
    now += ms;
    return ended(started(estimate, now - ms), outcome, ms, now);
  }, from);
}

describe('an estimate', () => {
  it('follows a slower answer at once and a quicker one bit by bit', () => {
    expect(
      after([
        ['ok', 10],
        ['ok', 100],
      ]).latencyMs,
    ).toBe(100);
    const quicker = after([
      ['ok', 100],
      ['ok', 10],
    ]).latencyMs as number;
    expect(quicker).toBeGreaterThan(10);
    expect(quicker).toBeLessThanOrEqual(100);
  });

  it('does not take quick failures for quick answers', () => {
    expect(
      after([
        ['ok', 50],
        ['failed', 1],
      ]).latencyMs,
    ).toBe(50);
  });

  it('is shut after five failures in a row, longer each time, and open for one call after that', () => {
    const failing = after(Array.from({ length: 5 }, () => ['failed', 1] as ['failed', number]));
    expect(isOpen(failing, failing.at)).toBe(false);
    const due = failing.shutUntil;
    expect(isOpen(failing, due)).toBe(true);
    const probing = started(failing, due);
    expect(isOpen(probing, due)).toBe(false);
    const worse = ended(probing, 'failed', 1, due + 1);
    expect(worse.shutUntil - (due + 1)).toBeGreaterThan(due - failing.at);
    expect(isOpen(ended(probing, 'ok', 1, due + 1), due + 1)).toBe(true);
    // A probe that nobody waits for any more says nothing; the next call is one.
    expect(isOpen(calledOff(probing), due + 1)).toBe(true);
  });

  it('takes no calls for as long as it asked', () => {
    const asked = heldBack(newEstimate(0), 500, 1_000);
    expect(isOpen(asked, 1_499)).toBe(false);
    expect(isOpen(asked, 1_500)).toBe(true);
  });

  it('forgives whoever was slow, so that it is tried again', () => {
    const slow = after([['ok', 1_000]]);
    const cost = (now: number) => costOf(slow, { roundTripMs: 1 }, even, now);
    expect(cost(slow.at + 300_000)).toBeLessThan(cost(slow.at) / 100);
  });
});

describe('an instance that was never called', () => {
  it('is hoped to be as quick as the best, whatever the others take', () => {
    const fresh = newEstimate(0);
    for (const elsewhereMs of [0.5, 5, 500]) {
      const best = after([['ok', elsewhereMs]]);
      const cost = costOf(best, { elsewhereMs, roundTripMs: 1 }, even, best.at);
      expect(costOf(fresh, { elsewhereMs, roundTripMs: 4 }, even, best.at)).toBeCloseTo(cost);
    }
  });

  it('is not ruled out by a round trip of a millisecond more', () => {
    const [near, next] = [0.3, 1.5].map((roundTripMs) => costOf(newEstimate(0), { roundTripMs }, even, 0));
    expect((next as number) / (near as number)).toBeLessThan(2);
  });
});

describe('the choice', () => {
  it('never takes the worst of three or more, never one that is not there, and reaches all others', () => {
    fc.assert(
      fc.property(
        fc.uniqueArray(fc.integer({ min: 1, max: 1_000_000 }), { minLength: 3, maxLength: 12 }),
        fc.infiniteStream(fc.double({ min: 0, max: 0.999_999, noNaN: true })),
        (costs, floats) => {
          const place = chosen(costs, () => floats.next().value as number) as number;
          expect(place).toBeGreaterThanOrEqual(0);
          expect(place).toBeLessThan(costs.length);
          expect(costs[place]).not.toBe(Math.max(...costs));
        },
      ),
    );
  });

  it('knows nobody where nobody is there', () => {
    expect(chosen([], () => 0)).toBeUndefined();
    expect(chosen([7], () => 0.9)).toBe(0);
  });

  it('costs more with every call that is out, every failure, a price and doubt, each as far as it is weighed', () => {
    const base = after([['ok', 20]]);
    const now = base.at;
    const cost = costOf(base, {}, even, now);
    expect(costOf(started(base, now), {}, even, now)).toBeGreaterThan(cost);
    expect(costOf(after([['failed', 1]], base), {}, even, now)).toBeGreaterThan(cost);
    expect(costOf(base, { price: 5 }, { price: 1, trust: 0 }, now)).toBeGreaterThan(
      costOf(base, { price: 1 }, { price: 1, trust: 0 }, now),
    );
    expect(costOf(base, { trust: 0.1 }, { price: 0, trust: 1 }, now)).toBeGreaterThan(
      costOf(base, { trust: 0.9 }, { price: 0, trust: 1 }, now),
    );
    expect(costOf(base, { price: 5, trust: 0.1 }, even, now)).toBe(cost);
  });
});
