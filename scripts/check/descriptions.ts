/** No text without a note for its translators, and no note without its text. */
import { parseTree } from 'jsonc-parser';
import { lineAt } from './lines.ts';
import { readLocales } from './locales.ts';
import type { Part, Violation } from './part.ts';
import type { Project } from './project.ts';

const FILE = 'locales/descriptions.json';
/** Of a plural, the general form alone is described. */
const LESSER_FORM = /_(?:ordinal_)?(?:zero|one|two|few|many)$/;

export const descriptions: Part = {
  name: 'descriptions',
  proves: 'every text is described for its translators, and nothing else is',
  find(project) {
    const source = project.files.includes(FILE) ? project.read(FILE) : '{}';
    return compareDescriptions(textsToDescribe(project), source);
  },
};

/** `namespace:key` of each English text that needs a description, and the file it stands in. */
function textsToDescribe(project: Project): Map<string, string> {
  return new Map(
    readLocales(project)
      .filter(({ language }) => language === 'en')
      .flatMap(({ file, namespace, texts }) =>
        [...texts.keys()].filter((key) => !LESSER_FORM.test(key)).map((key) => [`${namespace}:${key}`, file]),
      ),
  );
}

/** `source` is the text of the file of descriptions, one string for each `namespace:key`. */
function compareDescriptions(wanted: ReadonlyMap<string, string>, source: string): Violation[] {
  const notes = (parseTree(source)?.children ?? []).map(({ children: [name, note] = [], offset }) => ({
    key: String(name?.value),
    words: typeof note?.value === 'string' ? note.value.trim() : '',
    line: lineAt(source, offset),
  }));
  const described = new Set(notes.map(({ key }) => key));
  return [
    ...[...wanted]
      .filter(([key]) => !described.has(key))
      .map(([key, file]) => ({ file, message: `${FILE} says nothing about "${key}"` })),
    ...notes.flatMap(({ key, words, line }) => {
      if (!wanted.has(key)) return [{ file: FILE, line, message: `"${key}" describes no text` }];
      return words === '' ? [{ file: FILE, line, message: `"${key}" is empty` }] : [];
    }),
  ];
}
