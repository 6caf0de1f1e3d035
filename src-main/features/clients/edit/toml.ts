/**
 * TOML, changed in the one table that is ours. A table of its own may stand anywhere after the tables of others, so it is
 * put at the end; what is taken out are its own lines. Where our entry is written in another way (inline, dotted), the
 * file is left alone.
 */
import { parse, stringify, TomlError } from 'smol-toml';
import { broken, cannotEdit } from './faults.ts';
import { styleOf } from './text.ts';

/** Throws `clients.file_broken`. */
export function readToml(text: string): unknown {
  const { body } = styleOf(text);
  try {
    return parse(body);
  } catch (error) {
    if (error instanceof TomlError) throw broken({ line: error.line, column: error.column }, error);
    throw error;
  }
}

export function setToml(text: string, path: readonly string[], value: unknown): string {
  const { body, style } = styleOf(text);
  const table = stringifyTable(path, value, style.eol);
  const own = ownLines(body, path);
  if (own) return style.bom + body.slice(0, own.start) + table + gapAfter(body, own.end, style.eol);
  const ended = body === '' || body.endsWith('\n') ? body : body + style.eol;
  return style.bom + ended + (ended.trim() === '' ? '' : style.eol) + table;
}

export function removeToml(text: string, path: readonly string[]): string {
  const { body, style } = styleOf(text);
  const own = ownLines(body, path);
  if (!own) return text;
  const before = body.slice(0, own.start);
  const rest = body.slice(own.end);
  // The blank line that sets our table apart goes with it.
  if (rest.trim() === '') return style.bom + before.replace(/(\r?\n)\r?\n$/, '$1') + rest;
  return style.bom + before + rest.replace(/^\r?\n/, '');
}

const gapAfter = (body: string, end: number, eol: string): string => {
  const rest = body.slice(end);
  return rest === '' || /^\s/.test(rest) ? rest : eol + rest;
};

function stringifyTable(path: readonly string[], value: unknown, eol: string): string {
  const document = path.reduceRight<unknown>((inner, name) => ({ [name]: inner }), value);
  return `${stringify(document).trim()}\n`.replaceAll('\n', eol);
}

interface Lines {
  start: number;
  end: number;
}

/** From the header of our table to that of the next one that is not below it, without what leads over to the next. */
function ownLines(body: string, path: readonly string[]): Lines | undefined {
  const headers = headersOf(body);
  const first = headers.findIndex(({ keys }) => isSame(keys, path));
  const opening = headers[first];
  if (!opening) return undefined;
  const next = headers.slice(first + 1).find(({ keys }) => !isSame(keys?.slice(0, path.length), path));
  const end = next ? next.start : body.length;
  if (headers.some((other) => other.start > end && isSame(other.keys?.slice(0, path.length), path)))
    throw cannotEdit();
  return {
    start: opening.start,
    end: opening.start + ownLength(body.slice(opening.start, end), next !== undefined),
  };
}

/** Blank lines and comments at the end belong to the table that follows. */
function ownLength(text: string, isFollowed: boolean): number {
  if (!isFollowed) return text.length;
  const lines = text.split(/(?<=\n)/);
  const last = lines.findLastIndex((line) => !/^\s*(#|$)/.test(line));
  return lines.slice(0, last + 1).join('').length;
}

const isSame = (keys: readonly string[] | undefined, path: readonly string[]): boolean =>
  keys?.length === path.length && keys.every((key, at) => key === path[at]);

interface Header {
  start: number;
  /** Undefined for an array of tables. */
  keys: readonly string[] | undefined;
}

/** The headers of tables: lines that begin with a bracket outside of strings and lists. */
function headersOf(body: string): Header[] {
  const found: Header[] = [];
  const scanner =
    /"""[\s\S]*?"""(?:"{0,2})|'''[\s\S]*?'''(?:'{0,2})|"(?:\\.|[^"\\\n])*"|'[^'\n]*'|#[^\n]*|[[\]{}]|\n/g;
  let depth = 0;
  let fresh = true;
  let from = 0;
  for (let match = scanner.exec(body); match; match = scanner.exec(body)) {
    const [token] = match;
    const opensLine = fresh && body.slice(from, match.index).trim() === '';
    if (token === '\n') {
      fresh = depth === 0;
      from = scanner.lastIndex;
    } else if (token === '[' && depth === 0 && opensLine) {
      const end = endOfLine(body, from);
      found.push({ start: from, keys: keysOf(body.slice(from, end)) });
      scanner.lastIndex = end;
    } else {
      if (token === '[' || token === '{') depth += 1;
      if (token === ']' || token === '}') depth -= 1;
      fresh = false;
    }
  }
  return found;
}

const endOfLine = (body: string, start: number): number => {
  const end = body.indexOf('\n', start);
  return end < 0 ? body.length : end;
};

/** The names of a header, read by the parser itself. */
function keysOf(line: string): readonly string[] | undefined {
  if (line.trimStart().startsWith('[[')) return undefined;
  const keys: string[] = [];
  for (let value: unknown = parse(line.trim()); isTable(value); ) {
    const [name] = Object.keys(value);
    if (name === undefined) break;
    keys.push(name);
    value = value[name];
  }
  return keys;
}

const isTable = (value: unknown): value is Record<string, unknown> =>
  typeof value === 'object' && value !== null && !Array.isArray(value);
