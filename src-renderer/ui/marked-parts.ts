/** Which parts of a text to mark. Pure. */

export interface MarkedPart {
  /** Where it begins in the text. */
  at: number;
  part: string;
  isMarked: boolean;
}

/** Words, and the words that names join: `read` and `File` of `readFile_2`. */
const WORD = /\p{Lu}?[\p{Ll}\p{M}\p{Lo}\p{N}]+|\p{Lu}+(?!\p{Ll})|\p{L}/gu;

const fold = (text: string): string => text.normalize('NFKD').replace(/\p{M}/gu, '').toLowerCase();

/** The text in pieces; together they are all of it. Words that begin with one of the marks are marked as a whole. */
export function markedParts(text: string, marks: readonly string[]): MarkedPart[] {
  const parts: MarkedPart[] = [];
  let done = 0;
  const push = (from: number, to: number, isMarked: boolean) => {
    if (to > from) parts.push({ at: from, part: text.slice(from, to), isMarked });
    done = to;
  };
  for (const { 0: word, index } of text.matchAll(WORD)) {
    const folded = fold(word);
    if (!marks.some((mark) => mark !== '' && folded.startsWith(mark))) continue;
    push(done, index, false);
    push(index, index + word.length, true);
  }
  push(done, text.length, false);
  return parts;
}
