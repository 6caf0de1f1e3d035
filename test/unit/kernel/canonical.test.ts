import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { fromHex, toHex } from '#shared/kernel/bytes.ts';
import {
  type CborValue,
  decodeCbor,
  encodeCbor,
  jcsBytes,
  MAX_CBOR_DEPTH,
} from '#shared/kernel/canonical.ts';

const malformed = expect.objectContaining({ code: 'kernel.malformed' });
const unencodable = expect.objectContaining({ code: 'kernel.unencodable' });
const text = fc
  .string({ unit: fc.oneof(fc.constantFrom('a', 'é', '中', '😀', '\ufeff', '\u0000'), fc.string()) })
  .filter((value) => value.isWellFormed() && !value.startsWith('\ufeff'));

const values = fc.letrec<{ value: CborValue }>((tie) => ({
  value: fc.oneof(
    { maxDepth: 6 },
    fc.constantFrom(null, true, false),
    fc.maxSafeInteger(),
    fc.bigInt({ min: -(2n ** 64n), max: 2n ** 64n - 1n }),
    text,
    fc.uint8Array(),
    fc.array(tie('value'), { maxLength: 6 }),
    fc.dictionary(text, tie('value'), { maxKeys: 6 }),
  ),
})).value;

/** Bigints that fit are numbers after decoding; one value, one form. */
const normal = (value: CborValue): CborValue => {
  if (typeof value === 'bigint') return Number.isSafeInteger(Number(value)) ? Number(value) : value;
  if (Array.isArray(value)) return value.map(normal);
  if (value === null || typeof value !== 'object' || value instanceof Uint8Array)
    return Object.is(value, -0) ? 0 : value;
  return Object.fromEntries(Object.entries(value).map(([key, item]) => [key, normal(item)]));
};

describe('CBOR', () => {
  test('what is encoded is decoded to the same value, whatever the order of keys', () => {
    fc.assert(
      fc.property(values, (value) => {
        const bytes = encodeCbor(value);
        expect(decodeCbor(bytes)).toEqual(normal(value));
        if (
          value === null ||
          typeof value !== 'object' ||
          Array.isArray(value) ||
          value instanceof Uint8Array
        )
          return;
        expect(encodeCbor(Object.fromEntries(Object.entries(value).reverse()))).toEqual(bytes);
      }),
    );
  });

  test('random bytes are refused or are exactly what their value encodes to', () => {
    const hostile = fc.oneof(
      fc.uint8Array({ maxLength: 40 }),
      fc.tuple(values, fc.nat(), fc.nat(255)).map(([value, position, byte]) => {
        const bytes = encodeCbor(value);
        bytes[position % bytes.length] = byte;
        return bytes;
      }),
    );
    fc.assert(
      fc.property(hostile, (bytes) => {
        let value: CborValue;
        try {
          value = decodeCbor(bytes);
        } catch (error) {
          expect(error).toEqual(malformed);
          return;
        }
        expect(toHex(encodeCbor(value))).toBe(toHex(bytes));
      }),
      { numRuns: 2000 },
    );
  });

  const nested = (depth: number, inner: CborValue = 1): CborValue =>
    depth === 0 ? inner : depth % 2 ? [nested(depth - 1, inner)] : { a: nested(depth - 1, inner) };

  test('nesting has the same bound on both sides', () => {
    const deepest = encodeCbor(nested(MAX_CBOR_DEPTH));
    expect(decodeCbor(deepest)).toEqual(nested(MAX_CBOR_DEPTH));
    for (const inner of [1, [], {}]) {
      expect(() => encodeCbor(nested(MAX_CBOR_DEPTH, [inner]))).toThrow(unencodable);
      expect(() => decodeCbor(Buffer.concat([Uint8Array.of(0x81), deepest]))).toThrow(malformed);
    }
    expect(decodeCbor(encodeCbor([nested(15), nested(15), [], {}]))).toBeDefined();
  });

  test.each([
    ['81', 1_000_000],
    ['a16161', 300_000],
    ['9a00000001', 200_000],
    ['bb0000000000000001' + '6161', 100_000],
  ])('a bomb of %s is refused without falling over', (head, times) => {
    expect(() => decodeCbor(fromHex(head.repeat(times)))).toThrow(malformed);
  });

  test.each<[string, unknown]>([
    ['floats', 1.5],
    ['unsafe integers', 2 ** 53],
    ['NaN', Number.NaN],
    ['large bigints', 2n ** 64n],
    ['undefined', undefined],
    ['holes', [undefined]],
    ['functions', () => 1],
    ['symbols', Symbol('a')],
    ['maps', new Map([['a', 1]])],
    ['dates', new Date()],
    ['other buffers', new Uint16Array(1)],
    ['lone surrogates', '\ud800'],
    ['lone surrogates in keys', { '\udfff': 1 }],
    ['byte order marks', '\ufeffa'],
  ])('%s have no encoding', (_, value) => {
    expect(() => encodeCbor(value as CborValue)).toThrow(unencodable);
    expect(() => encodeCbor({ a: [value as CborValue] })).toThrow(unencodable);
  });

  test('decoded bytes do not share memory with what was received', () => {
    const received = Buffer.from(encodeCbor([Uint8Array.of(1, 2)]));
    const [bytes] = decodeCbor(received) as [Uint8Array];
    received.fill(0);
    expect(bytes).toEqual(Uint8Array.of(1, 2));
  });

  test('a key called __proto__ is data', () => {
    const value = decodeCbor(fromHex('a1695f5f70726f746f5f5fa0')) as object;
    expect(Object.getPrototypeOf(value)).toBe(Object.prototype);
    expect(Object.keys(value)).toEqual(['__proto__']);
  });
});

describe('JCS', () => {
  test('does not depend on the order of keys', () => {
    fc.assert(
      fc.property(fc.jsonValue(), (value) => {
        const shuffled: unknown = JSON.parse(JSON.stringify(value), (_, item: unknown) =>
          item !== null && typeof item === 'object' && !Array.isArray(item)
            ? Object.fromEntries(Object.entries(item).reverse())
            : item,
        );
        const parsed = JSON.parse(JSON.stringify(value)) as never;
        expect(jcsBytes(shuffled as never)).toEqual(jcsBytes(parsed));
      }),
    );
  });

  test('deep values are no danger', () => {
    const depth = 100_000;
    expect(jcsBytes(JSON.parse('['.repeat(depth) + ']'.repeat(depth))).length).toBe(2 * depth);
  });

  test.each<[unknown]>([['\ud800'], [{ '\ud800': 1 }], [Number.NaN], [Infinity], [undefined], [1n]])(
    '%o has no canonical form',
    (value) => {
      expect(() => jcsBytes(value as never)).toThrow(expect.objectContaining({ code: 'kernel.not_json' }));
    },
  );
});
