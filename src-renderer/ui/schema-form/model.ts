/**
 * From a JSON Schema to the fields of a form, without React. A schema is a stranger's: it may be deep, wide, recursive or
 * nonsense; what has no field of its own becomes a text area for JSON, so that any tool can be tried.
 */
import type { JsonObject, JsonValue } from '#shared/kernel/canonical.ts';

/** Deeper parts of a schema are written as JSON. */
const DEEPEST = 5;
/** An object with more properties is written as JSON. */
const MOST_PROPERTIES = 64;
/** A choice with more options is typed instead. */
const MOST_OPTIONS = 200;

interface Words {
  title?: string;
  description?: string;
  defaultValue?: JsonValue;
}

export interface Option {
  value: JsonValue;
  label: string;
}

export interface Property {
  /** Where the value stands in the form; never the property's own name, which may hold dots or be `__proto__`. */
  key: string;
  name: string;
  required: boolean;
  field: Field;
}

export type Field = Words &
  (
    | { kind: 'text'; multiline: boolean; minLength?: number; maxLength?: number; pattern?: string }
    | { kind: 'number'; integer: boolean; minimum?: number; maximum?: number; above?: number; below?: number }
    | { kind: 'choice'; options: Option[] }
    | { kind: 'flag' }
    | { kind: 'object'; properties: Property[] }
    | { kind: 'list'; item: Field; minItems?: number; maxItems?: number }
    | { kind: 'json' }
  );

export const isObject = (value: unknown): value is JsonObject =>
  typeof value === 'object' && value !== null && !Array.isArray(value);
const numberOf = (value: unknown): number | undefined => (typeof value === 'number' ? value : undefined);
const textOf = (value: unknown): string | undefined =>
  typeof value === 'string' && value !== '' ? value : undefined;

/** Describes the form for a tool's `inputSchema`. */
export const describeSchema = (schema: unknown): Field => describe(schema, schema, 0);

function describe(schema: unknown, root: unknown, depth: number): Field {
  if (!isObject(schema) || depth > DEEPEST) return { kind: 'json' };
  const target = resolve(schema, root);
  if (!target) return { ...wordsOf(schema), kind: 'json' };
  return { ...wordsOf(target), ...wordsOf(schema), ...shapeOf(target, root, depth) };
}

function wordsOf(schema: JsonObject): Words {
  const title = textOf(schema['title']);
  const description = textOf(schema['description']);
  return {
    ...(title ? { title } : {}),
    ...(description ? { description } : {}),
    ...(schema['default'] === undefined ? {} : { defaultValue: schema['default'] }),
  };
}

/** Follows a reference into the same document; `undefined` for any other, and for a chain of them. */
function resolve(schema: JsonObject, root: unknown): JsonObject | undefined {
  const reference = schema['$ref'];
  if (reference === undefined) return schema;
  if (typeof reference !== 'string' || !reference.startsWith('#/')) return undefined;
  let found: unknown = root;
  for (const part of reference.slice(2).split('/')) {
    const name = part.replaceAll('~1', '/').replaceAll('~0', '~');
    found = isObject(found) && Object.hasOwn(found, name) ? found[name] : undefined;
  }
  return isObject(found) && found['$ref'] === undefined ? found : undefined;
}

function shapeOf(schema: JsonObject, root: unknown, depth: number): Field {
  const options = optionsOf(schema);
  if (options) return { kind: 'choice', options };
  const single = onlyBranch(schema);
  if (single) return describe(single, root, depth + 1);
  switch (typeOf(schema)) {
    case 'string':
      return textField(schema);
    case 'number':
      return numberField(schema, false);
    case 'integer':
      return numberField(schema, true);
    case 'boolean':
      return { kind: 'flag' };
    case 'object':
      return objectField(schema, root, depth);
    case 'array':
      return listField(schema, root, depth);
    default:
      return { kind: 'json' };
  }
}

/** The one type besides `null`; `undefined` where there are several or none. */
function typeOf(schema: JsonObject): string | undefined {
  const types = [schema['type']].flat().filter((type) => type !== 'null');
  if (types.length === 1 && typeof types[0] === 'string') return types[0];
  return types.length === 0 || schema['type'] === undefined
    ? isObject(schema['properties'])
      ? 'object'
      : undefined
    : undefined;
}

/** `enum`, or a `oneOf`/`anyOf` of constants with titles. */
function optionsOf(schema: JsonObject): Option[] | undefined {
  const values = schema['const'] === undefined ? schema['enum'] : [schema['const']];
  const options = Array.isArray(values)
    ? values.map((value) => ({ value, label: typeof value === 'string' ? value : JSON.stringify(value) }))
    : constantsOf(schema['oneOf'] ?? schema['anyOf']);
  return options && options.length > 0 && options.length <= MOST_OPTIONS ? options : undefined;
}

function constantsOf(branches: unknown): Option[] | undefined {
  if (!Array.isArray(branches)) return undefined;
  const options: Option[] = [];
  for (const branch of branches) {
    if (!isObject(branch) || branch['const'] === undefined) return undefined;
    options.push({ value: branch['const'], label: textOf(branch['title']) ?? String(branch['const']) });
  }
  return options;
}

/** `anyOf: [X, null]` is X that may be left out. */
function onlyBranch(schema: JsonObject): JsonObject | undefined {
  const branches = schema['anyOf'] ?? schema['oneOf'];
  if (!Array.isArray(branches)) return undefined;
  const real = branches.filter(isObject).filter((branch) => branch['type'] !== 'null');
  return real.length === 1 ? real[0] : undefined;
}

const limits = (entries: Record<string, number | undefined>): Record<string, number> =>
  Object.fromEntries(
    Object.entries(entries).filter((entry): entry is [string, number] => entry[1] !== undefined),
  );

function textField(schema: JsonObject): Field {
  const pattern = textOf(schema['pattern']);
  const maxLength = numberOf(schema['maxLength']);
  return {
    kind: 'text',
    multiline:
      schema['format'] === 'textarea' || (maxLength ?? 0) > 300 || schema['contentMediaType'] !== undefined,
    ...limits({ minLength: numberOf(schema['minLength']), maxLength }),
    ...(pattern ? { pattern } : {}),
  };
}

const numberField = (schema: JsonObject, integer: boolean): Field => ({
  kind: 'number',
  integer,
  ...limits({
    minimum: numberOf(schema['minimum']),
    maximum: numberOf(schema['maximum']),
    above: numberOf(schema['exclusiveMinimum']),
    below: numberOf(schema['exclusiveMaximum']),
  }),
});

function objectField(schema: JsonObject, root: unknown, depth: number): Field {
  const properties = isObject(schema['properties']) ? Object.entries(schema['properties']) : [];
  const open = properties.length === 0 && schema['additionalProperties'] !== false && depth > 0;
  if (open || properties.length > MOST_PROPERTIES || schema['allOf'] !== undefined) return { kind: 'json' };
  const required = new Set(Array.isArray(schema['required']) ? schema['required'] : []);
  return {
    kind: 'object',
    properties: properties.map(([name, part], index) => ({
      key: `p${index}`,
      name,
      required: required.has(name),
      field: describe(part, root, depth + 1),
    })),
  };
}

function listField(schema: JsonObject, root: unknown, depth: number): Field {
  if (!isObject(schema['items'])) return { kind: 'json' };
  return {
    kind: 'list',
    item: describe(schema['items'], root, depth + 1),
    ...limits({ minItems: numberOf(schema['minItems']), maxItems: numberOf(schema['maxItems']) }),
  };
}
