/** What every editor of files has to know of the text: its mark, its line ends, its indentation. */

export interface TextStyle {
  /** The byte order mark, or nothing. */
  bom: string;
  eol: '\n' | '\r\n';
  /** One step of indentation. */
  indent: string;
}

const BOM = '\uFEFF';

/** Takes the mark off and tells the style. `fallback` is the indentation of a text that has none. */
export function styleOf(text: string, fallback = '  '): { style: TextStyle; body: string } {
  const bom = text.startsWith(BOM) ? BOM : '';
  const body = text.slice(bom.length);
  const all = body.split('\n').length - 1;
  const windows = body.split('\r\n').length - 1;
  return {
    style: { bom, eol: windows * 2 > all ? '\r\n' : '\n', indent: firstIndent(body) ?? fallback },
    body,
  };
}

/** The first indented line shows the step; JSON and YAML start without indentation. */
const firstIndent = (body: string): string | undefined => /^([ \t]+)[^\s/*#]/m.exec(body)?.[1];

/** The start of the line in which `offset` is. */
export const lineStart = (text: string, offset: number): number => text.lastIndexOf('\n', offset - 1) + 1;

/** The end of that line, before its line end. */
export function lineEnd(text: string, offset: number): number {
  const end = text.indexOf('\n', offset);
  if (end < 0) return text.length;
  return end > offset && text[end - 1] === '\r' ? end - 1 : end;
}

/** The white space that the line of `offset` begins with. */
export const indentAt = (text: string, offset: number): string =>
  /^[ \t]*/.exec(text.slice(lineStart(text, offset), offset))?.[0] ?? '';

export interface Position {
  line: number;
  column: number;
}

/** Line and column of an offset, from 1. */
export function positionAt(text: string, offset: number): Position {
  const before = text.slice(0, offset);
  const line = before.split('\n').length;
  return { line, column: offset - lineStart(text, offset) + 1 };
}
