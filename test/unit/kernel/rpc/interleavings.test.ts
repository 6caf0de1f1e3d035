import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { STREAM_CREDIT } from '#shared/kernel/rpc/index.ts';
import { createTestLink, settle } from './support.ts';

type Step =
  | { kind: 'add'; a: number; b: number }
  | { kind: 'wait'; cancelled: boolean }
  | { kind: 'count'; to: number; take: number };

const stepArbitrary: fc.Arbitrary<Step> = fc.oneof(
  fc.record({ kind: fc.constant('add' as const), a: fc.nat(1000), b: fc.nat(1000) }),
  fc.record({ kind: fc.constant('wait' as const), cancelled: fc.boolean() }),
  fc.record({ kind: fc.constant('count' as const), to: fc.nat(80), take: fc.nat(80) }),
);

type Link = ReturnType<typeof createTestLink>;

/** Performs one step and says how it ended; whatever the order of deliveries, only one answer is right. */
async function perform({ client }: Link, step: Step): Promise<unknown> {
  if (step.kind === 'add') return client['math.add']({ a: step.a, b: step.b });
  if (step.kind === 'wait') {
    const controller = new AbortController();
    const call = client['wait.forever']({}, { signal: controller.signal });
    if (step.cancelled) queueMicrotask(() => controller.abort());
    return call.catch((error: { code: string }) => error.code);
  }
  const taken: number[] = [];
  if (step.take === 0) return taken;
  for await (const { n } of client['count.up']({ to: step.to })) {
    taken.push(n);
    if (taken.length === step.take) break;
  }
  return taken;
}

const expected = (step: Step): unknown => {
  if (step.kind === 'add') return { sum: step.a + step.b };
  if (step.kind === 'wait') return step.cancelled ? 'contract.cancelled' : 'contract.disconnected';
  return Array.from({ length: Math.min(step.to, step.take) }, (_, n) => n);
};

describe('any interleaving of calls, cancellations and streams', () => {
  it('ends each of them exactly as if it were alone', async () => {
    await fc.assert(
      fc.asyncProperty(
        fc.array(stepArbitrary, { maxLength: 12 }),
        fc.scheduler(),
        async (steps, scheduler) => {
          const link = createTestLink(inOrder(scheduler));
          const endless = steps.filter((step) => step.kind === 'wait' && !step.cancelled);
          const finite = steps.filter((step) => !endless.includes(step));
          const outcomes = Promise.all(finite.map((step) => perform(link, step)));
          const left = Promise.all(endless.map((step) => perform(link, step)));
          const results = await scheduler.waitFor(outcomes);
          expect(results).toEqual(finite.map(expected));
          link.here.close();
          expect(await left).toEqual(endless.map(expected));
        },
      ),
      { numRuns: 150 },
    );
  });

  it('leaves nothing running once the channel closes, at whatever moment', async () => {
    await fc.assert(
      fc.asyncProperty(
        fc.array(stepArbitrary, { minLength: 1, maxLength: 12 }),
        fc.nat(60),
        fc.boolean(),
        async (steps, deliveries, fromCaller) => {
          const queue: Array<() => void> = [];
          const link = createTestLink((deliver) => queue.push(deliver));
          const outcomes = Promise.allSettled(steps.map((step) => perform(link, step)));
          for (let count = 0; count < deliveries; count += 1) {
            queue.shift()?.();
            await settle();
          }
          const { produced } = link.observed;
          (fromCaller ? link.here : link.there).close();
          for (const deliver of queue.splice(0)) deliver();
          await outcomes;
          await settle();
          expect(link.observed.produced - produced).toBeLessThanOrEqual(steps.length * STREAM_CREDIT);
          const after = link.observed.produced;
          await settle();
          expect(link.observed.produced).toBe(after);
        },
      ),
      { numRuns: 60 },
    );
  });
});

/** Deliveries happen when the scheduler says so, but those of one pair of ends stay in order, as on any channel. */
function inOrder(scheduler: fc.Scheduler): (deliver: () => void) => void {
  let last: Promise<unknown> = Promise.resolve();
  return (deliver) => {
    const turn = last;
    last = scheduler.schedule(Promise.resolve()).then(() => turn.then(deliver));
  };
}
