import { describe, expect, it } from 'vitest';
import { descriptions } from '#scripts/check/descriptions.ts';
import { locales } from '#scripts/check/locales.ts';
import { faultTexts } from '#scripts/check/fault-texts.ts';
import { usedTexts } from '#scripts/check/used-texts.ts';
import { findingsOf } from './fixture.ts';

const json = (texts: unknown) => JSON.stringify(texts, null, 2);

describe('languages', () => {
  const compare = (en: unknown, language: string, other: unknown) =>
    findingsOf(locales, { 'locales/en/home.json': json(en), [`locales/${language}/home.json`]: json(other) });

  it('agree when each has every key with the same placeholders', async () => {
    const en = { title: 'Hello {{name}}', nested: { text: 'See <1>this</1>' } };
    expect(await compare(en, 'ru', { title: '{{ name }}, привет', nested: { text: '<1>Это</1>' } })).toEqual(
      [],
    );
  });

  it('lack nothing, add nothing, leave nothing empty', async () => {
    const found = await compare({ a: 'A', b: { c: 'C' }, d: 'D' }, 'ru', { a: 'А', d: ' ', x: 'Х' });
    expect(found).toEqual([
      'locales/ru/home.json has no "b.c"',
      'locales/ru/home.json:3 "d" is empty',
      'locales/ru/home.json:4 "x" is not among the keys of en, or no plural form here',
    ]);
  });

  it('have the same placeholders and tags', async () => {
    const found = await compare({ a: '{{count, number}} of {{all}}' }, 'ru', { a: '{{count}} из {{total}}' });
    expect(found).toEqual([
      'locales/ru/home.json:2 "a" has the placeholders [{{count}} {{total}}], en has [{{all}} {{count}}]',
    ]);
  });

  it('have the plural forms of CLDR, and may speak one and two', async () => {
    const en = { tool_one: '{{count}} tool', tool_other: '{{count}} tools' };
    const ar = ['zero', 'one', 'two', 'few', 'many', 'other'].map((form) => [
      `tool_${form}`,
      form === 'one' || form === 'two' || form === 'zero' ? 'أداة' : '{{count}} أدوات',
    ]);
    expect(await compare(en, 'ar', Object.fromEntries(ar))).toEqual([]);
    expect(await compare(en, 'ar', Object.fromEntries(ar.slice(0, 4)))).toEqual([
      'locales/ar/home.json has no "tool_many"',
      'locales/ar/home.json has no "tool_other"',
    ]);
    expect(await compare(en, 'zh', { tool_one: '工具', tool_other: '{{count}} 工具' })).toHaveLength(1);
    const withoutNumber = Object.fromEntries(ar.map(([key]) => [key, 'أدوات']));
    expect(await compare(en, 'ar', withoutNumber)).toHaveLength(3);
  });

  it('have the same files', async () => {
    const files = { 'locales/en/home.json': '{}', 'locales/ru/other.json': '{}' };
    expect(await findingsOf(locales, files)).toEqual([
      'locales/en/home.json is missing in ru',
      'locales/ru/other.json en has no other.json',
    ]);
  });
});

describe('descriptions for translators', () => {
  const describeTexts = (en: unknown, notes?: unknown) =>
    findingsOf(descriptions, {
      'locales/en/home.json': json(en),
      ...(notes === undefined ? {} : { 'locales/descriptions.json': json(notes) }),
    });

  it('cover each text, and of a plural its general form', async () => {
    const en = { title: 'Home', nested: { tools_one: '1', tools_other: 'n' } };
    const notes = { 'home:title': 'Title of the first page.', 'home:nested.tools_other': 'How many tools.' };
    expect(await describeTexts(en, notes)).toEqual([]);
  });

  it('are reported where they are missing, empty, or about no text', async () => {
    const notes = { 'home:b': ' ', 'home:gone': 'Was here.', 'home:c_one': 'Not the general form.' };
    const en = { a: 'A', b: 'B', c_one: '1', c_other: 'n' };
    expect(await describeTexts(en, notes)).toEqual([
      'locales/descriptions.json:2 "home:b" is empty',
      'locales/descriptions.json:3 "home:gone" describes no text',
      'locales/descriptions.json:4 "home:c_one" describes no text',
      'locales/en/home.json locales/descriptions.json says nothing about "home:a"',
      'locales/en/home.json locales/descriptions.json says nothing about "home:c_other"',
    ]);
    expect(await describeTexts({ a: 'A' })).toHaveLength(1);
  });
});

describe('texts that the interface asks for', () => {
  const use = (page: string, en: Record<string, unknown>) =>
    findingsOf(usedTexts, {
      'src-renderer/features/home/page.tsx': page,
      ...Object.fromEntries(
        Object.entries(en).map(([name, texts]) => [`locales/en/${name}.json`, json(texts)]),
      ),
    });

  it('exist, in the namespaces of the file or in the one that is named', async () => {
    const page =
      "const { t } = useTranslation('home');\nt('a.b'); t('errors:x'); t('save'); i18n.t(on ? 'a.b' : 'n');";
    const en = {
      home: { a: { b: 'B' }, n_one: '1', n_other: 'n' },
      errors: { x: 'X' },
      common: { save: 'S' },
    };
    expect(await use(page, en)).toEqual([]);
  });

  it('are reported when they do not', async () => {
    const page = "const { t } = useTranslation('home');\nt('a.c');\nt('errors:y');";
    expect(await use(page, { home: {}, errors: {} })).toEqual([
      'src-renderer/features/home/page.tsx:2 asks for the text "a.c", which common and home lack',
      'src-renderer/features/home/page.tsx:3 asks for the text "errors:y", which errors lack',
    ]);
  });

  it('are all asked for, by a literal, as data, or by the beginning of a key made at run time', async () => {
    const page = "useTranslation('home');\nconst label = 'c';\nt(`d.${x}`);\nt(code, { ns: 'errors' });";
    const en = { home: { a: 'A', b: { a: 'BA' }, c: 'C', d: { e: 'E' } }, errors: { x: 'X' } };
    expect(await use(page, en)).toEqual([
      'locales/en/home.json:2 nothing asks for "a"',
      'locales/en/home.json:4 nothing asks for "b.a"',
    ]);
  });
});

describe('faults', () => {
  const use = (code: string, errors: Record<string, unknown>) =>
    findingsOf(faultTexts, { 'src-main/features/a/rules.ts': code, 'locales/en/errors.json': json(errors) });

  it('have words where a person can meet them', async () => {
    const code =
      "throw new AppError('a.lost', 'It is lost.');\nthrow refuse('a.refused', `Not ${x}.`);\nnew AppError('cli.x', 'No.');";
    expect(await use(code, { a: { lost: { message: 'It is lost.' } } })).toEqual([
      'src-main/features/a/rules.ts:2 the fault a.refused has no words in locales/*/errors.json',
    ]);
    expect(
      await use(code, { a: { lost: { message: 'It is lost.' }, refused: { message: 'Not so.' } } }),
    ).toEqual([]);
  });

  it('are not mistaken for calls that take two words', async () => {
    expect(await use("node.call('servers.list', 'x'); on('peers.changed', () => {});", {})).toEqual([]);
  });
});
