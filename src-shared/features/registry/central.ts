/**
 * Servers that a centralized MCP registry lists, read by the official API: `GET /v0.1/servers` with `cursor`, `limit`,
 * `updated_since` and `version=latest`. A listing is what somebody published there, nothing more.
 */
import { z } from 'zod';
import { command, query, stream } from '../../kernel/contract.ts';

const plainText = (longest: number) => z.string().transform((text) => text.slice(0, longest));

/** The parts of a `server.json` that are shown in a list; everything else is kept as it came. */
export const listedServerSchema = z.looseObject({
  name: z
    .string()
    .max(200)
    .regex(/^[a-zA-Z0-9.-]+\/[a-zA-Z0-9._-]+$/),
  title: plainText(200).optional(),
  description: plainText(2000).optional(),
  version: z.string().max(255),
  websiteUrl: z.string().max(2000).optional(),
  repository: z.looseObject({ url: z.string().max(2000).optional() }).optional(),
  packages: z.array(z.looseObject({ registryType: z.string().optional() })).optional(),
  remotes: z.array(z.looseObject({ type: z.string().optional() })).optional(),
});

const officialMetaSchema = z.looseObject({
  status: z.string().optional(),
  publishedAt: z.string().optional(),
  updatedAt: z.string().optional(),
  isLatest: z.boolean().optional(),
});

export const OFFICIAL_META = 'io.modelcontextprotocol.registry/official';

/** One item of the answer. Registries other than the official one may leave `_meta` out. */
export const listedItemSchema = z.object({
  server: listedServerSchema,
  _meta: z.looseObject({ [OFFICIAL_META]: officialMetaSchema.optional() }).optional(),
});
export type ListedItem = z.output<typeof listedItemSchema>;

/** A page of the answer. Items are checked one by one: a bad one must not cost the others. */
export const listedPageSchema = z.object({
  servers: z.array(z.unknown()).max(1000),
  metadata: z
    .looseObject({ nextCursor: z.string().max(2000).nullish() })
    .optional()
    .default({}),
});

/** How a listed server would run here. */
export const listingKindSchema = z.enum(['npm', 'pypi', 'oci', 'remote', 'other']);
export type ListingKind = z.output<typeof listingKindSchema>;

export const listingSchema = z.object({
  name: z.string(),
  title: z.string().optional(),
  description: z.string().optional(),
  version: z.string(),
  status: z.enum(['active', 'deprecated']),
  updatedAt: z.number().optional(),
  kinds: z.array(listingKindSchema),
  repository: z.string().optional(),
  website: z.string().optional(),
});
export type Listing = z.output<typeof listingSchema>;

export const centralStateSchema = z.object({
  /** The registry that is asked. */
  url: z.string(),
  /** Listings that are kept here. */
  count: z.number(),
  /** When all of it was last read; absent: never, nothing was ever asked of the registry. */
  syncedAt: z.number().optional(),
  syncing: z.boolean(),
  /** Why the last reading ended early. */
  fault: z.object({ code: z.string(), message: z.string(), advice: z.string() }).optional(),
});
export type CentralState = z.output<typeof centralStateSchema>;

export const centralContract = {
  'central.watch': stream(
    'How the copy of the centralized registry stands, again whenever it changed.',
    z.object({}),
    centralStateSchema,
  ),
  'central.sync': command(
    'Reads from the centralized registry what changed there since the last time; everything at first.',
    z.object({
      /** Leaves it at that where the copy is younger than this. */
      olderThanMs: z.number().int().min(0).default(0),
    }),
    z.object({ read: z.number(), count: z.number() }),
  ),
  'central.forget': command('Removes the copy of the centralized registry.', z.object({}), z.object({})),
  'central.list': query(
    'Servers that the centralized registry lists, from the copy here: those that have all the words, best first.',
    z.object({
      text: z.string().max(200).default(''),
      kind: listingKindSchema.optional(),
      offset: z.number().int().min(0).default(0),
      limit: z.number().int().min(1).max(1000).default(100),
    }),
    z.object({ items: z.array(listingSchema), total: z.number() }),
  ),
  'central.show': query(
    'One listed server with its server.json as the registry gave it.',
    z.object({ name: z.string().min(1).max(200) }),
    listingSchema.extend({ serverJson: z.string() }),
  ),
};
