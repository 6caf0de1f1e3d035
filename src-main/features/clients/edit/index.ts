/**
 * Changes to the text of a client's file, pure: only our entry is set or taken out. Whatever an editor did is read again
 * and compared; a text in which anything but our entry differs never leaves this module.
 */
import { isDeepStrictEqual } from 'node:util';
import type { EntryPlace } from '#shared/features/clients/apps.ts';
import { type Entry, ENTRY_NAME } from '#shared/features/clients/entry.ts';
import { cannotEdit } from './faults.ts';
import { readJson, removeJson, setJson } from './json.ts';
import { readToml, removeToml, setToml } from './toml.ts';
import { readYaml, removeYaml, setYaml } from './yaml.ts';

/** Our entry, or undefined. Throws `clients.file_broken` or `clients.file_unusual`. */
export const entryIn = (text: string, place: EntryPlace): unknown => split(parse(text, place), place).entry;

/** The text with our entry set. Throws `clients.file_broken` or `clients.file_unusual`. */
export function withEntry(text: string, place: EntryPlace, entry: Entry): string {
  if (isSame(entryIn(text, place), entry)) return text;
  return checked(text, set(text, place, entry), place, entry);
}

/** The text without our entry; without its container too, where that is empty then and `keepContainer` is false. */
export function withoutEntry(text: string, place: EntryPlace, keepContainer = true): string {
  if (entryIn(text, place) === undefined) return text;
  const removed = checked(text, remove(text, place), place, undefined);
  return keepContainer ? removed : withoutContainer(removed, place);
}

/** Whether the container of the entries is there. */
export const hasContainer = (text: string, place: EntryPlace): boolean =>
  containerOf(parse(text, place), place) !== undefined;

const isPlain = (value: unknown): value is Record<string, unknown> =>
  typeof value === 'object' && value !== null && !Array.isArray(value);

/** Deep equality; the parsers give objects without a prototype, which says nothing. */
const isSame = (a: unknown, b: unknown): boolean => isDeepStrictEqual(plain(a), plain(b));

function plain(value: unknown): unknown {
  if (Array.isArray(value)) return value.map(plain);
  if (!isPlain(value) || value instanceof Date) return value;
  return Object.fromEntries(Object.entries(value).map(([name, inner]) => [name, plain(inner)]));
}

function parse(text: string, { format }: EntryPlace): unknown {
  if (format === 'toml') return readToml(text);
  if (format === 'yaml') return readYaml(text);
  return readJson(text, { comments: format === 'jsonc' });
}

const fullPath = ({ path }: EntryPlace): string[] => [...path, ENTRY_NAME];
const yamlPlace = ({ path, list }: EntryPlace) => ({ path, name: ENTRY_NAME, list: list === true });

function set(text: string, place: EntryPlace, entry: Entry): string {
  if (place.format === 'toml') return setToml(text, fullPath(place), entry);
  if (place.format === 'yaml') return setYaml(text, yamlPlace(place), entry);
  return setJson(text, fullPath(place), entry, { comments: place.format === 'jsonc' });
}

function remove(text: string, place: EntryPlace): string {
  if (place.format === 'toml') return removeToml(text, fullPath(place));
  if (place.format === 'yaml') return removeYaml(text, yamlPlace(place));
  return removeJson(text, fullPath(place), { comments: place.format === 'jsonc' });
}

/** A container that we brought and that holds nothing any more goes as well; only JSON has to be told. */
function withoutContainer(text: string, place: EntryPlace): string {
  const container = containerOf(parse(text, place), place);
  if (!isPlain(container) || Object.keys(container).length > 0) return text;
  if (place.format !== 'json' && place.format !== 'jsonc') return text;
  return removeJson(text, place.path, { comments: place.format === 'jsonc' });
}

const containerOf = (document: unknown, { path }: EntryPlace): unknown =>
  path.reduce<unknown>(
    (node, name) => (isPlain(node) && Object.hasOwn(node, name) ? node[name] : undefined),
    document,
  );

/** A document as our entry and the rest. */
function split(document: unknown, place: EntryPlace): { entry: unknown; rest: unknown } {
  const container = containerOf(document, place);
  if (container === undefined || container === null)
    return { entry: undefined, rest: without(document, place, undefined) };
  if (place.list) {
    if (!Array.isArray(container)) throw cannotEdit();
    const isOurs = (item: unknown) => isPlain(item) && item['name'] === ENTRY_NAME;
    const others = container.filter((item) => !isOurs(item));
    return {
      entry: container.find(isOurs),
      rest: without(document, place, others.length > 0 ? others : undefined),
    };
  }
  if (!isPlain(container)) throw cannotEdit();
  const { [ENTRY_NAME]: entry, ...others } = container;
  return { entry, rest: without(document, place, Object.keys(others).length > 0 ? others : undefined) };
}

/** The document with another container; an empty one counts as none, since an entry may have brought it along. */
function without(document: unknown, { path }: EntryPlace, container: unknown): unknown {
  const replace = (node: unknown, [name, ...below]: readonly string[]): unknown => {
    if (name === undefined) return container;
    if (!isPlain(node)) return node;
    const { [name]: inner, ...others } = node;
    const next = replace(inner, below);
    return next === undefined || next === null ? others : { ...others, [name]: next };
  };
  return replace(document, path);
}

function checked(before: string, after: string, place: EntryPlace, entry: Entry | undefined): string {
  let outcome: { entry: unknown; rest: unknown };
  try {
    outcome = split(parse(after, place), place);
  } catch (error) {
    throw cannotEdit(error);
  }
  const was = split(parse(before, place), place);
  if (!isSame(outcome.entry, entry) || !isSame(outcome.rest, was.rest)) throw cannotEdit();
  return after;
}
