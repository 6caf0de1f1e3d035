/**
 * Names that look alike. Two names with one skeleton may be taken for each other: letters of other scripts, `rn` for `m`,
 * `1` and `I` for `l` or `i`, `0` for `o`, marks, invisible characters, and what separates words. After UTS 39, in a form
 * for labels: more is taken for alike than there, since a warning costs little. Plain `i` and plain `l` everybody tells
 * apart (*mail*, *mall*), though what is taken for one is taken for the other. Pure.
 */
import { CONFUSABLE } from './confusable-table.ts';
import { stripHidden } from './text.ts';

const latin = new Map<string, string>();
for (const [text, characters] of Object.entries(CONFUSABLE))
  for (const character of characters) latin.set(character, text);

/** Latin characters that look alike among themselves, once other scripts are Latin. */
const ALIKE: ReadonlyArray<[RegExp, string]> = [
  [/0/g, 'o'],
  [/[|!]/g, '1'],
  [/rn/g, 'm'],
  [/vv/g, 'w'],
];

/** What a name looks like: equal for all names that may look alike. Never shown. */
export const skeletonOf = (name: string): string => shapeOf(name).replace(/[1i]/g, 'l');

/** The same with `i` and `l` where they stand in the name as such; `1` is whatever may be taken for either. */
function shapeOf(name: string): string {
  let text = '';
  for (const character of plain(stripHidden(name).normalize('NFKC').replaceAll('I', '1')))
    text += latin.get(character)?.replace(/[il]/g, '1') ?? character;
  for (const [pattern, to] of ALIKE) text = text.replace(pattern, to);
  return text.replace(/[\s\p{P}\p{S}]/gu, '');
}

/** A name as people type it: without case, marks, invisible characters and separators. */
export const foldedName = (name: string): string => plain(name).replace(/[\s\p{P}\p{S}]/gu, '');

const plain = (name: string): string =>
  stripHidden(name).normalize('NFKC').toLowerCase().normalize('NFD').replace(/\p{M}/gu, '');

/** Whether one of two different names can be taken for the other. */
export const areConfusable = (a: string, b: string): boolean =>
  a !== b && skeletonOf(a) === skeletonOf(b) && !readApart(shapeOf(a), shapeOf(b));

/** Whether one of two shapes of one skeleton has a plain `i` where the other has a plain `l`. */
const readApart = (a: string, b: string): boolean =>
  Array.from({ length: Math.min(a.length, b.length) }, (_, place) => a.charAt(place) + b.charAt(place)).some(
    (pair) => pair === 'il' || pair === 'li',
  );
