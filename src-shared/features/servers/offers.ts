/** What one MCP server offers, as it last said; kept in the store so that a cold start can answer at once. */
import { z } from 'zod';
import { toolSchema } from '../registry/tool.ts';

/** Lists hold the server's own objects, unknown fields included. */
export const serverOffersSchema = z.object({
  serverInfo: z.looseObject({ name: z.string(), version: z.string(), title: z.string().optional() }),
  /** MCP `ServerCapabilities` as declared. */
  capabilities: z.looseObject({}),
  instructions: z.string().optional(),
  protocolVersion: z.string(),
  era: z.enum(['legacy', 'modern']),
  tools: z.array(toolSchema),
  prompts: z.array(z.looseObject({ name: z.string() })),
  resources: z.array(z.looseObject({ uri: z.string() })),
  resourceTemplates: z.array(z.looseObject({ uriTemplate: z.string() })),
  /** Epoch ms of the last successful listing. */
  listedAt: z.number(),
  /** How long the server says that its lists hold (ms); absent: until it says that they changed. */
  ttlMs: z.number().optional(),
});
export type ServerOffers = z.output<typeof serverOffersSchema>;
