import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import {
  decodeFault,
  decodeHello,
  encodeFault,
  encodeHello,
  MAX_HELLO_BYTES,
  rpcMajors,
} from '#shared/features/p2p/hello.ts';
import { commonFeatures, judgeMajors, negotiateVersion, retryDelay } from '#shared/features/p2p/rules.ts';
import { type CborValue, encodeCbor } from '#shared/kernel/canonical.ts';
import { createSeededRandom } from '#test/support/random.ts';

type CborRecord = Record<string, CborValue | undefined>;

describe('majors that a peer names', () => {
  const ours = { min: 2, max: 3 };
  it.each([
    [[], undefined],
    [[1], { ok: false, code: 'p2p.too_old' }],
    [[4, 9], { ok: false, code: 'p2p.too_new' }],
    [[1, 2, 3, 4], { ok: true, version: 3 }],
    [[1, 4], { ok: false, code: 'p2p.too_new' }],
  ])('%j', (theirs, judged) => {
    expect(judgeMajors(ours, theirs)).toEqual(judged);
  });

  it('are read from the names of protocols, and from nothing else', () => {
    const names = [
      '/toolswarm/rpc/1',
      '/toolswarm/rpc/12',
      '/toolswarm/rpc/0',
      '/toolswarm/rpc/1/x',
      '/ipfs/id/1.0.0',
    ];
    expect(rpcMajors(names)).toEqual([1, 12]);
  });
});

describe('version negotiation', () => {
  const range = fc
    .tuple(fc.integer({ min: 1, max: 20 }), fc.integer({ min: 1, max: 20 }))
    .map(([a, b]) => ({ min: Math.min(a, b), max: Math.max(a, b) }));

  it('agrees at both ends, on the highest version that both speak', () => {
    fc.assert(
      fc.property(range, range, (ours, theirs) => {
        const here = negotiateVersion(ours, theirs);
        const there = negotiateVersion(theirs, ours);
        expect(here.ok).toBe(there.ok);
        if (here.ok && there.ok) {
          expect(here.version).toBe(there.version);
          expect(here.version).toBe(Math.min(ours.max, theirs.max));
        } else if (!here.ok && !there.ok) expect(new Set([here.code, there.code]).size).toBe(2);
      }),
    );
  });

  it('says which end is behind', () => {
    expect(negotiateVersion({ min: 2, max: 3 }, { min: 1, max: 1 })).toEqual({
      ok: false,
      code: 'p2p.too_old',
    });
    expect(negotiateVersion({ min: 1, max: 1 }, { min: 2, max: 3 })).toEqual({
      ok: false,
      code: 'p2p.too_new',
    });
  });
});

it('features are those that both have', () => {
  expect(commonFeatures(['c', 'a', 'b'], ['b', 'c', 'd'])).toEqual(['b', 'c']);
});

it('retries slow down, within their jitter', () => {
  const random = createSeededRandom('retry');
  const around = [500, 1000, 2000, 4000, 8000, 16_000, 32_000, 60_000, 60_000];
  around.forEach((expected, index) => {
    const delay = retryDelay(index + 1, random);
    expect(delay).toBeGreaterThanOrEqual(expected * 0.8 - 1);
    expect(delay).toBeLessThanOrEqual(expected * 1.2 + 1);
  });
  expect(retryDelay(10_000, random)).toBeLessThanOrEqual(15 * 60_000 * 1.2);
});

describe('hello', () => {
  const hello = {
    min: 1,
    max: 1,
    features: ['x'],
    agent: 'toolswarm/0.1.0',
    limits: { window: 1 << 20, calls: 10, requestBytes: 1 << 20 },
    certificate: Uint8Array.of(1, 2, 3),
  };

  it('survives the way there, fields from the future included', () => {
    const future = { ...hello, shoeSize: 46 };
    expect(decodeHello(encodeHello(future))).toEqual(future);
  });

  it.each([
    ['no certificate', { certificate: undefined }],
    ['a certificate that is text', { certificate: 'me' }],
    ['an empty range', { min: 3, max: 2 }],
    ['a window of nothing', { limits: { ...hello.limits, window: 1 } }],
    ['an agent without end', { agent: 'x'.repeat(200) }],
    ['too many features', { features: Array.from({ length: 65 }, (_, index) => `f${index}`) }],
  ])('is refused with %s', (_name, change) => {
    const { certificate, ...rest } = { ...hello, ...change } as CborRecord;
    const said = certificate === undefined ? rest : { ...rest, certificate };
    const bytes = encodeCbor(said as CborValue);
    expect(() => decodeHello(bytes)).toThrow(expect.objectContaining({ code: 'p2p.malformed' }));
  });

  it('is refused unread when it is too large', () => {
    expect(() => decodeHello(new Uint8Array(MAX_HELLO_BYTES + 1))).toThrow(/too large/);
  });
});

describe('faults', () => {
  it('travel with code, sentence, advice and retryability, and nothing else', () => {
    const shape = { code: 'x.y', message: 'No.', advice: 'Wait.', retryable: true, details: { secret: 1 } };
    expect(decodeFault(encodeFault(shape))).toMatchObject({
      code: 'x.y',
      message: 'No.',
      advice: 'Wait.',
      retryable: true,
    });
    expect(decodeFault(encodeFault(shape)).details).toBeUndefined();
  });

  it('from hostile peers are cut short or refused', () => {
    const long = decodeFault(
      encodeCbor({ code: 'x', message: 'm'.repeat(9000), advice: '', retryable: false }),
    );
    expect(long.message).toHaveLength(1024);
    expect(() =>
      decodeFault(encodeCbor({ code: 'NOT a code', message: '', advice: '', retryable: false })),
    ).toThrow();
    expect(() => decodeFault(Uint8Array.of(0xff))).toThrow();
  });
});
