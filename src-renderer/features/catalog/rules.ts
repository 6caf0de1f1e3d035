/** What the page says of tools. */
export { labelOf } from '#shared/features/registry/query.ts';

export type AnnotationWord =
  | 'readOnly'
  | 'destructive'
  | 'additive'
  | 'idempotent'
  | 'openWorld'
  | 'closedWorld'
  | 'unknown';

/**
 * A tool's annotations as things to say about it, by MCP's rules: `destructiveHint` and `idempotentHint` mean something
 * only for a tool that is not read-only. They are its provider's claims.
 */
export function annotationWords(annotations: Record<string, unknown> | undefined): AnnotationWord[] {
  const hint = (name: string) => annotations?.[name];
  const found: AnnotationWord[] = [];
  // Who claims both contradicts himself; the worse is said.
  if (hint('readOnlyHint') === true && hint('destructiveHint') !== true) found.push('readOnly');
  else {
    if (hint('destructiveHint') === true) found.push('destructive');
    if (hint('destructiveHint') === false) found.push('additive');
    if (hint('idempotentHint') === true) found.push('idempotent');
  }
  if (hint('openWorldHint') === true) found.push('openWorld');
  if (hint('openWorldHint') === false) found.push('closedWorld');
  return found.length > 0 ? found : ['unknown'];
}

/** An argument or field of a schema, as a line to read. */
export interface SchemaLine {
  name: string;
  /** `string`, `integer[]`, `"a" | "b"`, …; empty where the schema leaves it open. */
  type: string;
  required: boolean;
  description: string | undefined;
  children: SchemaLine[];
}

/** Deeper fields are seen in the raw schema. */
const DEEPEST = 5;
/** Fields of one object that are listed. */
const MOST_FIELDS = 100;

type Schema = Record<string, unknown>;
const isSchema = (value: unknown): value is Schema =>
  typeof value === 'object' && value !== null && !Array.isArray(value);

/** The fields that an object schema names, to look through. */
export function schemaLines(schema: unknown, depth = 0): SchemaLine[] {
  if (!isSchema(schema) || !isSchema(schema['properties']) || depth >= DEEPEST) return [];
  const required = Array.isArray(schema['required']) ? schema['required'] : [];
  return Object.entries(schema['properties'])
    .slice(0, MOST_FIELDS)
    .map(([name, field]) => ({
      name,
      type: typeOf(field),
      required: required.includes(name),
      description:
        isSchema(field) && typeof field['description'] === 'string' ? field['description'] : undefined,
      children: schemaLines(isSchema(field) && isSchema(field['items']) ? field['items'] : field, depth + 1),
    }));
}

function typeOf(schema: unknown): string {
  if (!isSchema(schema)) return '';
  const { const: only, enum: choices, items, type } = schema;
  if (only !== undefined) return JSON.stringify(only);
  if (Array.isArray(choices)) {
    const shown = choices.slice(0, 6).map((choice) => JSON.stringify(choice));
    return choices.length > 6 ? `${shown.join(' | ')} | …` : shown.join(' | ');
  }
  if (type === 'array') return `${typeOf(items) || 'any'}[]`;
  return Array.isArray(type) ? type.join(' | ') : typeof type === 'string' ? type : '';
}

/** The range that people mean by “the same, with its repairs”: `^1.2.3` of `1.2.3`. */
export const usualRange = (version: string): string =>
  /^v?\d+(\.\d+){0,2}$/.test(version) ? `^${version.replace(/^v/, '')}` : version;
