/**
 * What of a changed tool breaks those who call it as before. Judged by the schemas' outer form; what cannot be judged
 * counts as broken, since a pin asks for certainty.
 */
import type { JsonObject, JsonValue } from '../../kernel/canonical.ts';
import type { Tool } from './tool.ts';

/** Schemas are compared this deep; deeper ones must be equal. */
const DEEPEST = 6;

/** Paths of what breaks, `inputSchema.properties.path`; empty where every call that fitted still fits. */
export function breakingChanges(before: Tool, after: Tool): string[] {
  if (before.name !== after.name) return ['name'];
  return [
    ...narrower(before.inputSchema as JsonObject, after.inputSchema as JsonObject, input),
    ...(before.outputSchema
      ? narrower(after.outputSchema as JsonObject, before.outputSchema as JsonObject, output)
      : []),
  ];
}

/** Where in a schema, and whether its values are given (arguments) or taken (results): what is new in a result hurts nobody. */
interface Place {
  path: string;
  depth: number;
  isInput: boolean;
}

const input: Place = { path: 'inputSchema', depth: 0, isInput: true };
const output: Place = { path: 'outputSchema', depth: 0, isInput: false };
const inside = ({ depth, isInput, path }: Place, name: string): Place => ({
  path: `${path}.${name}`,
  depth: depth + 1,
  isInput,
});

/** Keywords that {@link narrower} understands, or that say nothing about which values fit. */
const UNDERSTOOD = new Set(['type', 'properties', 'required', 'enum', 'additionalProperties', 'items']);
const SILENT = new Set([
  'title',
  'description',
  'default',
  'examples',
  '$comment',
  '$schema',
  '$id',
  'deprecated',
]);

/** Where the second schema takes less than the first. */
function narrower(wide: JsonValue | undefined, narrow: JsonValue | undefined, place: Place): string[] {
  const { path } = place;
  if (isSame(wide, narrow)) return [];
  if (!isObject(wide) || !isObject(narrow) || place.depth >= DEEPEST) return [path];
  return [
    ...(takesTypes(wide['type'], narrow['type']) ? [] : [`${path}.type`]),
    ...(takesEnum(wide['enum'], narrow['enum']) ? [] : [`${path}.enum`]),
    ...required(wide, narrow, path),
    ...properties(wide, narrow, place),
    ...(narrow['items'] === undefined
      ? []
      : narrower(wide['items'], narrow['items'], inside(place, 'items'))),
    ...(closes(wide, narrow) ? [`${path}.additionalProperties`] : []),
    ...others(wide, narrow, path),
  ];
}

const list = (value: JsonValue | undefined): JsonValue[] =>
  value === undefined ? [] : Array.isArray(value) ? value : [value];

function takesTypes(wide: JsonValue | undefined, narrow: JsonValue | undefined): boolean {
  if (narrow === undefined) return true;
  const taken = list(narrow);
  const takes = (type: JsonValue) => taken.includes(type) || (type === 'integer' && taken.includes('number'));
  return wide !== undefined && list(wide).every(takes);
}

const takesEnum = (wide: JsonValue | undefined, narrow: JsonValue | undefined): boolean =>
  narrow === undefined ||
  (wide !== undefined && list(wide).every((value) => list(narrow).some((one) => isSame(one, value))));

function required(wide: JsonObject, narrow: JsonObject, path: string): string[] {
  const before = list(wide['required']);
  return list(narrow['required'])
    .filter((name) => !before.includes(name))
    .map((name) => `${path}.required.${String(name)}`);
}

function properties(wide: JsonObject, narrow: JsonObject, place: Place): string[] {
  const before = isObject(wide['properties']) ? wide['properties'] : {};
  const after = isObject(narrow['properties']) ? narrow['properties'] : {};
  return Object.entries(before).flatMap(([name, schema]) => {
    const there = inside(place, `properties.${name}`);
    if (Object.hasOwn(after, name)) return narrower(schema, after[name], there);
    return place.isInput ? [there.path] : [];
  });
}

const closes = (wide: JsonObject, narrow: JsonObject): boolean =>
  !isSame(wide['additionalProperties'], narrow['additionalProperties']) &&
  narrow['additionalProperties'] !== undefined &&
  narrow['additionalProperties'] !== true &&
  wide['additionalProperties'] !== false;

function others(wide: JsonObject, narrow: JsonObject, path: string): string[] {
  return Object.keys(narrow)
    .filter((key) => !UNDERSTOOD.has(key) && !SILENT.has(key) && !isSame(wide[key], narrow[key]))
    .map((key) => `${path}.${key}`);
}

const isObject = (value: JsonValue | undefined): value is JsonObject =>
  value !== null && typeof value === 'object' && !Array.isArray(value);

const isSame = (a: JsonValue | undefined, b: JsonValue | undefined): boolean =>
  a === b || JSON.stringify(a) === JSON.stringify(b);
