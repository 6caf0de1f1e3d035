import { describe, expect, it } from 'vitest';
import type { UsageItem } from '#shared/features/metrics/usage.ts';
import { loadState, meanMs, seriesOf, sortItems } from '../../../../src-renderer/features/metrics/rules.ts';

const item = (change: Partial<UsageItem> = {}): UsageItem => ({
  direction: 'incoming',
  calls: 10,
  errors: 1,
  cached: 0,
  requestBytes: 5,
  responseBytes: 6,
  durationMs: 40,
  ...change,
});

describe('the chart of usage', () => {
  it('has every day from the first to the last, directions apart and failures together', () => {
    const items = [
      item({ day: '2026-03-01' }),
      item({ day: '2026-02-27', direction: 'local', calls: 3 }),
      item({ day: '2026-03-01', direction: 'outgoing', calls: 2 }),
      item({ day: '2025-01-01' }),
    ];
    const series = seriesOf(items, '2026-02-27', '2026-03-01');
    expect(series.times.map((at) => new Date(at).toISOString().slice(0, 13))).toEqual([
      '2026-02-27T12',
      '2026-02-28T12',
      '2026-03-01T12',
    ]);
    expect(series).toMatchObject({
      local: [3, 0, 0],
      outgoing: [0, 0, 2],
      incoming: [0, 0, 10],
      errors: [1, 0, 2],
    });
  });
});

it('rows are sorted by number or name, and a mean of nothing is nothing', () => {
  const items = [item({ tool: 'b', calls: 1 }), item({ tool: 'a', calls: 9 })];
  const name = ({ tool = '' }: UsageItem) => tool;
  expect(sortItems(items, 'calls', true, name).map(name)).toEqual(['a', 'b']);
  expect(sortItems(items, 'mean', true, name).map(name)).toEqual(['b', 'a']);
  expect(sortItems(items, 'who', true, name).map(name)).toEqual(['b', 'a']);
  expect(meanMs({ calls: 0, durationMs: 0 })).toBe(0);
});

it('the load is told as what it means', () => {
  const load = { running: 0, maxRunning: 4, waiting: 0, maxWaiting: 100, holdMs: 1 };
  expect(loadState(load)).toBe('quiet');
  expect(loadState({ ...load, running: 4 })).toBe('busy');
  expect(loadState({ ...load, running: 2, waiting: 3 })).toBe('limited');
  expect(loadState({ ...load, running: 4, waiting: 3 })).toBe('waiting');
  expect(loadState({ ...load, running: 4, waiting: 60 })).toBe('overloaded');
});
