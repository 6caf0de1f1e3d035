import { globSync, readFileSync } from 'node:fs';
import { expect, it } from 'vitest';

const ROOTS = 'src-{main,shared}/features/registry';
const SOURCES = [
  ...globSync(`${ROOTS}/{lookup,search}/*.ts`),
  ...globSync(`${ROOTS}/{network-entries,network-search}.ts`),
];

const thrown = [
  ...new Set(
    SOURCES.flatMap((path) =>
      [...readFileSync(path, 'utf8').matchAll(/AppError\(\s*'registry\.(\w+)'/g)].map(
        ([, code]) => code ?? '',
      ),
    ),
  ),
].sort();

it('finds what searching throws', () => {
  expect(thrown).toEqual(expect.arrayContaining(['bad_search', 'not_listed', 'search_busy', 'search_off']));
});

it.each(['en', 'ru', 'ar'])('has a sentence and advice in %s for every error of searching', (language) => {
  const words: { registry: Record<string, unknown> } = JSON.parse(
    readFileSync(`locales/${language}/errors.json`, 'utf8'),
  );
  for (const code of thrown)
    expect(words.registry[code], `registry.${code}`).toEqual({
      advice: expect.stringMatching(/\S/),
      message: expect.stringMatching(/\S/),
    });
});
