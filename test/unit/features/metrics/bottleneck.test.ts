import { describe, expect, it } from 'vitest';
import { createBottlenecks } from '#main/features/metrics/index.ts';
import { type Bottleneck, bottleneckOf, type TimeOn } from '#shared/features/metrics/bottleneck.ts';
import { createVirtualClock } from '#test/support/virtual-clock.ts';

const none = { rate: 0, full: 0, late: 0, shed: 0 };
const numbers = (change: Partial<Bottleneck['numbers']> = {}): Bottleneck['numbers'] => ({
  sinceMs: 60_000,
  calls: 1000,
  cpuShare: 0.2,
  loopShare: 0.2,
  loopDelayMs: 2,
  running: 3,
  maxRunning: 256,
  waiting: 0,
  refused: none,
  ...change,
});
const found = (change: Partial<Bottleneck['numbers']>, times: TimeOn[] = []) => {
  const { numbers: _, share: _share, ...named } = bottleneckOf({ numbers: numbers(change), times });
  return named;
};
const full = { running: 256, waiting: 30 };

describe('what limits now', () => {
  it('is nothing where nothing happens, or no cause stands out', () => {
    expect(found({ calls: 0 })).toEqual({ resource: 'nothing', state: 'none' });
    const even: TimeOn[] = [
      { resource: 'server', subject: 'a', ms: 4 },
      { resource: 'server', subject: 'b', ms: 4 },
      { resource: 'network', subject: 'z', ms: 4 },
    ];
    expect(found({}, even)).toEqual({ resource: 'nothing', state: 'none' });
    expect(found({ calls: 3 }, even.slice(0, 1))).toEqual({ resource: 'nothing', state: 'none' });
  });

  it('is a limit of the operator where it refuses more than a few', () => {
    expect(found({ refused: { ...none, rate: 400 } })).toEqual({ resource: 'limit', state: 'full' });
    expect(found({ refused: { ...none, rate: 2 } }).resource).toBe('nothing');
    expect(found({ calls: 0, refused: { ...none, rate: 9 } }).resource).toBe('limit');
    expect(found({ running: 4, waiting: 11 })).toEqual({ resource: 'limit', state: 'full' });
  });

  it('is the thread where it is busy or late, and the policy where that keeps it busy', () => {
    const tool: TimeOn = { resource: 'server', subject: 'a', ms: 90 };
    expect(found({ loopShare: 0.97 }, [tool])).toEqual({ resource: 'eventLoop', state: 'full' });
    expect(found({ loopDelayMs: 250 }, [tool])).toEqual({ resource: 'eventLoop', state: 'full' });
    expect(found({ loopShare: 0.97 }, [tool, { resource: 'policy', ms: 60 }])).toEqual({
      resource: 'policy',
      state: 'full',
    });
  });

  it('is who holds the places, not the waiting for them; the places themselves where many hold them', () => {
    const waits: TimeOn = { resource: 'places', ms: 900 };
    const times: TimeOn[] = [
      waits,
      { resource: 'server', subject: 'slow', ms: 90 },
      { resource: 'policy', ms: 9 },
    ];
    expect(found(full, times)).toEqual({ resource: 'server', state: 'full', subject: 'slow' });
    const many = ['a', 'b', 'c'].map((subject): TimeOn => ({ resource: 'server', subject, ms: 30 }));
    expect(found(full, [waits, ...many])).toEqual({ resource: 'places', state: 'full' });
  });

  it.each<[TimeOn['resource'], string, 'full' | 'slowest']>([
    ['network', 'z6MkFar', 'slowest'],
    ['provider', 'z6MkFar', 'slowest'],
    ['providerQueue', 'z6MkFar', 'full'],
    ['server', 'files', 'slowest'],
    ['serverQueue', 'files', 'full'],
  ])('is %s where most of the time goes there', (resource, subject, state) => {
    const times: TimeOn[] = [
      { resource: 'policy', ms: 10 },
      { resource, subject, ms: 60 },
    ];
    expect(found({}, times)).toEqual({ resource, subject, state });
  });
});

describe('the evidence', () => {
  it('is that of the last minute, by server here and by provider elsewhere', async () => {
    const clock = createVirtualClock();
    let refused = { ...none };
    const bottlenecks = createBottlenecks({
      clock,
      door: () => ({ running: 1, maxRunning: 2, waiting: 0, refused }),
      process: () => ({ cpuShare: 0.1, loopShare: 0.1, loopDelayMs: 1 }),
    });
    const far = {
      direction: 'outgoing' as const,
      server: 'weather',
      providerId: 'z6MkFar',
      hops: [
        { hop: 'check', ms: 1 },
        { hop: 'network', ms: 40 },
        { hop: 'peerTool', ms: 9 },
        { hop: 'constructor', ms: 1e9 },
      ],
    };
    for (let index = 0; index < 10; index++) bottlenecks.note(far);
    expect(bottlenecks.report()).toMatchObject({ resource: 'network', subject: 'z6MkFar', share: 0.8 });
    await clock.advance(65_000);
    expect(bottlenecks.report()).toMatchObject({ resource: 'nothing', numbers: { calls: 0 } });
    refused = { ...none, rate: 50 };
    expect(bottlenecks.report().resource).toBe('limit');
    await clock.advance(65_000);
    expect(bottlenecks.report()).toMatchObject({ resource: 'nothing', numbers: { refused: none } });
    await bottlenecks.close();
  });

  it('holds so many names and no more', async () => {
    const bottlenecks = createBottlenecks({
      clock: createVirtualClock(),
      door: () => ({ running: 0, maxRunning: 1, waiting: 0, refused: none }),
      process: () => ({ cpuShare: 0, loopShare: 0, loopDelayMs: 0 }),
    });
    for (let index = 0; index < 5000; index++)
      bottlenecks.note({ direction: 'local', server: `s${index}`, hops: [{ hop: 'tool', ms: 1 }] });
    const report = bottlenecks.report();
    expect(report).toMatchObject({ resource: 'server', share: 0.9 });
    expect(report.subject).toBeUndefined();
    await bottlenecks.close();
  });
});
