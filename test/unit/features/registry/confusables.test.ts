import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { CONFUSABLE } from '#shared/features/registry/confusable-table.ts';
import { areConfusable, skeletonOf } from '#shared/features/registry/confusables.ts';

describe('names that look alike', () => {
  it.each([
    ['filesystem', 'fi1esystem'],
    ['filesystem', 'fiIesystem'],
    ['filesystem', 'file-system'],
    ['github', 'git_hub'],
    ['modern', 'modem'],
    ['tools', 't00ls'],
    ['wave', 'vvave'],
    ['paypal', 'р\u0430yp\u0430l'],
    ['Anna', '\u0410nna'],
    ['Anna', 'Ánna'],
    ['read', 'ｒｅａｄ'],
    ['read', 'r\u200bead'],
    ['Boris', '\ud835\udc01oris'],
  ])('%s and %s', (a, b) => expect(areConfusable(a, b)).toBe(true));

  it.each([
    ['filesystem', 'files'],
    ['weather', 'whether'],
    ['notes', 'votes'],
    ['Анна', 'Инна'],
    ['notes', 'notes'],
  ])('%s and %s do not', (a, b) => expect(areConfusable(a, b)).toBe(false));

  it('have a skeleton that is its own, whatever letters were put in', () => {
    const pairs = Object.entries(CONFUSABLE).flatMap(([text, characters]) =>
      Array.from(characters, (character): [string, string] => [character, text]),
    );
    for (const [character, text] of pairs) expect(skeletonOf(`a${character}b`)).toBe(skeletonOf(`a${text}b`));
    fc.assert(
      fc.property(fc.string({ unit: 'binary', maxLength: 40 }), (name) => {
        const skeleton = skeletonOf(name);
        expect(skeletonOf(skeleton)).toBe(skeletonOf(skeletonOf(skeleton)));
        expect(skeletonOf(name.toUpperCase().toLowerCase())).toBe(skeletonOf(name.toLowerCase()));
      }),
    );
  });
});
