import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { best, fit, plain, scoreOf } from '../../../../src-renderer/features/palette/rules.ts';

const titles = (words: string[], typed: string) =>
  best([{ id: 'all', items: words.map((title) => ({ title })), most: 10 }], typed).flatMap(({ items }) =>
    items.map(({ title }) => title),
  );

describe('what fits what is typed', () => {
  it('prefers whole words to scattered letters, and early places to late ones', () => {
    expect(titles(['Servers', 'everything', 'Never mind'], 'eve')[0]).toBe('everything');
    expect(titles(['Add a server', 'Servers'], 'serv')).toEqual(['Servers', 'Add a server']);
    expect(titles(['Activity', 'AI clients', 'Catalog'], 'ac')[0]).toBe('Activity');
  });

  it('takes the first letters of words', () => {
    expect(titles(['Use the dark theme', 'Untidy'], 'udt')).toEqual(['Use the dark theme']);
  });

  it('forgives accents, vowel signs and case', () => {
    expect(plain('Crème ÉCLAIR')).toBe('creme eclair');
    expect(fit('انس', 'إنْس')).toBeGreaterThan(0);
    expect(fit(plain('الشبكة'), 'الشَّبكة')).toBeGreaterThan(0);
    expect(fit(plain('йод'), 'Йод')).toBeGreaterThan(0);
  });

  it('looks into keywords, which count less', () => {
    const found = best(
      [
        {
          id: 'all',
          items: [{ title: 'Каталог', keywords: 'catalog' }, { title: 'catalog' }, { title: 'Сеть' }],
          most: 10,
        },
      ],
      'cat',
    );
    expect(found[0]?.items.map(({ title }) => title)).toEqual(['catalog', 'Каталог']);
  });

  it('puts the group with the best first, keeps what was found elsewhere, and leaves out the empty', () => {
    const group = (id: string, items: string[], given = false) => ({
      id,
      items: items.map((title) => ({ title })),
      most: 2,
      given,
    });
    const found = best(
      [
        group('pages', ['Network']),
        group('servers', ['git', 'github', 'gitlab']),
        group('tools', ['x'], true),
      ],
      'git',
    );
    expect(found.map(({ group: { id }, items }) => [id, items.length])).toEqual([
      ['servers', 2],
      ['tools', 1],
    ]);
  });

  it('finds every text by any of its letters in order, and all of them by nothing', () => {
    fc.assert(
      fc.property(fc.string({ minLength: 1 }), fc.array(fc.boolean()), (text, keep) => {
        const typed = Array.from(plain(text))
          .filter((letter, at) => keep[at] && letter.trim() !== '')
          .join('');
        expect(scoreOf({ title: text }, typed) === undefined && typed !== '').toBe(false);
        expect(scoreOf({ title: text }, '')).toBe(0);
      }),
    );
  });
});
