/** The texts of the interface and the places that ask for them fit: nothing asked for is missing, nothing is left over. */
import { type Argument, parseSync, Visitor } from 'oxc-parser';
import { type LocaleFile, readLocales, stemOf } from './locales.ts';
import type { Part, Violation } from './part.ts';
import { lineAt } from './lines.ts';
import type { Project } from './project.ts';

const DEFAULT_NAMESPACE = 'common';

export const usedTexts: Part = {
  name: 'texts',
  proves: 'every text that the interface asks for exists, none is left over',
  find(project) {
    const english = readLocales(project).filter((file) => file.language === 'en');
    return compareTexts(english, readUses(project));
  },
};

/** The window's program speaks too: tray, menus, notifications. */
const SPEAKING = /^(src-renderer|src-main\/shells\/desktop)\/.*\.tsx?$/;

/** What one module of the renderer asks for. */
export interface TextUses {
  file: string;
  /** Namespaces in which its short keys are looked up. */
  namespaces: ReadonlySet<string>;
  /** Literal first arguments of `t`, and their lines. */
  keys: ReadonlyArray<{ key: string; line: number }>;
  /** Beginnings of keys that are put together at run time: `errors:` of `` t(`errors:${code}`) ``. */
  prefixes: readonly string[];
  /** Every string of the module: a key may travel as data before it reaches `t`. */
  literals: ReadonlySet<string>;
}

const readUses = (project: Project): TextUses[] =>
  project.files
    .filter((file) => SPEAKING.test(file) && !file.endsWith('.d.ts'))
    .map((file) => readTextUses(file, project.read(file)));

export function readTextUses(file: string, source: string): TextUses {
  const namespaces = new Set([DEFAULT_NAMESPACE]);
  const keys: Array<{ key: string; line: number }> = [];
  const prefixes: string[] = [];
  const literals = new Set<string>();
  new Visitor({
    Literal({ value }) {
      if (typeof value === 'string') literals.add(value);
    },
    TemplateLiteral({ quasis, expressions }) {
      const head = quasis[0]?.value.cooked ?? '';
      if (expressions.length > 0 && head !== '') prefixes.push(head);
    },
    CallExpression({ callee, arguments: given, start }) {
      const name = callee.type === 'MemberExpression' ? callee.property : callee;
      if (name.type !== 'Identifier') return;
      if (name.name === 'useTranslation') for (const text of stringsOf(given[0])) namespaces.add(text);
      if (name.name !== 't') return;
      const found = stringsOf(given[0]);
      for (const key of found) keys.push({ key, line: lineAt(source, start) });
      const namespace = namespaceOption(given[1]);
      if (namespace !== undefined && found.length === 0) prefixes.push(`${namespace}:`);
    },
  }).visit(parseSync(file, source).program);
  return { file, namespaces, keys, prefixes, literals };
}

/** The strings that an argument can be, as far as the source shows them. */
function stringsOf(argument: Argument | undefined): string[] {
  if (argument?.type === 'Literal') return typeof argument.value === 'string' ? [argument.value] : [];
  if (argument?.type === 'ConditionalExpression')
    return [...stringsOf(argument.consequent), ...stringsOf(argument.alternate)];
  if (argument?.type === 'ArrayExpression')
    return argument.elements.flatMap((element) => (element ? stringsOf(element) : []));
  return [];
}

/** `ns` of `t(key, { ns: '…' })`. */
function namespaceOption(argument: Argument | undefined): string | undefined {
  if (argument?.type !== 'ObjectExpression') return undefined;
  for (const property of argument.properties) {
    if (property.type !== 'Property' || property.key.type !== 'Identifier' || property.key.name !== 'ns')
      continue;
    if (property.value.type === 'Literal' && typeof property.value.value === 'string')
      return property.value.value;
  }
  return undefined;
}

export function compareTexts(english: readonly LocaleFile[], uses: readonly TextUses[]): Violation[] {
  const known = new Map(english.map((file) => [file.namespace, keysOf(file)]));
  return [
    ...uses.flatMap((use) => missingTexts(known, use)),
    ...english.flatMap((file) => unusedTexts(file, uses)),
  ];
}

/** Keys, the stems of plural keys, and the groups that hold them. */
function keysOf({ texts }: LocaleFile): Set<string> {
  const keys = new Set<string>();
  for (const key of texts.keys()) {
    const parts = stemOf(key).split('.');
    for (let length = 1; length <= parts.length; length++) keys.add(parts.slice(0, length).join('.'));
    keys.add(key);
  }
  return keys;
}

function missingTexts(known: ReadonlyMap<string, ReadonlySet<string>>, use: TextUses): Violation[] {
  return use.keys.flatMap(({ key, line }) => {
    const [namespace, rest] = splitKey(key);
    const places = namespace === undefined ? [...use.namespaces] : [namespace];
    if (places.some((place) => known.get(place)?.has(rest))) return [];
    return [
      { file: use.file, line, message: `asks for the text "${key}", which ${places.join(' and ')} lack` },
    ];
  });
}

function splitKey(key: string): [namespace: string | undefined, rest: string] {
  const at = key.indexOf(':');
  return at === -1 ? [undefined, key] : [key.slice(0, at), key.slice(at + 1)];
}

function unusedTexts(file: LocaleFile, uses: readonly TextUses[]): Violation[] {
  return [...file.texts.keys()]
    .filter((key) => !uses.some((use) => isUsed(file.namespace, key, use)))
    .map((key) => ({ file: file.file, line: file.lineOf(key), message: `nothing asks for "${key}"` }));
}

function isUsed(namespace: string, key: string, use: TextUses): boolean {
  const stem = stemOf(key);
  const names = [`${namespace}:${stem}`, `${namespace}:${key}`];
  if (use.namespaces.has(namespace)) names.push(stem, key);
  return names.some(
    (name) => use.literals.has(name) || use.prefixes.some((prefix) => name.startsWith(prefix)),
  );
}
