/**
 * The tools with which a client finds and calls what is not listed. They never change with the catalog: a client may
 * keep them, and a model reads the same words in every conversation.
 */
import type { MetaToolName } from '#shared/features/clients/budget.ts';
import type { JsonObject } from '#shared/kernel/canonical.ts';

/** Results of one search. */
export const MAX_FOUND = 50;
export const DEFAULT_FOUND = 10;
export const MAX_QUERY = 200;
/** Longer than any name in a catalog. */
export const MAX_NAME = 256;

const name = (description: string): JsonObject => ({
  type: 'string',
  minLength: 1,
  maxLength: MAX_NAME,
  description,
});

const READS: JsonObject = { readOnlyHint: true, idempotentHint: true, openWorldHint: false };

export const metaTools: Readonly<Record<MetaToolName, JsonObject>> = {
  find_tools: {
    name: 'find_tools',
    title: 'Find tools',
    description:
      'Finds tools of this catalog by what they do. Most tools are not listed: search here first, then describe_tool, then call_tool.',
    inputSchema: {
      type: 'object',
      properties: {
        query: {
          type: 'string',
          minLength: 1,
          maxLength: MAX_QUERY,
          description: 'A few words: what is to be done, with what. For example: read file, create issue.',
        },
        limit: { type: 'integer', minimum: 1, maximum: MAX_FOUND, default: DEFAULT_FOUND },
      },
      required: ['query'],
    },
    outputSchema: {
      type: 'object',
      properties: {
        tools: {
          type: 'array',
          description: 'The best first.',
          items: {
            type: 'object',
            properties: {
              name: { type: 'string', description: 'For describe_tool and call_tool.' },
              description: { type: 'string' },
              server: { type: 'string' },
              readOnly: { type: 'boolean', description: 'Whether the tool says that it changes nothing.' },
            },
            required: ['name', 'description', 'server', 'readOnly'],
          },
        },
        more: { type: 'boolean', description: 'Whether more tools fit than are shown.' },
        advice: { type: 'string' },
      },
      required: ['tools', 'more'],
    },
    annotations: READS,
  },
  describe_tool: {
    name: 'describe_tool',
    title: 'Describe a tool',
    description: 'The whole definition of a tool: description, schemas of arguments and result, annotations.',
    inputSchema: {
      type: 'object',
      properties: { name: name('As find_tools told it.') },
      required: ['name'],
    },
    outputSchema: {
      type: 'object',
      properties: {
        tool: {
          type: 'object',
          properties: { name: { type: 'string' }, inputSchema: { type: 'object' } },
          required: ['name', 'inputSchema'],
        },
        server: { type: 'string' },
      },
      required: ['tool', 'server'],
    },
    annotations: READS,
  },
  call_tool: {
    name: 'call_tool',
    title: 'Call a tool',
    description:
      'Calls a tool by its name, as if it were listed. The result is the tool’s own. Know its arguments first: describe_tool.',
    inputSchema: {
      type: 'object',
      properties: {
        name: name('As find_tools told it.'),
        arguments: { type: 'object', description: 'As the tool’s input schema demands.' },
      },
      required: ['name'],
    },
    annotations: { readOnlyHint: false, destructiveHint: true, idempotentHint: false, openWorldHint: true },
  },
};
