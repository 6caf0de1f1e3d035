import { z } from 'zod';
import { command, query, stream } from '../../kernel/contract.ts';

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

export const nodeContract = {
  'node.status': query('What this node is and how it is doing.', z.object({}), statusSchema),
  'node.stop': command(
    'Stops the node in order: calls end, servers are closed, everything is written.',
    z.object({}),
    z.object({}),
  ),
  'node.openLink': command(
    'Makes a new one-time link to the dashboard, valid for ten minutes.',
    z.object({}),
    z.object({ url: z.string() }),
  ),
  'node.watch': stream(
    'The status, again whenever it changed (at most once a second).',
    z.object({}),
    statusSchema,
  ),
};
