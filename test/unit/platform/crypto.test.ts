import { Point } from '@noble/ed25519';
import * as noble from '@noble/ed25519';
import { sha512 } from '@noble/hashes/sha2.js';
import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { createSigner, createVerify, MAX_CACHED_KEYS } from '#main/platform/crypto.ts';
import { concatBytes, fromHex, toHex, utf8 } from '#shared/kernel/bytes.ts';
import { isStrictKey, verifyEd25519 } from '#shared/kernel/ed25519.ts';
import { createSeededRandom } from '#test/support/random.ts';

const random = createSeededRandom('crypto');
const verify = createVerify();
const L = 2n ** 252n + 27742317777372353535851937790883648493n;
const toLittleEndian = (value: bigint): Uint8Array =>
  fromHex(value.toString(16).padStart(64, '0')).toReversed();
const fromLittleEndian = (bytes: Uint8Array): bigint => BigInt(`0x${toHex(bytes.toReversed())}`);
const challenge = (r: Uint8Array, key: Uint8Array, message: Uint8Array): bigint =>
  fromLittleEndian(sha512(concatBytes(r, key, message))) % L;

noble.hashes.sha512 = sha512;
/** The library as browsers and SDKs would use it alone. */
const libraryVerdict = (key: Uint8Array, signature: Uint8Array, message: Uint8Array): boolean => {
  try {
    return noble.verify(signature, message, key, { zip215: false });
  } catch {
    return false;
  }
};

/** The eight points whose order divides the cofactor. */
const TORSION = Array.from({ length: 8 }, (_, times) => {
  const eighth = Point.fromHex('26e8958fc2b227b045c3f489f2ef98f0d5dfac05d3c63339b13802886d53fc05');
  return times === 0 ? Point.ZERO : eighth.multiply(BigInt(times), false);
});

describe('one verdict everywhere', () => {
  const verdictOf = (key: Uint8Array, signature: Uint8Array, message: Uint8Array): boolean => {
    const verdicts = [verify(key, signature, message), verifyEd25519(key, signature, message)];
    if (verdicts[0] !== verdicts[1]) throw new Error(`node and browser differ: ${verdicts.join(', ')}`);
    return verdicts[0] as boolean;
  };

  test('honest signatures hold; anything changed does not', () => {
    const bytes = fc.uint8Array({ maxLength: 64 });
    fc.assert(
      fc.property(
        fc.uint8Array({ minLength: 32, maxLength: 32 }),
        bytes,
        fc.nat(511),
        (seed, message, bit) => {
          const { publicKey, sign } = createSigner(seed);
          const signature = sign(message);
          expect(verdictOf(publicKey, signature, message)).toBe(true);
          expect(libraryVerdict(publicKey, signature, message)).toBe(true);
          const changed = signature.slice();
          changed[bit >> 3] = (changed[bit >> 3] as number) ^ (1 << (bit & 7));
          expect(verdictOf(publicKey, changed, message)).toBe(false);
          expect(libraryVerdict(publicKey, changed, message)).toBe(false);
          expect(verdictOf(publicKey, signature, concatBytes(message, Uint8Array.of(0)))).toBe(false);
        },
      ),
      { numRuns: 30 },
    );
  });

  test('malleable signatures, s + L, are refused', () => {
    const { publicKey, sign } = createSigner(random.bytes(32));
    const signature = sign(utf8('m'));
    const s = fromLittleEndian(signature.slice(32));
    const again = concatBytes(signature.slice(0, 32), toLittleEndian(s + L));
    expect(verdictOf(publicKey, again, utf8('m'))).toBe(false);
    expect(libraryVerdict(publicKey, again, utf8('m'))).toBe(false);
  });

  test('keys of small order sign everything, so they sign nothing', () => {
    for (const point of TORSION)
      for (const flip of [0, 0x80]) {
        const key = point.toBytes();
        key[31] = (key[31] as number) ^ flip;
        for (const r of TORSION)
          for (const message of [utf8('a'), utf8('b'), utf8('c')]) {
            const signature = concatBytes(r.toBytes(), new Uint8Array(32));
            expect(verdictOf(key, signature, message)).toBe(false);
            expect(libraryVerdict(key, signature, message)).toBe(false);
          }
      }
  });

  test('keys in another form than the canonical one are refused', () => {
    const p = 2n ** 255n - 19n;
    for (let offset = 0n; offset < 19n; offset++)
      for (const sign of [0n, 2n ** 255n]) {
        const key = toLittleEndian(p + offset + sign);
        expect(isStrictKey(key)).toBe(false);
        expect(verdictOf(key, new Uint8Array(64), utf8('m'))).toBe(false);
      }
  });

  test('points with a part of small order count without the cofactor', () => {
    const secret = fromLittleEndian(random.bytes(32)) % L;
    const nonce = fromLittleEndian(random.bytes(32)) % L;
    let divided = 0;
    for (const inKey of TORSION)
      for (const inR of TORSION)
        for (let attempt = 0; attempt < 4; attempt++) {
          const message = Uint8Array.of(attempt);
          const key = Point.BASE.multiply(secret).add(inKey).toBytes();
          const r = Point.BASE.multiply(nonce).add(inR).toBytes();
          const s = (nonce + challenge(r, key, message) * secret) % L;
          const signature = concatBytes(r, toLittleEndian(s));
          if (libraryVerdict(key, signature, message) !== verdictOf(key, signature, message)) divided++;
        }
    // The library alone multiplies by the cofactor: this is why the kernel has its own rule.
    expect(divided).toBeGreaterThan(0);
  });

  test('random keys and signatures get the same answer', () => {
    const bytes = (length: number) => fc.uint8Array({ minLength: length, maxLength: length });
    fc.assert(
      fc.property(bytes(32), bytes(64), (key, signature) => {
        expect(verdictOf(key, signature, utf8('m'))).toBe(false);
      }),
      { numRuns: 50 },
    );
  });

  test.each([0, 31, 33, 63, 65])('%i bytes are no key and no signature', (length) => {
    const { publicKey, sign } = createSigner(random.bytes(32));
    expect(verdictOf(new Uint8Array(length), sign(utf8('m')), utf8('m'))).toBe(false);
    expect(verdictOf(publicKey, new Uint8Array(length), utf8('m'))).toBe(false);
  });
});

test('RFC 8032, test 2', () => {
  const seed = fromHex('4ccd089b28ff96da9db6c346ec114e0f5b8a319f35aba624da8cf6ed4fb8a6fb');
  const { publicKey, sign } = createSigner(seed);
  expect(toHex(publicKey)).toBe('3d4017c3e843895a92b70aa74d1b7ebc9c982ccf2ec4968cc0cd55f12af4660c');
  expect(toHex(sign(Uint8Array.of(0x72)))).toBe(
    '92a009a9f0d4cab8720e820b5f642540a2b27b5416503f8fb3762223ebdb69da085ac1e43e15996e458f3613d0f11d8c387b2eaeb4302aeeb00d291612bb0c00',
  );
});

test('the cache of keys forgets the oldest, not the answer', () => {
  const small = createVerify(2);
  const signers = Array.from({ length: 5 }, () => createSigner(random.bytes(32)));
  for (let turn = 0; turn < 2; turn++)
    for (const { publicKey, sign } of signers)
      expect(small(publicKey, sign(utf8('m')), utf8('m'))).toBe(true);
  expect(MAX_CACHED_KEYS).toBeLessThanOrEqual(4096);
});

test('a seed of another length is a fault', () => {
  expect(() => createSigner(new Uint8Array(31))).toThrow(
    expect.objectContaining({ code: 'crypto.bad_seed' }),
  );
});
