import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { createHistogram } from '#main/features/metrics/histogram.ts';
import { type CallOutcome, createMetrics } from '#main/features/metrics/index.ts';
import type { Traffic } from '#shared/features/metrics/contract.ts';
import { createVirtualClock } from '#test/support/virtual-clock.ts';

const call = (change: Partial<CallOutcome> = {}): CallOutcome => ({
  direction: 'local',
  failed: false,
  durationMs: 10,
  bytesIn: 0,
  bytesOut: 0,
  ...change,
});

describe('durations', () => {
  it('are told within a tenth, whatever they are', () => {
    const durations = fc.array(fc.double({ min: 0.2, max: 3_600_000, noNaN: true }), { minLength: 1 });
    fc.assert(
      fc.property(durations, fc.constantFrom(0.5, 0.95, 1), (values, q) => {
        const histogram = createHistogram();
        for (const value of values) histogram.add(value);
        const sorted = [...values].sort((a, b) => a - b);
        const exact = sorted[Math.max(1, Math.ceil(q * values.length)) - 1] as number;
        expect(histogram.quantile(q)).toBeGreaterThan(exact * 0.89);
        expect(histogram.quantile(q)).toBeLessThan(exact * 1.11);
      }),
    );
  });

  it('of nothing are unknown, and neither zero nor days do harm', () => {
    const histogram = createHistogram();
    expect(histogram.quantile(0.5)).toBeUndefined();
    histogram.add(0);
    histogram.add(9e12);
    histogram.add(Number.NaN);
    expect(histogram.quantile(0)).toBeGreaterThan(0);
    expect(histogram.quantile(1)).toBeGreaterThan(3_600_000);
  });
});

describe('traffic', () => {
  it('is counted by minute for an hour, and then only in the total', async () => {
    const clock = createVirtualClock();
    const metrics = createMetrics({ clock });
    metrics.noteCall(call({ direction: 'outgoing', bytesIn: 300, bytesOut: 20 }));
    await clock.advance(60_000);
    metrics.noteCall(call({ direction: 'incoming', failed: true, durationMs: 100 }));
    const { minutes } = metrics.traffic();
    expect(minutes.map(({ at }) => at)).toEqual([...minutes.map(({ at }) => at)].sort((a, b) => a - b));
    expect(minutes.at(-2)).toMatchObject({ outgoing: 1, bytesIn: 300, bytesOut: 20, errors: 0 });
    expect(minutes.at(-1)).toMatchObject({ incoming: 1, errors: 1 });
    await clock.advance(3_600_000);
    const later = metrics.traffic();
    expect(later.minutes.every(({ outgoing, incoming }) => outgoing + incoming === 0)).toBe(true);
    expect(later.total).toEqual({ calls: 2, errors: 1, bytesIn: 300, bytesOut: 20 });
  });

  it('of the moment is that of the two seconds that are over', async () => {
    const clock = createVirtualClock();
    const metrics = createMetrics({ clock });
    metrics.noteCall(call());
    expect(metrics.traffic().live.local).toBe(0);
    await clock.advance(2_000);
    expect(metrics.traffic().live.local).toBe(1);
    await clock.advance(2_000);
    expect(metrics.traffic().live.local).toBe(0);
  });

  it('is told again while something happens, and once a minute when nothing does', async () => {
    const clock = createVirtualClock();
    const metrics = createMetrics({ clock });
    const stop = new AbortController();
    const told: Traffic[] = [];
    const done = (async () => {
      for await (const traffic of metrics.watch(stop.signal)) told.push(traffic);
    })();
    await clock.advance(58_000);
    expect(told).toHaveLength(1);
    metrics.noteCall(call());
    await clock.advance(600_000);
    expect(told.length).toBeGreaterThan(10);
    expect(told.length).toBeLessThan(16);
    stop.abort();
    await done;
  });
});
