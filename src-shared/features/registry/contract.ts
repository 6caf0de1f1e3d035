import { z } from 'zod';
import { command, query, stream } from '../../kernel/contract.ts';
import { resemblanceSchema } from './conflicts.ts';
import { criticalContract } from './critical.ts';
import { curationContract } from './curation.ts';
import { networkSearchContract } from './network-search.ts';
import { pinViewSchema } from './pin.ts';
import { toolCountsSchema, toolFilterSchema, toolSortSchema } from './query.ts';
import { understoodSchema } from './search-view.ts';
import { toolSchema } from './tool.ts';
import { byId, toolViewSchema } from './view.ts';

export type { ToolView } from './view.ts';

const change = z.object({ path: z.string(), before: z.string().optional(), after: z.string().optional() });

/** A definition that the tool had at some time. */
export const knownVersionSchema = z.object({
  version: z.string(),
  fingerprint: z.string(),
  /** Epoch ms. */
  firstSeenAt: z.number(),
  lastSeenAt: z.number(),
  /** Nodes that offer it now. */
  nodes: z.array(z.string()),
  /** Whether this is what the catalog means by the tool now. */
  current: z.boolean(),
  /** Whether the operator or a rule let this one in. */
  approved: z.boolean(),
});
export type KnownVersion = z.output<typeof knownVersionSchema>;

export const toolDetailSchema = toolViewSchema.extend({
  tool: toolSchema,
  /** What changed since it was approved or pinned, field by field. */
  diff: z.array(change).optional(),
  /** Of what changed, the paths that break callers of what was approved or pinned. */
  breaking: z.array(z.string()).optional(),
  pin: pinViewSchema.optional(),
  /** Newest first; only of tools that were decided upon, pinned or marked, and of own ones. */
  versions: z.array(knownVersionSchema).optional(),
  /** Whose names its names are like, the best known first. */
  resembles: z.array(resemblanceSchema).optional(),
});

const scope = z.enum(['catalog', 'local', 'network', 'all']).default('catalog');

export const registryContract = {
  'tools.list': query(
    'Tools: those in the catalog, of this machine, of the network, or all.',
    z.object({ scope, limit: z.number().int().min(1).max(20_000).default(20_000) }),
    z.object({ items: z.array(toolViewSchema) }),
  ),
  'tools.query': query(
    'A window of the tools that fit a filter, and how many there would be with each other choice.',
    z.object({
      filter: toolFilterSchema.prefault({}),
      /** Where it is not given: by relevance where the filter has a text, else by what tools are called. */
      sort: toolSortSchema.optional(),
      descending: z.boolean().default(false),
      offset: z.number().int().min(0).default(0),
      limit: z.number().int().min(0).max(1000).default(100),
    }),
    z.object({
      /** Descriptions are cut at 200 characters. */
      items: z.array(toolViewSchema),
      /** Of all that fit. */
      total: z.number(),
      /** Of all tools, whatever the filter. */
      all: z.number(),
      revision: z.number(),
      counts: toolCountsSchema,
      /** How the text of the filter was understood; absent without one. */
      understood: understoodSchema.optional(),
    }),
  ),
  'tools.search': query(
    'Finds tools by what a person wrote: words, “phrases”, -exclusions and filters such as tag:mail; the best first.',
    z.object({ text: z.string().max(200), limit: z.number().int().min(1).max(500).default(50) }),
    z.object({ items: z.array(toolViewSchema), understood: understoodSchema }),
  ),
  'tools.show': query(
    'One tool with its schemas, its known versions, and what changed since it was approved.',
    byId,
    toolDetailSchema,
  ),
  'tools.compare': query(
    'What differs between two known versions of a tool, by their fingerprints.',
    byId.extend({ before: z.string().length(64), after: z.string().length(64) }),
    z.object({ changes: z.array(change), breaking: z.array(z.string()) }),
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
  ...criticalContract,
  ...curationContract,
  ...networkSearchContract,
};
