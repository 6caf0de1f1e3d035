/**
 * Names that look alike. Two names with one skeleton cannot be told apart at a glance: letters of other scripts, `rn` for
 * `m`, `1` and `I` for `l`, `0` for `o`, marks, invisible characters, and what separates words. After UTS 39, in a form
 * for labels: more is taken for alike than there, since a warning costs little. Pure.
 */
import { CONFUSABLE } from './confusable-table.ts';
import { stripHidden } from './text.ts';

const latin = new Map<string, string>();
for (const [text, characters] of Object.entries(CONFUSABLE))
  for (const character of characters) latin.set(character, text);

/** Latin characters that look alike among themselves, once other scripts are Latin. */
const ALIKE: ReadonlyArray<[RegExp, string]> = [
  [/0/g, 'o'],
  [/[1i|!]/g, 'l'],
  [/rn/g, 'm'],
  [/vv/g, 'w'],
];

/** What a name looks like: equal for names that look alike. Never shown. */
export function skeletonOf(name: string): string {
  let text = '';
  for (const character of plain(name)) text += latin.get(character) ?? character;
  for (const [pattern, to] of ALIKE) text = text.replace(pattern, to);
  return text.replace(/[\s\p{P}\p{S}]/gu, '');
}

/** A name as people type it: without case, marks, invisible characters and separators. */
export const foldedName = (name: string): string => plain(name).replace(/[\s\p{P}\p{S}]/gu, '');

const plain = (name: string): string =>
  stripHidden(name).normalize('NFKC').toLowerCase().normalize('NFD').replace(/\p{M}/gu, '');

/** Whether one of two different names can be taken for the other. */
export const areConfusable = (a: string, b: string): boolean => a !== b && skeletonOf(a) === skeletonOf(b);
