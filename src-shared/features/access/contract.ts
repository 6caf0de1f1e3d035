import { z } from 'zod';
import { command, query } from '../../kernel/contract.ts';
import { networkIdSchema } from '../p2p/networks.ts';
import { cachingSchema } from './caching.ts';
import { MAX_DEPTH } from './depth.ts';
import { sealPolicySchema } from './sealing.ts';
import { serverNameSchema } from '../servers/config.ts';

/** With whom a server is shared. */
export const audienceSchema = z.discriminatedUnion('kind', [
  z.object({ kind: z.literal('providers'), providers: z.array(z.string()).min(1).max(256) }),
  z.object({ kind: z.literal('known') }),
  z.object({ kind: z.literal('everyone') }),
  /** Nobody but those who hold a grant for it. */
  z.object({ kind: z.literal('grants') }),
]);
export type Audience = z.output<typeof audienceSchema>;

/** Who of a server's audience may call one of its tools: all of it, a part, or nobody. */
export const toolAudienceSchema = z.discriminatedUnion('kind', [
  ...audienceSchema.options,
  z.object({ kind: z.literal('nobody') }),
]);
export type ToolAudience = z.output<typeof toolAudienceSchema>;

/**
 * Who sees a server beside those who may call it: it is found, and access to it can be asked for, but calls are refused
 * as if it were not seen. Absent: nobody else.
 */
export const listedForSchema = z.discriminatedUnion('kind', [
  audienceSchema.options[0],
  audienceSchema.options[1],
  audienceSchema.options[2],
]);
export type ListedFor = z.output<typeof listedForSchema>;

/** What holds for one tool of a shared server, and what the operator says of it to those who see it. */
export const toolOverrideSchema = z.object({
  /** Narrows the server's audience, never widens it. Absent: as the server. */
  audience: toolAudienceSchema.optional(),
  /** A remark beside the description of the tool, which is the server's own and pinned by its fingerprint. */
  note: z.string().max(600).optional(),
  tags: z.array(z.string().min(1).max(40)).max(16).optional(),
  /** How long its results hold; told to those who see it. Absent: they are not kept. */
  caching: cachingSchema.optional(),
  /** Whether its calls are sealed; absent: as the server. */
  seal: sealPolicySchema.optional(),
});
export type ToolOverride = z.output<typeof toolOverrideSchema>;

/** Tools of one server that are told apart from the rest. */
const MAX_OVERRIDES = 1_000;
const overridesSchema = z
  .record(z.string().max(256), toolOverrideSchema)
  .refine((all) => Object.keys(all).length <= MAX_OVERRIDES, `at most ${MAX_OVERRIDES} tools`);

/** How often a server may be shared on in a row. */
const delegationSchema = z.object({ depth: z.number().int().min(1).max(MAX_DEPTH) });

/** In which networks everyone may see a server: each was said yes to by itself. */
const networksSchema = z.array(networkIdSchema).min(1).max(16);

export const shareSchema = z.object({
  server: serverNameSchema,
  audience: audienceSchema,
  listedFor: listedForSchema.optional(),
  /** Only these tools; absent: all tools the server has, now and later. */
  tools: z.array(z.string()).max(10_000).optional(),
  /** By the name of the tool. */
  overrides: overridesSchema.optional(),
  /** Who may call it may share it on as well: so often in a row. Absent: nobody may. */
  delegation: delegationSchema.optional(),
  /** Whether calls are sealed up to this node; told to those who see the server. Absent: `off`. */
  seal: sealPolicySchema.optional(),
  /** Under which heading peers find it. */
  category: z.string().max(40).optional(),
  /**
   * Where “everyone” is, who calls it or who sees it; absent: in the public network alone. Others are met wherever they
   * are, and do not have it.
   */
  networks: networksSchema.optional(),
  sharedAt: z.number(),
});
export type Share = z.output<typeof shareSchema>;

export const accessContract = {
  'access.shares': query(
    'What this node shares, and with whom.',
    z.object({}),
    z.object({ items: z.array(shareSchema) }),
  ),
  'servers.share': command(
    'Shares a server. Sharing with everyone a server that can change things or read files must be confirmed.',
    z.object({
      name: serverNameSchema,
      audience: audienceSchema,
      listedFor: listedForSchema.optional(),
      tools: z.array(z.string()).min(1).max(10_000).optional(),
      overrides: overridesSchema.optional(),
      delegation: delegationSchema.optional(),
      seal: sealPolicySchema.optional(),
      category: z.string().max(40).optional(),
      networks: networksSchema.optional(),
      /** The person has read the warning (`access.confirm_everyone`) and said yes. */
      confirmed: z.boolean().default(false),
    }),
    shareSchema,
  ),
  'servers.unshare': command(
    'Ends the sharing of a server; calls of peers in flight end.',
    z.object({ name: serverNameSchema }),
    z.object({}),
  ),
};
