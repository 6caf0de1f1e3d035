import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { createHopClock } from '#main/features/relay/hop-clock.ts';
import { p2pFaults } from '#shared/features/p2p/errors.ts';
import { RELAY_ERRORS } from '#shared/features/relay/errors.ts';
import {
  type FailedCall,
  failingHop,
  HOPS,
  type Hop,
  reportOf,
  reportSchema,
  splitRemote,
} from '#shared/features/relay/hops.ts';
import { callResponseSchema, decodeMessage, encodeMessage } from '#shared/features/relay/messages.ts';
import { utf8 } from '#shared/kernel/bytes.ts';

const directions = ['local', 'outgoing', 'incoming'] as const;
const sum = (hops: readonly Hop[]) => hops.reduce((total, { ms }) => total + ms, 0);

/** Time that a test moves by hand. */
function handClock() {
  let at = 1234.5678;
  return { monotonic: () => at, pass: (ms: number) => void (at += ms) };
}

describe('the hops of a call', () => {
  it('are together the whole time, however it is cut', () => {
    const step = fc.record({
      hop: fc.constantFrom(...HOPS),
      ms: fc.double({ min: 0, max: 5000, noNaN: true }),
    });
    fc.assert(
      fc.property(fc.array(step, { maxLength: 12 }), (steps) => {
        const clock = handClock();
        const hops = createHopClock(clock);
        for (const { hop, ms } of steps) {
          hops.begin(hop);
          clock.pass(ms);
        }
        const done = hops.finish();
        expect(done.every(({ ms }) => ms >= 0)).toBe(true);
        expect(sum(done)).toBeCloseTo(
          steps.reduce((total, { ms }) => total + ms, 0),
          2,
        );
      }),
    );
  });

  it('begin with the endpoint where it noted when the request had arrived', () => {
    const clock = handClock();
    const arrivedAt = clock.monotonic();
    clock.pass(3);
    const hops = createHopClock(clock, arrivedAt);
    hops.begin('queue');
    hops.begin('tool');
    clock.pass(40);
    expect(hops.finish()).toEqual([
      { hop: 'endpoint', ms: 3 },
      { hop: 'queue', ms: 0 },
      { hop: 'tool', ms: 40 },
    ]);
  });

  it('of the provider are his to tell, and the rest is the network', () => {
    const clock = handClock();
    const hops = createHopClock(clock);
    hops.begin('remote');
    clock.pass(100);
    hops.answered([
      { hop: 'check', ms: 1 },
      { hop: 'tool', ms: 69 },
    ]);
    clock.pass(2);
    expect(hops.finish()).toEqual([
      { hop: 'check', ms: 0 },
      { hop: 'network', ms: 30 },
      { hop: 'peerCheck', ms: 1 },
      { hop: 'peerTool', ms: 69 },
      { hop: 'verify', ms: 2 },
    ]);
  });

  it('of a provider who says nothing, or more than was waited for, stay one', () => {
    expect(splitRemote(50, undefined)).toEqual([{ hop: 'remote', ms: 50 }]);
    expect(splitRemote(50, [])).toEqual([{ hop: 'remote', ms: 50 }]);
    expect(splitRemote(50, [{ hop: 'tool', ms: 51 }])).toEqual([{ hop: 'remote', ms: 50 }]);
  });

  it('leave this node only as far as they are its own', () => {
    const hops = HOPS.map((hop) => ({ hop, ms: 1 }));
    expect(reportOf(hops).map(({ hop }) => hop)).toEqual(['check', 'queue', 'start', 'tool']);
  });
});

describe('the report in the answer of a provider', () => {
  const result = { content: [] };

  it('is written so (frozen)', () => {
    const bytes = encodeMessage({ result, hops: [{ hop: 'tool', ms: 12.5 }] });
    expect(new TextDecoder().decode(bytes)).toBe(
      '{"result":{"content":[]},"hops":[{"hop":"tool","ms":12.5}]}',
    );
    expect(new TextDecoder().decode(encodeMessage({ result }))).toBe('{"result":{"content":[]}}');
  });

  it('may be absent: older nodes do not write it', () => {
    expect(decodeMessage(callResponseSchema, utf8('{"result":{"content":[]}}'))).toEqual({ result });
    expect(decodeMessage(callResponseSchema, utf8('{"error":{"code":-32602,"message":"no"}}'))).toEqual({
      error: { code: -32602, message: 'no' },
    });
  });

  it('never costs the answer, whatever it is', () => {
    fc.assert(
      fc.property(fc.jsonValue(), (hops) => {
        const message = decodeMessage(callResponseSchema, utf8(JSON.stringify({ result, hops })));
        expect(message).toMatchObject({ result });
        expect(reportSchema.safeParse(message.hops).success).toBe(true);
      }),
    );
    for (const ms of [-1, 1e300, '5', null])
      expect(
        decodeMessage(callResponseSchema, utf8(JSON.stringify({ result, hops: [{ hop: 'tool', ms }] }))).hops,
      ).toBeUndefined();
  });
});

describe('the hop at which a call failed', () => {
  const named = (call: FailedCall) => failingHop(call);

  it('is named for every code of the documented tables, whichever way the call went', () => {
    for (const code of [...Object.keys(RELAY_ERRORS), ...Object.keys(p2pFaults)])
      for (const direction of directions) {
        const hop = named({ code, direction });
        expect([...HOPS, 'client'], code).toContain(hop);
        if (direction !== 'outgoing') expect(hop, code).not.toMatch(/^(peer|remote)/);
      }
  });

  it.each([
    ['relay.unreachable', 'outgoing', 'connect'],
    ['relay.not_approved', 'outgoing', 'check'],
    ['relay.invalid_arguments', 'outgoing', 'check'],
    ['access.not_shared', 'outgoing', 'peerCheck'],
    ['access.not_shared', 'incoming', 'check'],
    ['relay.invalid_result', 'outgoing', 'verify'],
    ['relay.busy', 'outgoing', 'peerQueue'],
    ['relay.busy', 'local', 'queue'],
    ['relay.cancelled', 'local', 'client'],
    ['servers.start_timeout', 'local', 'start'],
    ['servers.start_timeout', 'outgoing', 'peerStart'],
    ['servers.exited', 'local', 'tool'],
    ['mcp.-32602', 'outgoing', 'peerTool'],
    ['mcp.-32602', 'local', 'tool'],
    [undefined, 'outgoing', 'peerTool'],
    [undefined, 'incoming', 'tool'],
  ] as const)('%s of an %s call is %s', (code, direction, hop) => {
    expect(named({ code, direction })).toBe(hop);
  });

  it('of silence, or of a code that nobody knows, is where the call stood', () => {
    const hops = [
      { hop: 'check', ms: 1 },
      { hop: 'start', ms: 300_000 },
    ] as const;
    expect(named({ code: 'relay.timeout', direction: 'local', hops })).toBe('start');
    expect(named({ code: 'someone.elses', direction: 'local', hops })).toBe('start');
    expect(named({ code: 'someone.elses', direction: 'local' })).toBe('check');
  });
});
