import { z } from 'zod';
import { command, query, stream } from '../../kernel/contract.ts';

export const invocationSchema = z.object({
  id: z.string(),
  /** `local`: a client here, a server here. `outgoing`: a client here, a peer’s server. `incoming`: a peer, a server here. */
  direction: z.enum(['local', 'outgoing', 'incoming']),
  startedAt: z.number(),
  durationMs: z.number(),
  /** `ok`; `tool_error`: the tool said isError; `error`: the call failed, see code; `cancelled`. */
  outcome: z.enum(['ok', 'tool_error', 'error', 'cancelled']),
  code: z.string().optional(),
  method: z.string(),
  server: z.string(),
  tool: z.string().optional(),
  /** The other party of a remote call. */
  providerId: z.string().optional(),
  peerId: z.string().optional(),
  /** The AI client or profile that called. */
  client: z.string().optional(),
  requestBytes: z.number(),
  responseBytes: z.number(),
  /** Only where payload logging is switched on. */
  request: z.string().optional(),
  response: z.string().optional(),
});
export type Invocation = z.output<typeof invocationSchema>;

export const relayContract = {
  'tools.call': command(
    'Calls a tool as an AI client would, to try it.',
    z.object({
      id: z.string().min(1).max(512),
      arguments: z.record(z.string(), z.unknown()).default({}),
      timeoutMs: z.number().int().min(100).max(3_600_000).default(60_000),
    }),
    /** MCP `CallToolResult`, untouched. */
    z.object({ result: z.record(z.string(), z.unknown()) }),
  ),
  'invocations.list': query(
    'Calls made here, by peers and to peers, newest first.',
    z.object({
      limit: z.number().int().min(1).max(1000).default(100),
      before: z.number().optional().describe('Only calls started before this time (epoch ms).'),
      direction: z.enum(['local', 'outgoing', 'incoming']).optional(),
      outcome: z.enum(['ok', 'tool_error', 'error', 'cancelled']).optional(),
      server: z.string().optional(),
    }),
    z.object({ items: z.array(invocationSchema) }),
  ),
  'invocations.watch': stream('Calls as they end.', z.object({}), invocationSchema),
};
