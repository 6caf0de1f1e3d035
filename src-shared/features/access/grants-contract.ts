import { z } from 'zod';
import { command, query, stream } from '../../kernel/contract.ts';
import { isProviderId } from '../../kernel/ids.ts';
import { serverNameSchema } from '../servers/config.ts';
import { MAX_DEPTH } from './depth.ts';
import { MAX_GRANT_TOOLS } from './grant.ts';
import { MAX_WORDS } from './grant-messages.ts';

const tools = z.array(z.string().min(1).max(256)).min(1).max(MAX_GRANT_TOOLS);
const provider = z.string().refine(isProviderId, 'a provider id');

const termsSchema = z.object({
  server: serverNameSchema,
  tools: tools.optional().describe('Only these; absent: all that are shared.'),
  args: z
    .record(z.string(), z.string().max(4096))
    .optional()
    .describe('By tool: JSON Schema, as text, that the arguments must fit.'),
  calls: z.number().int().min(1).max(1_000_000_000).optional().describe('Calls in all.'),
  depth: z
    .number()
    .int()
    .min(1)
    .max(MAX_DEPTH)
    .optional()
    .describe('Its holder may share the tools on: so often in a row, himself included.'),
});

/** It opens nothing: its holder may share on what is open to him by the share. */
const link = z.literal(true).optional();

export const madeGrantSchema = termsSchema.extend({
  link,
  id: z.string(),
  to: z.string(),
  toName: z.string().optional(),
  note: z.string(),
  issuedAt: z.number(),
  expiresAt: z.number(),
  used: z.number(),
  lastUsedAt: z.number().optional(),
  revokedAt: z.number().optional(),
  state: z.enum(['active', 'expired', 'revoked', 'spent']),
});
export type MadeGrantView = z.output<typeof madeGrantSchema>;

export const heldGrantSchema = termsSchema.extend({
  link,
  id: z.string(),
  provider: z.string(),
  providerName: z.string().optional(),
  issuedAt: z.number(),
  expiresAt: z.number(),
  state: z.enum(['active', 'expired']),
});
export type HeldGrantView = z.output<typeof heldGrantSchema>;

export const accessRequestSchema = z.object({
  id: z.number(),
  side: z.enum(['here', 'elsewhere']).describe('Of others here, or of this node elsewhere.'),
  provider: z.string(),
  providerName: z.string().optional(),
  server: z.string(),
  tools: z.array(z.string()),
  words: z.string(),
  state: z.enum(['open', 'declined', 'granted']),
  at: z.number(),
});
export type AccessRequestView = z.output<typeof accessRequestSchema>;

const days = z
  .number()
  .min(1 / 24)
  .max(400);
const note = z.string().max(200);

export const grantsContract = {
  'access.grants': query(
    'Grants made here, and grants of others to this provider.',
    z.object({}),
    z.object({ made: z.array(madeGrantSchema), held: z.array(heldGrantSchema) }),
  ),
  'access.grant': command(
    'Lets one provider call tools of a shared server for a time. A server that is shared with nobody is shared with holders of grants alone.',
    termsSchema.extend({ to: provider, days: days.default(30), note: note.default('') }),
    madeGrantSchema,
  ),
  'access.revoke': command(
    'Ends a grant; calls under it that run end.',
    z.object({ id: z.string().max(64) }),
    z.object({}),
  ),
  'access.checkConstraint': query(
    'Whether a constraint on arguments can be used, and whether given arguments would fit it.',
    z.object({
      schema: z.string().max(4096).describe('JSON Schema, as text.'),
      arguments: z.record(z.string(), z.unknown()).optional(),
    }),
    z.object({
      problem: z.string().optional().describe('Why it cannot be used.'),
      fits: z.boolean().optional().describe('Whether the arguments fit; absent where there are none.'),
    }),
  ),
  'access.watch': stream(
    'Says that shares, limits, grants, what is used of them, or requests changed: now, and again (at most once a second).',
    z.object({}),
    z.object({ revision: z.number() }),
  ),
  'access.requests': query(
    'Requests for access: of others here, and of this node elsewhere; the newest first.',
    z.object({}),
    z.object({ items: z.array(accessRequestSchema) }),
  ),
  'access.ask': command(
    'Asks a connected provider for access to a server of his.',
    z.object({
      provider,
      server: serverNameSchema,
      tools: z.array(z.string().min(1).max(256)).max(MAX_GRANT_TOOLS).default([]),
      words: z.string().max(MAX_WORDS).default(''),
    }),
    accessRequestSchema,
  ),
  'access.accept': command(
    'Accepts a request for access: makes the grant. Without tools it is for those that were asked for.',
    z.object({
      id: z.number().int(),
      tools: tools.optional(),
      args: termsSchema.shape.args,
      calls: termsSchema.shape.calls,
      depth: termsSchema.shape.depth,
      days: days.default(30),
      note: note.default(''),
    }),
    madeGrantSchema,
  ),
  'access.decline': command(
    'Declines a request for access.',
    z.object({ id: z.number().int() }),
    z.object({}),
  ),
};
