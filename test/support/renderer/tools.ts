/** Tools as real servers describe them, for the in-memory node. */
import type { Tool } from '#shared/features/registry/tool.ts';

const object = (properties: Record<string, unknown>, required: string[] = []) => ({
  type: 'object',
  properties,
  required,
});

export const everythingTools: Tool[] = [
  {
    name: 'echo',
    title: 'Echo',
    description: 'Echoes back the input string',
    inputSchema: object({ message: { type: 'string', description: 'Message to echo' } }, ['message']),
    annotations: { readOnlyHint: true, openWorldHint: false },
  },
  {
    name: 'get-sum',
    title: 'Sum',
    description: 'Returns the sum of two numbers',
    inputSchema: object(
      {
        a: { type: 'number', description: 'First number' },
        b: { type: 'number', description: 'Second number' },
      },
      ['a', 'b'],
    ),
    outputSchema: object({ sum: { type: 'number' } }, ['sum']),
    annotations: { readOnlyHint: true, idempotentHint: true },
  },
  {
    name: 'trigger-long-running-operation',
    title: 'Long Running Operation',
    description: 'Works for a while and reports its progress',
    inputSchema: object({
      duration: { type: 'number', default: 10, minimum: 1, maximum: 60, description: 'Seconds to work' },
      steps: { type: 'integer', default: 5, minimum: 1, description: 'Steps to take' },
    }),
  },
  {
    name: 'get-annotated-message',
    title: 'Annotated Message',
    description: 'Shows how annotations give metadata about content',
    inputSchema: object(
      {
        messageType: { type: 'string', enum: ['error', 'success', 'debug'], description: 'Kind of message' },
        includeImage: { type: 'boolean', default: false, description: 'Whether to add a picture' },
      },
      ['messageType'],
    ),
  },
];

export const weatherTools: Tool[] = [
  {
    name: 'forecast',
    title: 'Weather forecast',
    description:
      'Hourly forecast for a place, up to seven days ahead, from the open data of several weather services.',
    inputSchema: object(
      {
        place: {
          type: 'object',
          description: 'Where',
          properties: {
            latitude: { type: 'number', minimum: -90, maximum: 90 },
            longitude: { type: 'number', minimum: -180, maximum: 180 },
          },
          required: ['latitude', 'longitude'],
        },
        days: { type: 'integer', minimum: 1, maximum: 7, default: 3 },
        units: { enum: ['metric', 'imperial'], default: 'metric' },
        layers: {
          type: 'array',
          items: { type: 'string' },
          maxItems: 4,
          description: 'Extra layers to include',
        },
        alerts: { type: 'boolean', description: 'Include official warnings' },
        extra: { description: 'Passed on as it is', anyOf: [{ type: 'string' }, { type: 'object' }] },
      },
      ['place'],
    ),
    annotations: { readOnlyHint: true, openWorldHint: true },
  },
  {
    name: 'radar-image',
    title: 'Radar image',
    description: 'The latest rain radar as a picture',
    inputSchema: object({ region: { type: 'string' } }, ['region']),
    annotations: { readOnlyHint: true, openWorldHint: true },
  },
];

export const notesTools: Tool[] = [
  {
    name: 'delete_notes',
    title: 'Delete notes',
    description: 'Deletes all notes that match a query. This cannot be undone.\u200b',
    inputSchema: object({ query: { type: 'string', minLength: 3 } }, ['query']),
    annotations: { destructiveHint: true, openWorldHint: false },
  },
  {
    name: 'search_notes',
    title: 'Search notes',
    description: 'Full-text search over a shared collection of notes',
    inputSchema: object({ query: { type: 'string' }, limit: { type: 'integer', default: 20 } }, ['query']),
    annotations: { readOnlyHint: true },
  },
];
