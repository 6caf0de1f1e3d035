import fc from 'fast-check';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { createUsage, metricsMigrations, type Usage } from '#main/features/metrics/index.ts';
import { MAX_KEYS_A_DAY, MAX_REFUSED_KEYS_A_DAY, type UsedCall } from '#main/features/metrics/usage/keys.ts';
import { silentLog } from '#main/platform/log.ts';
import type { Database } from '#main/platform/sqlite.ts';
import { exportUsage } from '#shared/features/metrics/usage-export.ts';
import { memoryDatabase } from '#test/support/database.ts';
import { createVirtualClock } from '#test/support/virtual-clock.ts';

const DAY_MS = 86_400_000;
const NOON = Date.UTC(2026, 10, 23, 12);

const call = (change: Partial<UsedCall> = {}): UsedCall => ({
  startedAt: NOON,
  direction: 'incoming',
  outcome: 'ok',
  providerId: 'z6MkBob',
  server: 'files',
  tool: 'read',
  requestBytes: 10,
  responseBytes: 100,
  durationMs: 4,
  ...change,
});

let db: Database;
let clock: ReturnType<typeof createVirtualClock>;
let usage: Usage;
let keepDays: number;
const open = () => createUsage({ clock, db, log: silentLog }, { keepDays: () => keepDays });
const ask = (wanted: Partial<Parameters<Usage['query']>[0]> = {}) =>
  usage.query({ by: 'day', days: 30, limit: 1000, ...wanted });

beforeEach(() => {
  db = memoryDatabase(metricsMigrations);
  clock = createVirtualClock(NOON);
  keepDays = 400;
  usage = open();
});
afterEach(async () => {
  await usage.close();
  db.close();
});

describe('usage', () => {
  it('is summed by consumer, tool and day, and outlives a restart', async () => {
    usage.note(call());
    usage.note(call({ outcome: 'error', code: 'relay.timeout', responseBytes: 0, durationMs: 60 }));
    usage.note(call({ tool: 'write', startedAt: NOON - DAY_MS }));
    usage.note(call({ direction: 'outgoing', providerId: 'z6MkAnn', client: 'editor', cached: true }));
    await usage.close();
    usage = open();
    const read = { direction: 'incoming', providerId: 'z6MkBob', server: 'files', tool: 'read' };
    expect(ask({ by: 'each' }).items).toContainEqual({
      ...read,
      ...{
        day: '2026-11-23',
        calls: 2,
        errors: 1,
        cached: 0,
        requestBytes: 20,
        responseBytes: 100,
        durationMs: 64,
      },
    });
    expect(ask({ by: 'provider' }).items.map(({ calls, providerId }) => [providerId, calls])).toEqual([
      ['z6MkBob', 3],
      ['z6MkAnn', 1],
    ]);
    expect(ask({ by: 'tool', direction: 'incoming' }).items).toMatchObject([
      { server: 'files', tool: 'read', calls: 2 },
      { server: 'files', tool: 'write', calls: 1 },
    ]);
    expect(ask({ by: 'client', direction: 'outgoing' }).items).toMatchObject([
      { client: 'editor', cached: 1 },
    ]);
    expect(ask({ days: 1 })).toMatchObject({ from: '2026-11-23', to: '2026-11-23', total: { calls: 3 } });
    expect(ask({ limit: 1 })).toMatchObject({ more: true, total: { calls: 4 } });
  });

  it('of calls without any right names nobody’s inventions', () => {
    for (let index = 0; index < 50; index++)
      usage.note(
        call({ outcome: 'error', code: 'access.not_shared', server: `made-up-${index}`, tool: 'x' }),
      );
    expect(ask({ by: 'each' }).items).toMatchObject([{ providerId: 'z6MkBob', kind: 'refused', errors: 50 }]);
  });

  it('keeps so many names apart in a day and no more; of strangers who are refused far fewer', () => {
    for (let index = 0; index < 3 * MAX_REFUSED_KEYS_A_DAY; index++)
      usage.note(call({ providerId: `z6Mk${index}`, outcome: 'error', code: 'access.not_shared' }));
    expect(ask({ by: 'each', limit: 10_000 }).items).toHaveLength(MAX_REFUSED_KEYS_A_DAY + 1);
    expect(ask({ by: 'provider' }).items[0]).toMatchObject({
      kind: 'others',
      calls: 2 * MAX_REFUSED_KEYS_A_DAY,
    });
    for (let index = 0; index < 2 * MAX_KEYS_A_DAY; index++) usage.note(call({ tool: `tool-${index}` }));
    const { items, total } = ask({ by: 'each', limit: 10_000 });
    expect(items).toHaveLength(MAX_KEYS_A_DAY + 1);
    expect(total.calls).toBe(3 * MAX_REFUSED_KEYS_A_DAY + 2 * MAX_KEYS_A_DAY);
  });

  it('is as bounded after a restart within the day', async () => {
    for (let index = 0; index < MAX_KEYS_A_DAY; index++) usage.note(call({ tool: `tool-${index}` }));
    await usage.close();
    usage = open();
    usage.note(call({ tool: 'one-more' }));
    usage.note(call({ tool: 'tool-7' }));
    const { items } = ask({ by: 'each', limit: 10_000 });
    expect(items).toHaveLength(MAX_KEYS_A_DAY + 1);
    expect(items.find(({ tool }) => tool === 'tool-7')?.calls).toBe(2);
    expect(items.find(({ kind }) => kind === 'others')?.calls).toBe(1);
  });

  it('is kept for as many days as the operator says, and erased when he says so', async () => {
    usage.note(call({ startedAt: NOON - 10 * DAY_MS }));
    usage.note(call());
    keepDays = 10;
    await clock.advance(3_600_000);
    expect(ask({ days: 100 }).total.calls).toBe(1);
    usage.note(call());
    expect(usage.erase()).toBe(1);
    expect(ask({ days: 100 })).toMatchObject({ items: [], total: { calls: 0 } });
  });

  it('follows a provider who has another key', () => {
    usage.note(call());
    usage.note(call({ providerId: 'z6MkNew' }));
    usage.follow('z6MkBob', 'z6MkNew');
    expect(ask({ by: 'provider' }).items).toMatchObject([{ providerId: 'z6MkNew', calls: 2 }]);
  });

  it('sums to the same by whatever it is asked, and loses nothing', () => {
    const calls = fc.array(
      fc.record({
        startedAt: fc.integer({ min: 0, max: 20 }).map((ago) => NOON - ago * DAY_MS),
        direction: fc.constantFrom('local', 'outgoing', 'incoming'),
        outcome: fc.constantFrom('ok', 'error', 'tool_error', 'cancelled'),
        code: fc.constantFrom('relay.busy', 'access.blocked'),
        providerId: fc.constantFrom('z6MkAnn', 'z6MkBob'),
        server: fc.constantFrom('files', 'mail'),
        tool: fc.constantFrom('read', 'write'),
        responseBytes: fc.nat(5000),
      }),
    );
    fc.assert(
      fc.property(
        calls,
        fc.constantFrom('day', 'provider', 'client', 'server', 'tool', 'each'),
        (some, by) => {
          usage.erase();
          for (const one of some) usage.note(call(one as Partial<UsedCall>));
          const { items, total } = ask({ by });
          const sum = (of: (item: (typeof items)[number]) => number) =>
            items.reduce((all, item) => all + of(item), 0);
          expect(total.calls).toBe(some.length);
          expect(sum((item) => item.calls)).toBe(some.length);
          expect(sum((item) => item.responseBytes)).toBe(
            some.reduce((all, one) => all + one.responseBytes, 0),
          );
        },
      ),
      { numRuns: 50 },
    );
  });

  it('loses nothing while the store takes nothing for a while', async () => {
    usage.note(call());
    db.exec('ALTER TABLE usage_days RENAME TO away');
    await clock.advance(20_000);
    db.exec('ALTER TABLE away RENAME TO usage_days');
    expect(ask().total.calls).toBe(1);
  });
});

it('an export names every column and runs nothing', () => {
  const item = {
    ...ask().total,
    day: '2026-11-23',
    direction: 'incoming' as const,
    providerName: '=cmd()',
    calls: 2,
  };
  expect(exportUsage([item], 'csv').split('\r\n')).toEqual([
    'day,direction,kind,provider,provider_name,client,server,tool,calls,errors,cached,request_bytes,response_bytes,duration_ms',
    "2026-11-23,incoming,,,'=cmd(),,,,2,0,0,0,0,0",
    '',
  ]);
  expect(JSON.parse(exportUsage([item], 'json'))).toMatchObject([{ day: '2026-11-23', calls: 2 }]);
});
