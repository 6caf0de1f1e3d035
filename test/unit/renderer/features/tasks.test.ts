import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { type TaskState, type TaskView, taskStateSchema } from '#shared/features/node/tasks.ts';
import {
  inOrder,
  isUnderway,
  measure,
  news,
  type Sample,
  sample,
  summarize,
} from '../../../../src-renderer/features/tasks/rules.ts';

const task = (part: Partial<TaskView> = {}): TaskView => ({
  id: 'a',
  kind: 'recovery.backup',
  state: 'active',
  startedAt: 0,
  cancellable: true,
  ...part,
});

/** Samples of a task that does `perSecond` for `seconds`, reporting four times a second. */
const steady = (perSecond: number, seconds: number): Sample[] => {
  let samples: Sample[] = [];
  for (let at = 0; at <= seconds * 1000; at += 250)
    samples = sample(samples, task({ done: (perSecond * at) / 1000 }), at);
  return samples;
};

describe('how far work is', () => {
  it('is a part of the whole, its rate, and the time that is left', () => {
    const found = measure(task({ done: 100, total: 300 }), steady(10, 10));
    expect(found.part).toBeCloseTo(1 / 3);
    expect(found.rate).toBeCloseTo(10);
    expect(found.leftMs).toBeCloseTo(20_000);
  });

  it('says nothing that nobody can know', () => {
    expect(measure(task(), [])).toEqual({});
    expect(measure(task({ done: 5 }), [])).toEqual({});
    expect(measure(task({ done: 5, total: 10 }), steady(5, 0.5))).toEqual({ part: 0.5 });
    expect(measure(task({ done: 0, total: 10 }), steady(0, 10))).toEqual({ part: 0, rate: 0 });
    expect(measure(task({ done: 1, total: 1e9 }), steady(1, 10)).leftMs).toBeUndefined();
    expect(measure(task({ done: 5, total: 10, state: 'stalled' }), steady(5, 10))).toEqual({ part: 0.5 });
  });

  it('begins anew when a count goes back, and forgets what is long ago', () => {
    const again = sample(steady(10, 5), task({ done: 0 }), 6000);
    expect(again).toEqual([{ at: 6000, done: 0 }]);
    expect(sample(steady(10, 5), task({ done: 99 }), 60_000)).toEqual([{ at: 60_000, done: 99 }]);
    expect(sample(steady(10, 5), task(), 6000)).toEqual([]);
  });

  it('stays within its bounds for any numbers', () => {
    const amount = fc.double({ min: 0, max: 1e12, noNaN: true });
    fc.assert(
      fc.property(
        fc.array(fc.tuple(amount, fc.integer({ min: 0, max: 5000 })), { maxLength: 100 }),
        amount,
        (reports, total) => {
          let samples: Sample[] = [];
          let now = 0;
          for (const [done, waitMs] of reports) {
            now += waitMs;
            const view = task({ done, total });
            samples = sample(samples, view, now);
            expect(samples.length).toBeLessThanOrEqual(40);
            const { part = 0, leftMs = 0, rate = 0 } = measure(view, samples);
            expect(part).toBeGreaterThanOrEqual(0);
            expect(part).toBeLessThanOrEqual(1);
            expect(leftMs).toBeGreaterThanOrEqual(0);
            expect(leftMs).toBeLessThanOrEqual(86_400_000);
            expect(rate).toBeGreaterThanOrEqual(0);
          }
        },
      ),
    );
  });
});

describe('the tray', () => {
  it('puts what is under way first, then what ended last', () => {
    const ids = inOrder([
      task({ id: 'old', state: 'done', endedAt: 5 }),
      task({ id: 'late', startedAt: 2 }),
      task({ id: 'new', state: 'failed', endedAt: 9 }),
      task({ id: 'early', startedAt: 1, state: 'stalled' }),
    ]).map(({ id }) => id);
    expect(ids).toEqual(['early', 'late', 'new', 'old']);
  });

  it('sums up only what it knows', () => {
    expect(summarize([])).toEqual({ underway: 0, failed: 0 });
    expect(summarize([task({ done: 1, total: 4 }), task({ done: 3, total: 4 })])).toEqual({
      underway: 2,
      failed: 0,
      part: 0.5,
    });
    expect(summarize([task({ done: 1, total: 4 }), task(), task({ state: 'failed' })])).toEqual({
      underway: 2,
      failed: 1,
    });
  });

  it('has news of beginnings, ends and standstills, and none of mere progress', () => {
    const now = [
      task({ id: 'a', done: 5 }),
      task({ id: 'b', state: 'done' }),
      task({ id: 'c', state: 'stalled' }),
    ];
    const before = [task({ id: 'a', done: 1 }), task({ id: 'b' }), task({ id: 'c' })];
    expect(news(before, now).map(({ id }) => id)).toEqual(['b', 'c']);
    expect(news([], [task()])).toHaveLength(1);
    expect(news([task({ state: 'stalled' })], [task({ state: 'active' })])).toEqual([]);
  });

  it('knows the end of every state', () => {
    const ends = taskStateSchema.options.filter((state: TaskState) => !isUnderway({ state }));
    expect(ends).toEqual(['done', 'failed', 'cancelled']);
  });
});
