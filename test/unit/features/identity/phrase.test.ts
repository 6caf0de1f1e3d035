import { hkdfSync } from 'node:crypto';
import fc from 'fast-check';
import { expect, test } from 'vitest';
import { entropyOfPhrase, phraseOf, rootSeedOf } from '#shared/features/identity/phrase.ts';
import { toHex } from '#shared/kernel/bytes.ts';

const entropy = fc.uint8Array({ minLength: 32, maxLength: 32 });
const bad = (message: RegExp) =>
  expect.objectContaining({ code: 'identity.bad_phrase', message: expect.stringMatching(message) });

test('words and entropy are the same thing, however they are typed', () => {
  fc.assert(
    fc.property(entropy, (bytes) => {
      const words = phraseOf(bytes);
      expect(words).toHaveLength(24);
      expect(entropyOfPhrase(words)).toEqual(bytes);
      expect(entropyOfPhrase([`  ${words.join('\n\t ').toUpperCase()} `])).toEqual(bytes);
    }),
  );
});

test('the derivation never changes', () => {
  expect(phraseOf(new Uint8Array(32)).join(' ')).toBe(`${'abandon '.repeat(23)}art`);
  const platform = hkdfSync('sha256', new Uint8Array(32), '', 'toolswarm/identity/root-seed/1', 32);
  expect(rootSeedOf(new Uint8Array(32))).toEqual(new Uint8Array(platform));
  expect(toHex(rootSeedOf(new Uint8Array(32)))).toBe(
    'bd35e4fee20201cce7babb23c1b98616023280c29f53164f40a5244fcde6a94e',
  );
});

test('what is wrong is said', () => {
  const words = phraseOf(new Uint8Array(32).fill(9));
  expect(() => entropyOfPhrase(words.slice(1))).toThrow(bad(/24 words; these are 23/));
  expect(() => entropyOfPhrase(words.with(4, 'toolswarm').with(7, 'x'))).toThrow(bad(/number 5, 8/));
  const swapped = words.with(0, words[1] as string).with(1, words[0] as string);
  expect(() => entropyOfPhrase(swapped)).toThrow(bad(/changed places/));
  expect(() => entropyOfPhrase([])).toThrow(bad(/these are 0/));
});
