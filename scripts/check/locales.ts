/** Every language says everything: same keys, same placeholders, the plural forms that CLDR asks for. */
import { type Node, parseTree } from 'jsonc-parser';
import type { Part, Violation } from './part.ts';
import { lineAt } from './lines.ts';
import type { Project } from './project.ts';

/** The language in which texts are written first. */
const SOURCE_LANGUAGE = 'en';
const PLURAL_SUFFIX = /_(?:ordinal_)?(zero|one|two|few|many|other)$/;
/** Forms whose number may be spoken instead of written: "a server", "no servers". */
const SPOKEN_FORMS = new Set(['zero', 'one', 'two']);

/** Texts of one file `locales/<language>/<namespace>.json`, keys joined with dots. */
export interface LocaleFile {
  file: string;
  language: string;
  namespace: string;
  texts: ReadonlyMap<string, string>;
  /** 1-based line of a key. */
  lineOf(key: string): number;
}

export const locales: Part = {
  name: 'locales',
  proves: 'every text in every language, with its placeholders and plural forms',
  find: (project) => compareLocales(readLocales(project)),
};

export function readLocales(project: Project): LocaleFile[] {
  return project.files.flatMap((file) => {
    const match = /^locales\/([^/]+)\/([^/]+)\.json$/.exec(file);
    if (!match) return [];
    const [, language = '', namespace = ''] = match;
    const source = project.read(file);
    const found = flatten(parseTree(source), '');
    const offsets = new Map(found.map(({ key, offset }) => [key, offset]));
    return [
      {
        file,
        language,
        namespace,
        texts: new Map(found.map(({ key, text }) => [key, text])),
        lineOf: (key: string) => lineAt(source, offsets.get(key) ?? 0),
      },
    ];
  });
}

function flatten(
  tree: Node | undefined,
  prefix: string,
): Array<{ key: string; text: string; offset: number }> {
  return (tree?.children ?? []).flatMap(({ children: [name, value] = [], offset }) => {
    const key = prefix + String(name?.value);
    if (value?.type === 'object') return flatten(value, `${key}.`);
    return [{ key, text: String(value?.value), offset }];
  });
}

export function compareLocales(files: readonly LocaleFile[]): Violation[] {
  const languages = [...new Set(files.map((file) => file.language))];
  const sources = files.filter((file) => file.language === SOURCE_LANGUAGE);
  const known = new Set(sources.map((file) => file.namespace));
  const strays = files.filter((file) => !known.has(file.namespace));
  return [
    ...strays.map(({ file, namespace }) => ({
      file,
      message: `${SOURCE_LANGUAGE} has no ${namespace}.json`,
    })),
    ...sources.flatMap((source) =>
      languages.flatMap((language) => {
        const other = files.find((file) => file.language === language && file.namespace === source.namespace);
        if (other) return compareFiles(source, other);
        return [{ file: source.file, message: `is missing in ${language}` }];
      }),
    ),
  ];
}

/** The stem of a plural key, or the key itself. */
export const stemOf = (key: string): string => key.replace(PLURAL_SUFFIX, '');

function compareFiles(source: LocaleFile, other: LocaleFile): Violation[] {
  const wanted = expectedKeys(source, other.language);
  const missing = [...wanted].filter((key) => !other.texts.has(key));
  const surplus = [...other.texts.keys()].filter((key) => !wanted.has(key));
  const at = (key: string, message: string) => ({ file: other.file, line: other.lineOf(key), message });
  return [
    ...missing.map((key) => ({ file: other.file, message: `has no "${key}"` })),
    ...surplus.map((key) =>
      at(key, `"${key}" is not among the keys of ${SOURCE_LANGUAGE}, or no plural form here`),
    ),
    ...[...other.texts].flatMap(([key, text]) => {
      if (text.trim() === '') return [at(key, `"${key}" is empty`)];
      const fault = wanted.has(key) ? comparePlaceholders(source, key, text) : undefined;
      return fault ? [at(key, fault)] : [];
    }),
  ];
}

/** The keys that a language needs: plural keys of the source in the forms of that language. */
function expectedKeys(source: LocaleFile, language: string): Set<string> {
  const forms = (type: Intl.PluralRuleType) =>
    new Intl.PluralRules(language, { type }).resolvedOptions().pluralCategories;
  return new Set(
    [...source.texts.keys()].flatMap((key) => {
      if (!PLURAL_SUFFIX.test(key)) return [key];
      const ordinal = /_ordinal_[a-z]+$/.test(key);
      const joint = ordinal ? '_ordinal_' : '_';
      return forms(ordinal ? 'ordinal' : 'cardinal').map((form) => stemOf(key) + joint + form);
    }),
  );
}

function comparePlaceholders(source: LocaleFile, key: string, text: string): string | undefined {
  const form = PLURAL_SUFFIX.exec(key)?.[1];
  const original = source.texts.get(key) ?? source.texts.get(key.replace(/[a-z]+$/, 'other'));
  if (original === undefined) return undefined;
  const spoken = form !== undefined && SPOKEN_FORMS.has(form);
  const wanted = placeholdersOf(original, spoken);
  const present = placeholdersOf(text, spoken);
  if (wanted === present) return undefined;
  return `"${key}" has the placeholders [${present}], ${SOURCE_LANGUAGE} has [${wanted}]`;
}

/** `{{name}}`, `$t(key)` and the tags of rich texts, sorted. */
function placeholdersOf(text: string, withoutCount: boolean): string {
  const found = text.match(/\{\{[^}]+\}\}|\$t\([^)]+\)|<\/?[\w]+\/?>/g) ?? [];
  const names = found.map((item) => item.replace(/^\{\{\s*-?\s*([^,\s}]+).*$/, '{{$1}}'));
  return [...new Set(names)]
    .filter((name) => !(withoutCount && name === '{{count}}'))
    .sort()
    .join(' ');
}
