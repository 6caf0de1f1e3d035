import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { normalizeName, uniqueName } from '#main/features/servers/import/names.ts';
import { looksSecret } from '#main/features/servers/import/secrets.ts';
import { SERVER_NAME } from '#shared/kernel/ids.ts';

describe('names of imported servers', () => {
  it('are valid and distinct, whatever they were', () => {
    fc.assert(
      fc.property(fc.array(fc.string({ unit: 'grapheme' }), { maxLength: 40 }), (names) => {
        const taken = new Set<string>();
        for (const name of names) {
          const unique = uniqueName(normalizeName(name), (one) => taken.has(one));
          expect(unique).toMatch(SERVER_NAME);
          expect(taken.has(unique)).toBe(false);
          taken.add(unique);
        }
      }),
    );
  });
});

describe('secrets by their looks', () => {
  it.each([
    ['API_KEY', 'x', true],
    ['githubToken', 'x', true],
    ['X-Api-Key', 'x', true],
    ['apikey', 'x', true],
    ['DB_PASSWORD', 'x', true],
    ['Authorization', 'x', true],
    ['PLAIN', 'ghp_abcdef', true],
    ['PLAIN', 'Bearer abc', true],
    ['KEYBOARD', 'us', false],
    ['MONKEY', 'george', false],
    ['AUTHOR', 'me', false],
    ['LOG_LEVEL', 'debug', false],
  ])('%s=%s: %s', (name, value, secret) => {
    expect(looksSecret(name, value)).toBe(secret);
  });
});
