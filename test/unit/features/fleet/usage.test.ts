import fc from 'fast-check';
import { expect, it } from 'vitest';
import { mergeUsage } from '#shared/features/fleet/usage.ts';
import type { UsageAnswer, UsageItem } from '#shared/features/metrics/usage.ts';

const count = fc.nat(1000);
const sums = fc.record({
  calls: count,
  errors: count,
  cached: count,
  requestBytes: count,
  responseBytes: count,
  durationMs: count,
});
const item = fc
  .tuple(sums, fc.constantFrom('2026-11-22', '2026-11-23'), fc.constantFrom('local', 'incoming'))
  .map(([all, day, direction]): UsageItem => ({ ...all, day, direction: direction as 'local' }));
const answer = fc.array(item, { maxLength: 6 }).map((items): UsageAnswer => {
  // Each node tells everything that is about the same as one.
  const unique = [...new Map(items.map((one) => [`${one.day}${one.direction}`, one])).values()];
  const total = unique.reduce(
    (sum, one) => ({ ...sum, calls: sum.calls + one.calls, errors: sum.errors + one.errors }),
    { calls: 0, errors: 0, cached: 0, requestBytes: 0, responseBytes: 0, durationMs: 0 },
  );
  return { from: '2026-11-22', to: '2026-11-23', items: unique, total, more: false };
});

it('the usage of all nodes is the sum of theirs, each matter once, in whatever order they answer', () => {
  fc.assert(
    fc.property(fc.array(answer, { minLength: 1, maxLength: 4 }), (answers) => {
      const merged = mergeUsage(answers, 'day', 100);
      const reversed = mergeUsage(answers.toReversed(), 'day', 100);
      const calls = (items: UsageItem[]) => items.reduce((sum, one) => sum + one.calls, 0);
      expect(calls(merged.items)).toBe(answers.reduce((sum, { total }) => sum + total.calls, 0));
      expect(merged.total).toEqual(reversed.total);
      expect(merged.total.calls).toBe(calls(merged.items));
      const about = merged.items.map(({ day, direction }) => `${day} ${direction}`);
      expect(new Set(about).size).toBe(about.length);
      expect(about.map((one) => one.slice(0, 10))).toEqual(
        about
          .map((one) => one.slice(0, 10))
          .sort()
          .reverse(),
      );
      expect(mergeUsage(answers, 'day', 1).items.length).toBeLessThanOrEqual(1);
    }),
  );
});
