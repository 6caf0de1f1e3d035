/** From a tool, with what the operators and catalogs call it, to what an index takes in. */
import type { Tool } from '#shared/features/registry/tool.ts';
import { MAX_LABEL, MAX_TEXT, type SearchDoc } from './documents.ts';

/** What is known of a tool beside its own definition. */
export interface ToolLabels {
  server: string;
  providerName?: string | undefined;
  alias?: string | undefined;
  catalogName?: string | undefined;
  tags: readonly string[];
  category?: string | undefined;
  note?: string | undefined;
}

/** Deeper fields of a schema say nothing of what a tool is for. */
const DEEPEST = 4;
const MOST_FIELDS = 100;

export function docOf(slot: number, tool: Tool, labels: ToolLabels): SearchDoc {
  const params: string[] = [];
  const texts: string[] = [];
  readSchema(tool.inputSchema, 0, params, texts);
  const { alias, catalogName, category, note, providerName, server, tags } = labels;
  return {
    slot,
    // The name in the catalog is made of the server's and the tool's own; only an alias says something new.
    names: [tool.name, ...(alias ? [alias] : [])],
    title: (tool.title ?? titleIn(tool)).slice(0, MAX_LABEL),
    labels: [server, ...tags, category, providerName, alias ? catalogName : undefined].filter(
      (label) => label !== undefined,
    ),
    description: `${(tool.description ?? '').slice(0, MAX_TEXT)}\n${note ?? ''}`,
    params,
    paramTexts: texts.join('\n').slice(0, MAX_TEXT),
  };
}

/** Older servers have their title among the annotations. */
const titleIn = ({ annotations }: Tool): string => {
  const title = annotations?.['title'];
  return typeof title === 'string' ? title : '';
};

const isObject = (value: unknown): value is Record<string, unknown> =>
  typeof value === 'object' && value !== null && !Array.isArray(value);

function readSchema(schema: unknown, depth: number, params: string[], texts: string[]): void {
  if (!isObject(schema) || depth > DEEPEST) return;
  const { description, enum: choices, items, properties } = schema;
  if (depth > 0 && typeof description === 'string') texts.push(description.slice(0, MAX_TEXT));
  if (Array.isArray(choices))
    texts.push(
      ...choices
        .slice(0, 20)
        .filter((choice) => typeof choice === 'string')
        .map((choice) => choice.slice(0, MAX_LABEL)),
    );
  if (isObject(properties))
    for (const [name, field] of Object.entries(properties)) {
      if (params.length >= MOST_FIELDS) return;
      params.push(name.slice(0, MAX_LABEL));
      readSchema(field, depth + 1, params, texts);
    }
  if (items !== undefined) readSchema(items, depth + 1, params, texts);
}
