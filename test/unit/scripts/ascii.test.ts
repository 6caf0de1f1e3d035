import { runInThisContext } from 'node:vm';
import { decode, encode } from '@jridgewell/sourcemap-codec';
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { escapeWide, shifted } from '../../../scripts/lib/ascii.mjs';

describe('text of one byte a character', () => {
  it('means the same in strings, templates and patterns', () => {
    fc.assert(
      fc.property(fc.string({ unit: 'grapheme', minLength: 1 }), (text) => {
        const code = `[${JSON.stringify(text)}, \`${text.replaceAll(/[`\\$]/g, '\\$&')}\`]`;
        const escaped = escapeWide(code);
        expect(escaped).not.toMatch(/[^\0-\x7F]/);
        expect(runInThisContext(escaped)).toEqual(runInThisContext(code));
      }),
    );
    const pattern = runInThisContext(escapeWide('/^[а-я]😀$/u')) as RegExp;
    expect(['д😀', '\u0434\u{1F600}', 'd😀', 'д'].map((text) => pattern.test(text))).toEqual([
      true,
      true,
      false,
      false,
    ]);
  });

  it('moves what stands behind a longer character', () => {
    const mappings = encode([
      [
        [0, 0, 0, 0],
        [3, 0, 0, 3],
        [4, 0, 0, 4],
        [9, 0, 1, 0],
      ],
      [[2, 0, 2, 0]],
    ]);
    expect(decode(shifted(mappings, [[3, 7], []]))).toEqual([
      [
        [0, 0, 0, 0],
        [3, 0, 0, 3],
        [9, 0, 0, 4],
        [19, 0, 1, 0],
      ],
      [[2, 0, 2, 0]],
    ]);
  });
});
