import fc from 'fast-check';
import { expect, test } from 'vitest';
import {
  concatBytes,
  equalBytes,
  fromBase64Url,
  fromHex,
  fromMultibase58,
  fromUtf8,
  toBase32,
  toBase64Url,
  toHex,
  toMultibase58,
  utf8,
} from '#shared/kernel/bytes.ts';

test('each text form gives the bytes back and agrees with the platform', () => {
  fc.assert(
    fc.property(fc.uint8Array({ maxLength: 100 }), (bytes) => {
      expect(fromHex(toHex(bytes))).toEqual(bytes);
      expect(fromBase64Url(toBase64Url(bytes))).toEqual(bytes);
      expect(fromMultibase58(toMultibase58(bytes))).toEqual(bytes);
      expect(toHex(bytes)).toBe(Buffer.from(bytes).toString('hex'));
      expect(toBase64Url(bytes)).toBe(Buffer.from(bytes).toString('base64url'));
      expect(toBase32(bytes)).toMatch(/^[a-z2-7]*$/);
    }),
  );
});

test.each(['0', 'zz', 'AA', ' 00'])('%j is no hex', (text) => expect(() => fromHex(text)).toThrow(TypeError));

test.each(['AB', 'AA=', 'A A', '+/8', 'A'])('%j is no canonical base64url', (text) =>
  expect(() => fromBase64Url(text)).toThrow(SyntaxError),
);

test('text is UTF-8 or refused', () => {
  expect(fromUtf8(utf8('é😀'))).toBe('é😀');
  expect(() => fromUtf8(Uint8Array.of(0xff))).toThrow(TypeError);
});

test('concatenation and equality', () => {
  const a = Uint8Array.of(1);
  expect(concatBytes(a, new Uint8Array(), Uint8Array.of(2, 3))).toEqual(Uint8Array.of(1, 2, 3));
  expect(equalBytes(a, Uint8Array.of(1))).toBe(true);
  expect(equalBytes(a, Uint8Array.of(2))).toBe(false);
  expect(equalBytes(a, Uint8Array.of(1, 0))).toBe(false);
});
