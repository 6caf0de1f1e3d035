import { z } from 'zod';
import { command, query, stream } from '../../kernel/contract.ts';
import { hopSchema, MAX_HOPS } from './hops.ts';

export const directionSchema = z.enum(['local', 'outgoing', 'incoming']);
export const outcomeSchema = z.enum(['ok', 'tool_error', 'error', 'cancelled']);

export const invocationSchema = z.object({
  id: z.string(),
  /** `local`: a client here, a server here. `outgoing`: a client here, a peer’s server. `incoming`: a peer, a server here. */
  direction: directionSchema,
  startedAt: z.number(),
  durationMs: z.number(),
  /** `ok`; `tool_error`: the tool said isError; `error`: the call failed, see code; `cancelled`. */
  outcome: outcomeSchema,
  code: z.string().optional(),
  method: z.string(),
  server: z.string(),
  tool: z.string().optional(),
  /** Full id of the tool as it was called; on calls of clients of this machine. */
  toolId: z.string().optional(),
  /** The other party of a remote call. */
  providerId: z.string().optional(),
  peerId: z.string().optional(),
  /** The AI client or profile that called. */
  client: z.string().optional(),
  requestBytes: z.number(),
  responseBytes: z.number(),
  /** The result was kept from an earlier call: nothing was sent. */
  cached: z.boolean().optional(),
  /** It travelled sealed between the client’s node and the node that ran the tool. */
  sealed: z.boolean().optional(),
  /** Made under an identity that was made for its provider alone. */
  fresh: z.boolean().optional(),
  /** Values of secrets of this node that were taken out of what it sent. */
  redacted: z.number().optional(),
});
export type Invocation = z.output<typeof invocationSchema>;

/** What one call is asked for, and lists leave out. */
export const invocationDetailSchema = invocationSchema.extend({
  /** Where the time went, in order; the sum is the duration. Absent on calls of older versions. */
  hops: z.array(hopSchema).max(MAX_HOPS).optional(),
  /** JSON texts, only where payload logging is switched on; one that ends with `…` was cut. */
  request: z.string().optional(),
  response: z.string().optional(),
});
export type InvocationDetail = z.output<typeof invocationDetailSchema>;

/** When one provider last used one tool of this node. */
export const lastUseSchema = z.object({
  server: z.string(),
  tool: z.string().optional(),
  providerId: z.string(),
  providerName: z.string().optional(),
  /** When the call began (epoch ms). */
  at: z.number(),
  /** Calls that were answered, of those that are recorded. */
  calls: z.number(),
});
export type LastUse = z.output<typeof lastUseSchema>;

/** Pairs of tool and provider that are told of at most. */
export const MAX_USES = 5_000;

export const invocationFilterSchema = z.object({
  before: z.number().optional().describe('Only calls started before this time (epoch ms).'),
  since: z.number().optional().describe('Only calls started at this time or later (epoch ms).'),
  direction: directionSchema.optional(),
  outcome: outcomeSchema.optional(),
  server: z.string().max(256).optional(),
  tool: z.string().max(256).optional(),
  client: z.string().max(256).optional(),
  providerId: z.string().max(128).optional(),
  text: z
    .string()
    .max(200)
    .optional()
    .describe('Part of the name of server, tool or client, of the provider’s id, or of the error code.'),
});
export type InvocationFilter = z.output<typeof invocationFilterSchema>;

/** What a running call says of itself. */
export const callNewsSchema = z.discriminatedUnion('t', [
  z.object({
    t: z.literal('progress'),
    progress: z.number(),
    total: z.number().optional(),
    message: z.string().optional(),
  }),
  z.object({ t: z.literal('log'), level: z.string(), text: z.string() }),
]);
export type CallNews = z.output<typeof callNewsSchema>;

const callKey = z.string().min(16).max(64);

export const relayContract = {
  'tools.call': command(
    'Calls a tool as an AI client would, to try it.',
    z.object({
      id: z.string().min(1).max(512),
      arguments: z.record(z.string(), z.unknown()).default({}),
      timeoutMs: z.number().int().min(100).max(3_600_000).default(60_000),
      freshIdentity: z
        .boolean()
        .optional()
        .describe(
          'Under an identity made for its provider alone. Hides who calls, not from which address; only tools that everyone may call.',
        ),
      key: callKey
        .optional()
        .describe('Chosen by the caller at random; `tools.callNews` tells progress under it.'),
    }),
    /** MCP `CallToolResult`, untouched. */
    z.object({ result: z.record(z.string(), z.unknown()) }),
  ),
  'tools.callNews': stream(
    'Progress and log messages of a call made with this key, until it ends. It may be opened before the call; opening it again calls nothing again.',
    z.object({ key: callKey }),
    callNewsSchema,
  ),
  'invocations.list': query(
    'Calls made here, by peers and to peers, newest first.',
    invocationFilterSchema.extend({
      limit: z.number().int().min(1).max(1000).default(100),
      beforeId: z
        .string()
        .max(64)
        .optional()
        .describe('With `before`: goes on after the call of that time and id, so that none is missed.'),
    }),
    z.object({ items: z.array(invocationSchema) }),
  ),
  'invocations.get': query(
    'One call with its hops, and with what was sent and answered where that is kept.',
    z.object({ id: z.string().max(64) }),
    invocationDetailSchema,
  ),
  'invocations.uses': query(
    'When each provider last used each tool of this node, the latest first; of the calls that are recorded.',
    z.object({}),
    z.object({ items: z.array(lastUseSchema).max(MAX_USES) }),
  ),
  'invocations.erase': command(
    'Erases the record of calls: all, or those that started before a time.',
    z.object({ before: z.number().optional() }),
    z.object({ erased: z.number() }),
  ),
  'invocations.watch': stream('Calls as they end.', z.object({}), invocationSchema),
};
