/**
 * JSON, with or without comments, changed in the one place that is ours. Nothing is written anew: the change is cut into
 * the text, so that comments, order, spacing and line ends of all else stay as they are to the byte.
 */
import { findNodeAtLocation, getNodeValue, type Node, type ParseError, parseTree } from 'jsonc-parser';
import { broken, cannotEdit } from './faults.ts';
import { indentAt, positionAt, styleOf, type TextStyle } from './text.ts';

export interface JsonOptions {
  /** Whether the client allows comments and trailing commas. */
  comments: boolean;
}

/** Throws `clients.file_broken`. An empty text is an empty object. */
export function readJson(text: string, options: JsonOptions): unknown {
  const { body } = styleOf(text);
  return body.trim() === '' ? {} : getNodeValue(treeOf(body, options));
}

/** Sets a member; `path` names the containers from the root down and the member last. */
export function setJson(text: string, path: readonly string[], value: unknown, options: JsonOptions): string {
  const { body, style } = styleOf(text);
  if (body.trim() === '') return style.bom + pretty(nested(path, value), '', style) + style.eol;
  const root = treeOf(body, options);
  const member = findNodeAtLocation(root, [...path]);
  if (member) return style.bom + replaceValue(body, member, value, style);
  const { node, missing } = deepest(root, path);
  const name = missing[0] as string;
  return style.bom + insert(body, node, name, nested(missing.slice(1), value), style);
}

/** Takes a member out; the text stays as it is where there is none. */
export function removeJson(text: string, path: readonly string[], options: JsonOptions): string {
  const { body, style } = styleOf(text);
  if (body.trim() === '') return text;
  const property = findNodeAtLocation(treeOf(body, options), [...path])?.parent;
  return property ? style.bom + remove(body, property) : text;
}

function treeOf(body: string, { comments }: JsonOptions): Node {
  const errors: ParseError[] = [];
  const root = parseTree(body, errors, { disallowComments: !comments, allowTrailingComma: comments });
  const [first] = errors;
  if (first || !root) throw broken(positionAt(body, first?.offset ?? 0));
  if (root.type !== 'object') throw cannotEdit();
  return root;
}

/** The innermost container of the path that exists, and what is missing below it. */
function deepest(root: Node, path: readonly string[]): { node: Node; missing: readonly string[] } {
  for (let depth = path.length - 1; depth >= 0; depth -= 1) {
    const node = depth === 0 ? root : findNodeAtLocation(root, path.slice(0, depth));
    if (!node) continue;
    if (node.type !== 'object') throw cannotEdit();
    return { node, missing: path.slice(depth) };
  }
  throw cannotEdit();
}

const nested = (path: readonly string[], value: unknown): unknown =>
  path.reduceRight((inner, name) => ({ [name]: inner }), value);

/** JSON over several lines, all but the first behind `margin`. */
const pretty = (value: unknown, margin: string, { eol, indent }: TextStyle): string =>
  JSON.stringify(value, null, indent).replaceAll('\n', eol + margin);

function replaceValue(body: string, node: Node, value: unknown, style: TextStyle): string {
  const end = node.offset + node.length;
  const inLine = !body.slice(node.offset, end).includes('\n') && isInOneLine(body, node.parent?.parent);
  const text = inLine
    ? JSON.stringify(value)
    : pretty(value, indentAt(body, node.parent?.offset ?? 0), style);
  return body.slice(0, node.offset) + text + body.slice(end);
}

/** An object that holds something and has no line end inside keeps to its line. */
const isInOneLine = (body: string, node: Node | undefined): boolean =>
  node !== undefined &&
  (node.children?.length ?? 0) > 0 &&
  !body.slice(node.offset, node.offset + node.length).includes('\n');

function insert(body: string, object: Node, name: string, value: unknown, style: TextStyle): string {
  const tail = tailOf(body, object);
  const key = JSON.stringify(name);
  if (isInOneLine(body, object)) {
    const gap = body.includes('\n') ? ' ' : '';
    const [before, after] = tail.comma ? ['', ','] : [',', ''];
    return cut(body, tail.end, tail.end, `${before}${gap}${key}:${gap}${JSON.stringify(value)}${after}`);
  }
  const margin = indentAt(body, object.offset);
  const inner = marginOf(body, object) ?? margin + style.indent;
  // Who ends the last member with a comma finds ours ended so, too.
  const member = `${style.eol}${inner}${key}: ${pretty(value, inner, style)}${tail.comma ? ',' : ''}`;
  const close = body.slice(tail.end, object.offset + object.length - 1).includes('\n')
    ? ''
    : style.eol + margin;
  const inserted = cut(body, tail.end, closeOf(tail, object, close), member + close);
  return tail.comma || tail.value === undefined ? inserted : cut(inserted, tail.value, tail.value, ',');
}

/** Where no line end stands before the brace, the white space there gives way to one. */
const closeOf = (tail: Tail, object: Node, close: string): number =>
  close === '' ? tail.end : object.offset + object.length - 1;

/** The indentation of the members that are there, where the last of them begins its line. */
function marginOf(body: string, object: Node): string | undefined {
  const last = object.children?.at(-1);
  if (!last) return undefined;
  const margin = indentAt(body, last.offset);
  return body.slice(0, last.offset).endsWith(`\n${margin}`) ? margin : undefined;
}

interface Tail {
  /** The end of the last member's value; absent in an empty object. */
  value: number | undefined;
  /** Whether a comma follows it. */
  comma: boolean;
  /** The end of the last thing before the closing brace: a value, a comma or a comment. */
  end: number;
}

function tailOf(body: string, object: Node): Tail {
  const last = object.children?.at(-1);
  const value = last && last.offset + last.length;
  const from = value ?? object.offset + 1;
  const tail: Tail = { value, comma: false, end: from };
  for (const token of tokens(body, from, object.offset + object.length - 1)) {
    if (token.isComma) tail.comma = true;
    tail.end = token.end;
  }
  return tail;
}

interface Token {
  isComma: boolean;
  start: number;
  end: number;
}

/** Commas and comments between two offsets that have nothing else in between. */
const tokens = (body: string, from: number, to: number): Token[] =>
  [...body.slice(from, to).matchAll(/\/\/[^\r\n]*|\/\*[\s\S]*?\*\/|,/g)].map(({ 0: text, index }) => ({
    isComma: text === ',',
    start: from + index,
    end: from + index + text.length,
  }));

/** Takes a property out with one comma and with the white space before it; comments around it stay. */
function remove(body: string, property: Node): string {
  const object = property.parent as Node;
  const siblings = object.children ?? [];
  const at = siblings.indexOf(property);
  const next = siblings[at + 1];
  const end = property.offset + property.length;
  const until = next?.offset ?? object.offset + object.length - 1;
  const comma = tokens(body, end, until).find(({ isComma }) => isComma);
  const before = siblings[at - 1];
  const from = before ? before.offset + before.length : object.offset + 1;
  const start = from + body.slice(from, property.offset).trimEnd().length;
  if (next && comma) return cut(cut(body, comma.start, comma.end, ''), start, end, '');
  const rest = cut(body, start, comma?.end ?? end, '');
  const orphan = tokens(body, from, property.offset).find(({ isComma }) => isComma);
  return before && orphan && !comma ? cut(rest, orphan.start, orphan.end, '') : rest;
}

const cut = (text: string, from: number, to: number, put: string): string =>
  text.slice(0, from) + put + text.slice(to);
