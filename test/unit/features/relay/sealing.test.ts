import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { openFrame, sealFrame, sessionKeys } from '#main/features/relay/seal/cipher.ts';
import {
  type Clear,
  createReplayWindow,
  decodeSealedRequest,
  encodeFault,
  encodeSealedRequest,
  faultIn,
  isSealed,
  pad,
  paddedLength,
  sealedLength,
  type SealedKind,
  unpad,
  WINDOW,
} from '#shared/features/relay/sealing.ts';
import { utf8 } from '#shared/kernel/bytes.ts';
import { AppError } from '#shared/kernel/errors.ts';

const bytes = (min: number, max = min) => fc.uint8Array({ minLength: min, maxLength: max });
const keysOf = (secret: Uint8Array) => sessionKeys(secret, new Uint8Array(32), utf8('session'));
const clear: Clear = {
  server: 'files',
  tool: 'read',
  fingerprint: 'ab'.repeat(32),
  manner: { key: 'AAAAAAAAAAAAAAAAAAAAAA' },
  seal: { session: '0'.repeat(32), call: 3 },
};
const { toProvider: key, toConsumer } = keysOf(new Uint8Array(32));
const place = { clear, kind: 'request' as SealedKind, frame: 0 };
const codeOf = (work: () => unknown): string => {
  try {
    work();
    return 'ok';
  } catch (error) {
    return error instanceof AppError ? error.code : String(error);
  }
};

describe('a frame', () => {
  it('opens to what was sealed', () => {
    fc.assert(
      fc.property(bytes(0, 3_000), (content) => {
        expect(openFrame(key, place, sealFrame(key, place, content))).toEqual(content);
      }),
    );
  });

  it('does not open when any bit of it is turned over', () => {
    fc.assert(
      fc.property(bytes(0, 600), fc.nat(), fc.integer({ min: 0, max: 7 }), (content, at, bit) => {
        const sealed = sealFrame(key, place, content);
        sealed[at % sealed.length] = (sealed[at % sealed.length] as number) ^ (1 << bit);
        expect(codeOf(() => openFrame(key, place, sealed))).toBe('relay.seal_broken');
      }),
    );
  });

  it('does not open when it is cut or made longer', () => {
    const sealed = sealFrame(key, place, utf8('hello'));
    for (let length = 0; length < sealed.length; length += 7)
      expect(codeOf(() => openFrame(key, place, sealed.subarray(0, length)))).toBe('relay.seal_broken');
    const longer = Uint8Array.of(...sealed, 0);
    expect(codeOf(() => openFrame(key, place, longer))).toBe('relay.seal_broken');
  });

  it('opens at no other place: another server, tool, definition, call key, call, frame, kind, direction or session', () => {
    const sealed = sealFrame(key, place, utf8('hello'));
    const elsewhere: Array<[Uint8Array, typeof place]> = [
      [key, { ...place, clear: { ...clear, server: 'other' } }],
      [key, { ...place, clear: { ...clear, tool: 'write' } }],
      [key, { ...place, clear: { ...clear, fingerprint: 'cd'.repeat(32) } }],
      [key, { ...place, clear: { ...clear, manner: { key: 'BAAAAAAAAAAAAAAAAAAAAA' } } }],
      [key, { ...place, clear: { ...clear, seal: { ...clear.seal, call: 4 } } }],
      [key, { ...place, frame: 1 }],
      [key, { ...place, kind: 'answer' }],
      [toConsumer, place],
      [keysOf(new Uint8Array(32).fill(1)).toProvider, place],
    ];
    for (const [other, at] of elsewhere)
      expect(codeOf(() => openFrame(other, at, sealed))).toBe('relay.seal_broken');
  });

  it('lets whoever carries it say how urgent it is and under which grant he has it made', () => {
    const sealed = sealFrame(key, place, utf8('hello'));
    const manner = { ...clear.manner, priority: 'bulk' as const, grant: 'ef'.repeat(32), timeLeftMs: 5 };
    expect(openFrame(key, { ...place, clear: { ...clear, manner } }, sealed)).toEqual(utf8('hello'));
  });

  it('has keys that depend on everything that the session was opened with', () => {
    const secret = new Uint8Array(32).fill(7);
    const nonce = new Uint8Array(32).fill(8);
    const ids = [
      sessionKeys(secret, nonce, utf8('one')),
      sessionKeys(secret, nonce, utf8('two')),
      sessionKeys(secret, new Uint8Array(32), utf8('one')),
      sessionKeys(new Uint8Array(32), nonce, utf8('one')),
    ].map(({ id }) => id);
    expect(new Set(ids).size).toBe(4);
  });
});

describe('lengths', () => {
  it('are hidden in buckets that cost an eighth at most, or up to twice where little is sent', () => {
    fc.assert(
      fc.property(fc.integer({ min: 0, max: 60 << 20 }), (length) => {
        const padded = paddedLength(length);
        expect(padded).toBeGreaterThanOrEqual(length);
        expect(padded).toBeLessThanOrEqual(Math.max(256, length <= 65_536 ? 2 * length : length * 1.125 + 1));
        expect(paddedLength(padded)).toBe(padded);
      }),
    );
    const buckets = new Set(Array.from({ length: 65_536 }, (_, length) => paddedLength(length)));
    expect(buckets.size).toBe(9);
  });

  it('come back as they were', () => {
    fc.assert(
      fc.property(bytes(0, 2_000), (content) => {
        expect(unpad(pad(content))).toEqual(content);
      }),
    );
    expect(codeOf(() => unpad(Uint8Array.of(255, 255, 255, 255)))).toBe('relay.malformed');
    expect(codeOf(() => unpad(new Uint8Array(3)))).toBe('relay.malformed');
  });

  it('never make a frame larger than can travel, nor smaller than what is in it', () => {
    for (const length of [1 << 20, 8 << 20, 63 << 20]) {
      expect(sealedLength(length)).toBeGreaterThanOrEqual(length + 22);
      expect(sealedLength(length)).toBeLessThanOrEqual(64 << 20);
    }
  });
});

describe('the window', () => {
  it('lets every call through once, however they overtake each other within it', () => {
    fc.assert(
      fc.property(fc.array(fc.nat(4 * WINDOW), { maxLength: 400 }), (calls) => {
        const window = createReplayWindow();
        const seen = new Set<number>();
        let highest = -1;
        for (const call of calls) {
          const expected = !seen.has(call) && call > highest - WINDOW;
          expect(window.isFresh(call)).toBe(expected);
          if (!expected) continue;
          window.note(call);
          seen.add(call);
          highest = Math.max(highest, call);
        }
      }),
    );
  });

  it('lets nothing through that is older than it', () => {
    const window = createReplayWindow();
    window.note(5 * WINDOW);
    expect(window.isFresh(4 * WINDOW)).toBe(false);
    expect(window.isFresh(4 * WINDOW + 1)).toBe(true);
    window.note(2 ** 40);
    expect(window.isFresh(5 * WINDOW + 1)).toBe(false);
  });
});

describe('a request', () => {
  it('is read as it was written, and is never mistaken for JSON', () => {
    fc.assert(
      fc.property(bytes(16, 500), (ciphertext) => {
        const frame = encodeSealedRequest(clear, ciphertext);
        expect(isSealed(frame)).toBe(true);
        expect(decodeSealedRequest(frame)).toEqual({ clear, ciphertext });
      }),
    );
    expect(isSealed(utf8('{"server":"files"}'))).toBe(false);
  });

  it('that is noise is refused by name', () => {
    fc.assert(
      fc.property(bytes(0, 300), (noise) => {
        expect(codeOf(() => decodeSealedRequest(Uint8Array.of(0x53, 1, ...noise)))).toBe('relay.malformed');
      }),
    );
  });
});

it('a refusal travels whole; what is none is not read as one', () => {
  const refusal = new AppError('relay.rate_limited', 'Slower.', {
    advice: 'Wait.',
    retryable: true,
    details: { retryAfterMs: 5 },
  });
  expect(faultIn(encodeFault(refusal))).toMatchObject({
    code: 'relay.rate_limited',
    message: 'Slower.',
    advice: 'Wait.',
    retryable: true,
    details: { retryAfterMs: 5 },
  });
  expect(faultIn(utf8('{"result":{"fault":1}}'))).toBeUndefined();
  expect(codeOf(() => faultIn(utf8('{"fault":{"code":1}}')))).toBe('relay.malformed');
});
