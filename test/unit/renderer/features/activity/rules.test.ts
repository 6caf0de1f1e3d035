import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import type { Invocation } from '#shared/features/relay/contract.ts';
import { HOPS } from '#shared/features/relay/hops.ts';
import { activityPath, everyCall, readView } from '../../../../../src-renderer/features/activity/address.ts';
import {
  barsOf,
  fits,
  joinCalls,
  keptArguments,
  namesIn,
  queryOf,
} from '../../../../../src-renderer/features/activity/rules.ts';

const call = (id: string, change: Partial<Invocation> = {}): Invocation => ({
  id,
  direction: 'local',
  startedAt: 1000,
  durationMs: 1,
  outcome: 'ok',
  method: 'tools/call',
  server: 'files',
  tool: 'read',
  requestBytes: 1,
  responseBytes: 1,
  ...change,
});

describe('the filter in the address', () => {
  it('is read as it was written, whatever was typed', () => {
    const words = fc.string({ minLength: 1 });
    const filters = fc.record(
      {
        direction: fc.constantFrom('local' as const, 'incoming' as const),
        outcome: fc.constantFrom('error' as const, 'ok' as const),
        server: words,
        tool: words,
        client: words,
        period: fc.constantFrom('any' as const, 'week' as const),
        text: fc.string(),
      },
      { requiredKeys: ['period', 'text'] },
    );
    fc.assert(
      fc.property(filters, (filter) => {
        const part = activityPath(filter, 'some-call').split('/')[2];
        expect(readView(part === 'some-call' ? undefined : part)).toEqual(filter);
      }),
    );
  });

  it('that makes no sense shows everything', () => {
    for (const part of [undefined, '', 'call-1', '+', '+outcome=maybe&period=aeon', '+%%%'])
      expect(readView(part)).toEqual(everyCall);
    expect(activityPath(everyCall)).toBe('/activity');
  });

  it('is asked of the node with the time that it means', () => {
    expect(queryOf({ period: 'hour', text: ' a ' }, 3_600_001)).toEqual({ text: 'a', since: 1 });
  });
});

describe('calls that end', () => {
  it('join the list once, newest first, and it stays bounded', () => {
    const older = [call('b', { startedAt: 2 }), call('a', { startedAt: 1 })];
    const joined = joinCalls([call('c', { startedAt: 3 }), call('b', { startedAt: 2 })], older, 2);
    expect(joined.map(({ id }) => id)).toEqual(['c', 'b']);
  });

  it('fit as the node would say', () => {
    expect(fits(call('a'), everyCall)).toBe(true);
    expect(fits(call('a'), { ...everyCall, text: 'REA' })).toBe(true);
    expect(fits(call('a'), { ...everyCall, outcome: 'error' })).toBe(false);
    expect(fits(call('a', { code: 'relay.busy' }), { ...everyCall, text: 'busy' })).toBe(true);
  });

  it('give the names of the choices, the chosen one included', () => {
    expect(namesIn([call('a'), call('b', { tool: 'add' })], 'tool', 'gone')).toEqual(['add', 'gone', 'read']);
  });
});

describe('a waterfall', () => {
  it('fills the whole and never leaves it, whatever took how long', () => {
    const hop = fc.record({
      hop: fc.constantFrom(...HOPS),
      ms: fc.double({ min: 0, max: 1e6, noNaN: true }),
    });
    fc.assert(
      fc.property(fc.array(hop), (hops) => {
        for (const { from, rest, to } of barsOf(hops)) {
          expect(from).toBeLessThanOrEqual(to);
          expect(to).toBeLessThanOrEqual(1.000001);
          expect(rest?.to ?? 0).toBeLessThanOrEqual(1.000001);
        }
      }),
    );
  });

  it('draws the network half before the provider and half after him', () => {
    const bars = barsOf([
      { hop: 'check', ms: 10 },
      { hop: 'network', ms: 40 },
      { hop: 'peerTool', ms: 40 },
      { hop: 'verify', ms: 10 },
    ]);
    expect(bars.map(({ from, to }) => [from, to])).toEqual([
      [0, 0.1],
      [0.1, 0.3],
      [0.3, 0.7],
      [0.9, 1],
    ]);
    expect(barsOf([{ hop: 'network', ms: 4 }])[0]).toEqual({ hop: 'network', ms: 4, from: 0, to: 1 });
    expect(bars[1]?.rest?.from).toBeCloseTo(0.7);
    expect(bars[1]?.rest?.to).toBeCloseTo(0.9);
  });
});

describe('what was sent', () => {
  it('can be sent again only where it is kept whole', () => {
    expect(keptArguments('{"name":"read","arguments":{"path":"a"}}')).toEqual({ path: 'a' });
    expect(keptArguments('{"name":"read"}')).toEqual({});
    expect(keptArguments('{"name":"rea…')).toBeUndefined();
    expect(keptArguments(undefined)).toBeUndefined();
  });
});
