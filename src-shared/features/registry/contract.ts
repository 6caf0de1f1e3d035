import { z } from 'zod';
import { command, query, stream } from '../../kernel/contract.ts';
import { toolSchema } from './tool.ts';

/**
 * `local`: a server here. `pending`: from the network, not approved. `approved`: in the catalog. `changed`: approved
 * once, now different, out of the catalog until approved again. `rejected`: hidden by the operator.
 */
export const approvalStateSchema = z.enum(['local', 'pending', 'approved', 'changed', 'rejected']);

export const toolViewSchema = z.object({
  /** Full id: `provider/server/tool@version#fingerprint`. */
  id: z.string(),
  /** Name in the MCP catalog, once it has one. */
  catalogName: z.string().optional(),
  alias: z.string().optional(),
  providerId: z.string(),
  /** Display name of the provider, where its profile is known. */
  providerName: z.string().optional(),
  server: z.string(),
  name: z.string(),
  title: z.string().optional(),
  description: z.string().optional(),
  version: z.string(),
  fingerprint: z.string(),
  annotations: z.record(z.string(), z.unknown()).optional(),
  tags: z.array(z.string()),
  origin: z.enum(['local', 'network']),
  state: approvalStateSchema,
  /** Whether a call can be made now. */
  reachable: z.boolean(),
  /** Nodes of the provider that offer it. */
  nodes: z.array(z.string()),
  /** Hidden characters, look-alike names, … as codes. */
  warnings: z.array(z.string()),
});
export type ToolView = z.output<typeof toolViewSchema>;

export const toolDetailSchema = toolViewSchema.extend({
  tool: toolSchema,
  /** What changed since it was approved, field by field. */
  diff: z
    .array(z.object({ path: z.string(), before: z.string().optional(), after: z.string().optional() }))
    .optional(),
});

const scope = z.enum(['catalog', 'local', 'network', 'all']).default('catalog');
const byId = z.object({
  id: z.string().min(1).max(512).describe('Full id, short form, alias or catalog name.'),
});

export const registryContract = {
  'tools.list': query(
    'Tools: those in the catalog, of this machine, of the network, or all.',
    z.object({ scope, limit: z.number().int().min(1).max(20_000).default(20_000) }),
    z.object({ items: z.array(toolViewSchema) }),
  ),
  'tools.search': query(
    'Finds tools by words in names, titles, descriptions and tags.',
    z.object({ text: z.string().max(200), limit: z.number().int().min(1).max(500).default(50) }),
    z.object({ items: z.array(toolViewSchema) }),
  ),
  'tools.show': query(
    'One tool with its schemas, and what changed since it was approved.',
    byId,
    toolDetailSchema,
  ),
  'tools.approve': command(
    'Puts a tool of the network into the catalog, pinned to the fingerprint that was shown.',
    byId.extend({ fingerprint: z.string().optional() }),
    toolViewSchema,
  ),
  'tools.reject': command('Takes a tool out of the catalog and hides it.', byId, toolViewSchema),
  'tools.alias': command(
    'Gives a tool a name of the operator’s own; an empty one removes it.',
    byId.extend({ alias: z.string().regex(/^([a-zA-Z0-9_-]{1,40})?$/) }),
    toolViewSchema,
  ),
  'tools.watch': stream(
    'Counts, again whenever the directory or the catalog changed.',
    z.object({}),
    z.object({
      revision: z.number(),
      catalog: z.number(),
      network: z.number(),
      pending: z.number(),
      changed: z.number(),
    }),
  ),
};
