import { z } from 'zod';
import { command, query, stream } from '../../kernel/contract.ts';
import { roleSchema } from './operators.ts';
import { MAX_OPERATOR_NAME } from './roles.ts';

export const statusSchema = z.object({
  version: z.string(),
  pid: z.number(),
  dataDir: z.string(),
  startedAt: z.number(),
  providerId: z.string(),
  peerId: z.string(),
  displayName: z.string(),
  addresses: z.array(z.string()),
  mcpUrl: z.string(),
  webUrl: z.string(),
  peers: z.number(),
  servers: z.object({ total: z.number(), running: z.number(), failed: z.number() }),
  tools: z.object({ catalog: z.number(), network: z.number(), pending: z.number(), changed: z.number() }),
  residentBytes: z.number(),
});
export type NodeStatus = z.output<typeof statusSchema>;

/** `read`: queries and streams. `operate`: commands as well, all but those that reveal keys or make tokens. */
export const apiScopeSchema = z.enum(['read', 'operate']);
export type ApiScope = z.output<typeof apiScopeSchema>;

/** A token for a program that uses the HTTP API. */
export const apiTokenSchema = z.object({
  id: z.string(),
  name: z.string(),
  scope: apiScopeSchema,
  /** Of its holder: what neither the scope nor the role allows is refused. */
  role: roleSchema,
  createdAt: z.number(),
  lastUsedAt: z.number().optional(),
});
export type ApiToken = z.output<typeof apiTokenSchema>;

export const nodeContract = {
  'api.tokens.list': query(
    'Programs that were given a token for the HTTP API.',
    z.object({}),
    z.object({ items: z.array(apiTokenSchema) }),
  ),
  'api.tokens.create': command(
    'Makes a token for the HTTP API; it is shown once.',
    z.object({
      name: z.string().min(1).max(64),
      scope: apiScopeSchema.default('read'),
      role: roleSchema.default('owner'),
    }),
    apiTokenSchema.extend({ token: z.string() }),
  ),
  'api.tokens.revoke': command(
    'Ends a token of the HTTP API at once.',
    z.object({ id: z.string() }),
    z.object({}),
  ),
  'node.status': query('What this node is and how it is doing.', z.object({}), statusSchema),
  'node.stop': command(
    'Stops the node in order: calls end, servers are closed, everything is written.',
    z.object({}),
    z.object({}),
  ),
  'node.openLink': command(
    'Makes a new one-time link to the dashboard, valid for ten minutes. Who opens it has its role for as long as his browser stays signed in.',
    z.object({
      role: roleSchema.default('owner'),
      name: z.string().trim().max(MAX_OPERATOR_NAME).default(''),
    }),
    z.object({ url: z.string() }),
  ),
  'node.watch': stream(
    'The status, again whenever it changed (at most once a second).',
    z.object({}),
    statusSchema,
  ),
};
