/**
 * From text to the terms that an index keeps: small, without accents, words of names taken apart (`readFile`, `read_file`),
 * stemmed; scripts that put no spaces between words in pairs of characters.
 */
import { stemmer } from 'stemmer';

/** Characters of a term; longer ones are keys and hashes, which nobody looks for by their end. */
const LONGEST_TERM = 40;
/** Stems that are remembered; the same few thousand words make nearly all texts. */
const MAX_STEMS = 50_000;

const WORD = /[\p{L}\p{N}]+/gu;
const UNSPACED = /[\p{Script=Han}\p{Script=Hiragana}\p{Script=Katakana}\p{Script=Thai}]/u;
const UNSPACED_RUN = /[\p{Script=Han}\p{Script=Hiragana}\p{Script=Katakana}\p{Script=Thai}]+/gu;
/** Between `d` and `F` of `readFile`, and between `L` and `Q` of `SQLQuery`. */
const HUMP = /(?<=[\p{Ll}\p{N}])(?=\p{Lu})|(?<=\p{Lu})(?=\p{Lu}\p{Ll})/u;

const stems = new Map<string, string>();

/** English stem; words of other scripts, with digits or very short stay what they are. Of what is too long, the beginning. */
export function stem(written: string): string {
  const word = written.slice(0, LONGEST_TERM);
  const known = stems.get(word);
  if (known !== undefined) return known;
  if (stems.size >= MAX_STEMS) stems.clear();
  const found = word.length > 2 && /^[a-z]+$/.test(word) ? stemmer(word) : word;
  stems.set(word, found);
  return found;
}

/** Small, compatible forms unified, accents gone; lengths may change. */
export const fold = (text: string): string =>
  // oxlint-disable-next-line no-control-regex -- most texts need no work
  /^[\u0000-\u007f]*$/.test(text) ? text : text.normalize('NFKD').replace(/\p{M}+/gu, '');

/** The words of a text, in small letters: `createdAt` as three, `GitHub` as the one word that it is. */
export function wordsOf(text: string): string[] {
  const found: string[] = [];
  for (const [word] of fold(text).matchAll(WORD)) addWord(found, word, isCamel(word));
  return found;
}

/** The words of an identifier, and all of it as one: `read_file` is found by `readfile` too. */
export function wordsOfName(name: string): string[] {
  const found: string[] = [];
  const words = fold(name).match(WORD) ?? [];
  for (const word of words) addWord(found, word, true);
  if (words.length > 1 && words.length <= 4) addWord(found, words.join(''), false);
  return found;
}

const isCamel = (word: string): boolean => /^\p{Ll}[\p{Ll}\p{N}]+\p{Lu}/u.test(word);

function addWord(found: string[], word: string, takeApart: boolean): void {
  if (UNSPACED.test(word)) return addUnspaced(found, word);
  found.push(word.toLowerCase());
  if (!takeApart || word.length < 4) return;
  const humps = word.split(HUMP);
  if (humps.length > 1) for (const hump of humps) found.push(hump.toLowerCase());
}

function addUnspaced(found: string[], text: string): void {
  for (const [run] of text.matchAll(UNSPACED_RUN)) {
    const letters = Array.from(run);
    if (letters.length === 1) found.push(run);
    for (let at = 0; at + 1 < letters.length; at++) found.push(`${letters[at]}${letters[at + 1]}`);
  }
  for (const rest of text.split(UNSPACED_RUN)) if (rest) found.push(rest.toLowerCase());
}

/** Words that say nothing of a tool; looked for only where there are no others. */
const EMPTY = new Set(
  `a about all also am an and another any are as at be been but by can could did do does for from had has have how i if in into is it
  its let like me my need of on or our please should so some something somebody someone that the their them then there
  these they this to us using very want was we were what when where which who will with would you your`.split(
    /\s+/,
  ),
);

export const isEmptyWord = (word: string): boolean => EMPTY.has(word);
