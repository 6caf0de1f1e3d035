import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import {
  followRotations,
  judgeRotation,
  MAX_ROTATION_CHAIN,
  signCertificate,
  signRotation,
  verifyCertificate,
  verifyRotation,
} from '#shared/features/identity/rules.ts';
import { createSigner, createVerify } from '#main/platform/crypto.ts';
import { createSeededRandom } from '#test/support/random.ts';

const random = createSeededRandom('rules');
const verify = createVerify();
const now = 1_800_000_000_000;
const [root, heir, node] = Array.from({ length: 3 }, () => createSigner(random.bytes(32))) as [
  ReturnType<typeof createSigner>,
  ReturnType<typeof createSigner>,
  ReturnType<typeof createSigner>,
];

describe('hostile bytes', () => {
  const rotation = signRotation(root, heir, { seq: 1, issuedAt: now });
  const certificate = signCertificate(heir, {
    nodePublicKey: node.publicKey,
    label: 'Ada',
    seq: 1,
    issuedAt: now,
    rotations: [rotation],
  });
  const changed = (bytes: Uint8Array) =>
    fc.tuple(fc.nat(bytes.length - 1), fc.integer({ min: 1, max: 255 })).map(([index, mask]) => {
      const copy = bytes.slice();
      copy[index] = (copy[index] as number) ^ mask;
      return copy;
    });

  test('no changed byte of a certificate or rotation is accepted', () => {
    expect(verifyCertificate(certificate, { now, verify }).ok).toBe(true);
    fc.assert(
      fc.property(changed(certificate), changed(rotation), (first, second) => {
        expect(verifyCertificate(first, { now, verify }).ok).toBe(false);
        expect(verifyRotation(second, { now, verify }).ok).toBe(false);
      }),
      { numRuns: 300 },
    );
  });

  test('anything else is refused as a value, never by falling over', () => {
    fc.assert(
      fc.property(fc.uint8Array({ maxLength: 9000 }), (bytes) => {
        expect(verifyCertificate(bytes, { now, verify })).toEqual({ ok: false, reason: 'malformed' });
        expect(verifyRotation(bytes, { now, verify })).toEqual({ ok: false, reason: 'malformed' });
      }),
    );
  });
});

describe('chains', () => {
  const chain = new Map(Array.from({ length: 100 }, (_, index) => [`p${index}`, `p${index + 1}`]));
  const next = (id: string) => chain.get(id);

  test('are followed so far and no further', () => {
    expect(followRotations('p98', next)).toBe('p100');
    expect(followRotations('stranger', next)).toBe('stranger');
    expect(followRotations('p0', next)).toBe(`p${MAX_ROTATION_CHAIN}`);
    const circle = (id: string) => (id === 'a' ? 'b' : 'a');
    expect(followRotations('a', circle)).toBe('a');
  });

  test('a rotation is new, known, a conflict or a circle', () => {
    expect(judgeRotation({ from: 'p100', to: 'x' }, next)).toBe('new');
    expect(judgeRotation({ from: 'p3', to: 'p4' }, next)).toBe('known');
    expect(judgeRotation({ from: 'p3', to: 'x' }, next)).toBe('conflict');
    expect(judgeRotation({ from: 'p100', to: 'p60' }, next)).toBe('cycle');
  });
});
