import * as fc from 'fast-check';
import { expect, it } from 'vitest';
import {
  type Bucket,
  fullBucket,
  type Rate,
  refilled,
  taken,
  waitFor,
} from '#shared/features/relay/buckets.ts';

const rates = fc.record({
  perMinute: fc.integer({ min: 1, max: 1_000_000 }),
  burst: fc.integer({ min: 1, max: 10_000 }),
});

it('gives no more than the burst and what the time brought, however it is drawn on', () => {
  const draws = fc.array(fc.record({ after: fc.nat(60_000), amount: fc.integer({ min: 1, max: 50 }) }), {
    maxLength: 100,
  });
  fc.assert(
    fc.property(rates, draws, (rate: Rate, steps) => {
      let bucket: Bucket = fullBucket(rate, 0);
      let now = 0;
      let given = 0;
      for (const { after, amount } of steps) {
        now += after;
        bucket = refilled(bucket, rate, now);
        if (amount > rate.burst || waitFor(bucket, rate, amount) > 0) continue;
        bucket = taken(bucket, amount);
        given += amount;
      }
      expect(given).toBeLessThanOrEqual(rate.burst + (now * rate.perMinute) / 60_000 + 1e-6);
    }),
  );
});

it('says exactly when enough is there, debts included', () => {
  fc.assert(
    fc.property(
      rates,
      fc.integer({ min: 0, max: 100_000 }),
      fc.integer({ min: 0, max: 50 }),
      (rate, debt, amount) => {
        const bucket = taken(fullBucket(rate, 0), debt);
        const wait = waitFor(bucket, rate, amount);
        expect(waitFor(refilled(bucket, rate, wait), rate, amount)).toBeLessThanOrEqual(1);
        if (wait > 1) expect(waitFor(refilled(bucket, rate, wait - 2), rate, amount)).toBeGreaterThan(0);
      },
    ),
  );
});

it('does not run backwards with the clock', () => {
  const rate = { perMinute: 60, burst: 10 };
  expect(refilled({ tokens: 5, at: 1_000 }, rate, 0).tokens).toBe(5);
});
