import { readdirSync, readFileSync } from 'node:fs';
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { CONFUSABLE } from '#shared/features/registry/confusable-table.ts';
import { areConfusable, skeletonOf } from '#shared/features/registry/confusables.ts';

const LISTS = new URL('../../../relevance/tools/', import.meta.url);
const realTools = () =>
  readdirSync(LISTS).flatMap((file) => {
    const { tools } = JSON.parse(readFileSync(new URL(file, LISTS), 'utf8')) as {
      tools: Array<{ name: string; description?: string }>;
    };
    return tools;
  });

/** Pairs that would be warned of, as `a~b`. */
function pairsOf(names: readonly string[]): string[] {
  const all = [...new Set(names)].sort();
  const alike = Map.groupBy(all, skeletonOf);
  return [...alike.values()]
    .flatMap((group) => group.flatMap((a, n) => group.slice(n + 1).map((b): [string, string] => [a, b])))
    .filter(([a, b]) => areConfusable(a, b))
    .map((pair) => pair.join('~'))
    .sort();
}

describe('names that look alike', () => {
  it.each([
    ['filesystem', 'fi1esystem'],
    ['filesystem', 'fiIesystem'],
    ['filesystem', 'file-system'],
    ['mail', 'mai1'],
    ['mail', 'ma1l'],
    ['mail', 'maIl'],
    ['mail', 'ma\u0456l'],
    ['listIssues', 'list_issues'],
    ['paypal', 'paypa1'],
    ['paypal', 'paypaI'],
    ['paypal', '\u0440\u0430ypal'],
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
    ['mail', 'mall'],
    ['fails', 'falls'],
    ['file', 'flle'],
    ['tail', 'tall'],
    ['notes', 'votes'],
    ['Анна', 'Инна'],
    ['notes', 'notes'],
  ])('%s and %s do not', (a, b) => expect(areConfusable(a, b)).toBe(false));

  it('are none among the names of real tools, nor among the words of their descriptions but for digits', () => {
    const tools = realTools();
    expect(tools.length).toBeGreaterThan(900);
    expect(pairsOf(tools.map(({ name }) => name.toLowerCase()))).toEqual([]);
    const words = tools.flatMap(
      ({ description = '', name }) => `${name} ${description}`.toLowerCase().match(/[a-z0-9]+/g) ?? [],
    );
    expect(pairsOf(words)).toEqual(['10~io', '1~i', 'a1~ai']);
  });

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
