import fc from 'fast-check';
import { expect, it } from 'vitest';
import { MAX_TIME_LEFT_MS, mannerSchema, PRIORITIES } from '#shared/features/relay/manner.ts';
import { PRIORITY_META, TIME_LEFT_META, urgencyOf } from '#shared/features/relay/urgency.ts';
import type { JsonValue } from '#shared/kernel/canonical.ts';

const said = (priority: unknown, timeLeftMs: unknown, spentMs = 0) =>
  urgencyOf(
    { _meta: { [PRIORITY_META]: priority as JsonValue, [TIME_LEFT_META]: timeLeftMs as JsonValue } },
    spentMs,
  );

it('a call of which nothing is said has a person waiting for it, and no end', () => {
  expect(urgencyOf({}, 0)).toEqual({ priority: 'interactive' });
  expect(urgencyOf({ _meta: null }, 0)).toEqual({ priority: 'interactive' });
});

it('what the client says is passed on, less what was spent here', () => {
  expect(said('bulk', 500, 120.5)).toEqual({ priority: 'bulk', timeLeftMs: 379 });
  expect(said('background', 500, 900)).toEqual({ priority: 'background', timeLeftMs: 1 });
});

it('what makes no sense is left aside', () => {
  for (const nonsense of [-1, 0, Number.NaN, Number.POSITIVE_INFINITY, '500', null, {}])
    expect(said('urgent', nonsense)).toEqual({ priority: 'interactive' });
  expect(said('bulk', 1e300)).toEqual({ priority: 'bulk', timeLeftMs: MAX_TIME_LEFT_MS });
});

it('whatever a client says, providers understand it', () => {
  fc.assert(
    fc.property(
      fc.oneof(fc.constantFrom(...PRIORITIES), fc.anything()),
      fc.oneof(fc.double(), fc.anything()),
      fc.double({ min: 0, noNaN: true }),
      (priority, timeLeftMs, spentMs) => {
        const urgency = said(priority, timeLeftMs, spentMs);
        expect(mannerSchema.parse(urgency)).toEqual(urgency);
      },
    ),
  );
});
