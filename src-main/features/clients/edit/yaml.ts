/**
 * YAML, changed in the one entry that is ours. Block style is changed as text, so that the rest stays as it is to the
 * byte; where the container is written in braces, the document is printed again with its comments.
 */
import {
  type Document,
  isMap,
  isPair,
  isScalar,
  isSeq,
  LineCounter,
  parseDocument,
  stringify,
  type YAMLMap,
  type YAMLSeq,
} from 'yaml';
import { broken, cannotEdit } from './faults.ts';
import { lineEnd, lineStart, positionAt, styleOf, type TextStyle } from './text.ts';

/** Where an entry goes: a member of a map, or an item of a list that carries its name. */
export interface YamlPlace {
  path: readonly string[];
  name: string;
  list: boolean;
}

/** Throws `clients.file_broken`. */
export function readYaml(text: string): unknown {
  const document = documentOf(styleOf(text).body);
  try {
    return document.toJS() ?? {};
  } catch (error) {
    // More aliases than anybody writes by hand.
    throw cannotEdit(error);
  }
}

export function setYaml(text: string, place: YamlPlace, value: unknown): string {
  const without = removeYaml(text, place);
  const { body, style } = styleOf(without);
  const document = documentOf(body);
  const container = document.getIn(place.path);
  if (container === undefined || container === null)
    return style.bom + appendContainer(body, document, place, value, style);
  const textual = isBlock(container) && appendItem(body, container, place, value, style);
  return style.bom + (textual || reprinted(document, place, value));
}

export function removeYaml(text: string, place: YamlPlace): string {
  const { body, style } = styleOf(text);
  const document = documentOf(body);
  const container = document.getIn(place.path);
  const at = indexOf(container, place);
  if (at < 0 || !(isMap(container) || isSeq(container))) return text;
  if (isBlock(container) && container.items.length > 1) return style.bom + cutItem(body, container, at);
  document.deleteIn([...place.path, place.list ? at : place.name]);
  return style.bom + String(document);
}

function documentOf(body: string): Document {
  const lines = new LineCounter();
  const document = parseDocument(body, { lineCounter: lines, keepSourceTokens: true });
  const [error] = document.errors;
  if (error) throw broken(positionAt(body, error.pos[0]), error);
  if (document.contents !== null && !isMap(document.contents)) throw cannotEdit();
  return document;
}

function indexOf(container: unknown, { name, list }: YamlPlace): number {
  if (list)
    return isSeq(container)
      ? container.items.findIndex((item) => isMap(item) && item.get('name') === name)
      : -1;
  if (!isMap(container)) return -1;
  return container.items.findIndex(({ key }) => (isScalar(key) ? key.value : key) === name);
}

type Block = YAMLMap | YAMLSeq;
const isBlock = (node: unknown): node is Block =>
  (isMap(node) || isSeq(node)) && node.flow !== true && node.items.length > 0;

/** Where an item begins: its key, or the dash before it. */
function startOf(body: string, container: Block, at: number): number {
  const item = container.items[at];
  const node = isPair(item)
    ? (item.key as { range?: [number, number, number] } | null)
    : (item as { range?: [number, number, number] });
  const start = node?.range?.[0];
  if (start === undefined) throw cannotEdit();
  return isSeq(container) ? body.lastIndexOf('-', start - 1) : start;
}

/** The end of what an item says, without comments and blank lines after its last line. */
function endOf(item: unknown): number {
  const node = isPair(item) ? (item.value ?? item.key) : item;
  const { range, items } = node as { range?: [number, number, number]; items?: unknown[] };
  const last = items?.at(-1);
  const inBlock = items !== undefined && (node as { flow?: boolean }).flow !== true;
  const end = inBlock && last !== undefined ? endOf(last) : range?.[1];
  if (end === undefined) throw cannotEdit();
  return end;
}

/** The end of the last line of an item, with the comment that stands on it and without its line end. */
const lineEndOf = (body: string, end: number): number =>
  body[end - 1] === '\n' ? lineEnd(body, end - 1) : lineEnd(body, end);

function appendItem(
  body: string,
  container: Block,
  place: YamlPlace,
  value: unknown,
  style: TextStyle,
): string | undefined {
  const first = startOf(body, container, 0);
  const margin = body.slice(lineStart(body, first), first);
  // A container that begins in the line of its own key (`- name: x` nested in another list) is left to the printer.
  if (margin.trim() !== '') return undefined;
  const last = container.items.at(-1);
  const end = lineEndOf(body, endOf(last));
  return body.slice(0, end) + style.eol + printed(itemOf(place, value), margin, style) + body.slice(end);
}

const itemOf = ({ list, name }: YamlPlace, value: unknown): unknown => (list ? [value] : { [name]: value });

/** YAML behind a margin, without the last line end. */
function printed(value: unknown, margin: string, { eol, indent }: TextStyle): string {
  const step = /^ +$/.test(indent) ? indent.length : 2;
  // Strings of several lines are quoted: only the printer's own line ends are line ends of the text.
  const lines = stringify(value, { indent: step, lineWidth: 0, blockQuote: false })
    .replace(/\n$/, '')
    .split('\n');
  return lines.map((line) => margin + line).join(eol);
}

/** The container is missing, or there without a value: it is written with our entry in it. */
function appendContainer(
  body: string,
  document: Document,
  place: YamlPlace,
  value: unknown,
  style: TextStyle,
): string {
  const isThere = document.hasIn(place.path);
  const isFlow = isMap(document.contents) && document.contents.flow === true;
  const ends = /^(\.\.\.|---)/m.test(body);
  if (isThere || isFlow || ends || place.path.length !== 1) return reprinted(document, place, value);
  const container = place.path[0] as string;
  const ended = body === '' || body.endsWith('\n') ? body : body + style.eol;
  return ended + printed({ [container]: itemOf(place, value) }, '', style) + style.eol;
}

function reprinted(document: Document, place: YamlPlace, value: unknown): string {
  const container = document.getIn(place.path);
  const item = document.createNode(value);
  if (!isMap(container) && !isSeq(container))
    document.setIn(place.path, document.createNode(itemOf(place, value)));
  else if (place.list && isSeq(container)) container.add(item);
  else if (!place.list && isMap(container)) container.set(place.name, item);
  else throw cannotEdit();
  return document.toString({ lineWidth: 0 });
}

/** Takes the lines of an item out; comments before it stay, since nobody knows whose they are. */
function cutItem(body: string, container: Block, at: number): string {
  const start = lineStart(body, startOf(body, container, at));
  const end = lineEndOf(body, endOf(container.items[at]));
  const after = body.indexOf('\n', end);
  if (after < 0) return body.slice(0, start).replace(/\r?\n$/, '');
  return body.slice(0, start) + body.slice(after + 1);
}
