import { z } from 'zod';
import { pathKindSchema, transportSchema } from './addresses.ts';
import { command, query, stream } from '../../kernel/contract.ts';

/** How the operator stands to a provider. */
export const tierSchema = z.enum(['known', 'unknown', 'blocked']);

export const peerSchema = z.object({
  peerId: z.string(),
  providerId: z.string().optional(),
  displayName: z.string().optional(),
  connected: z.boolean(),
  blocked: z.boolean(),
  /** Pinned by the operator; sharing with `known` means these. */
  known: z.boolean(),
  addresses: z.array(z.string()),
  direction: z.enum(['inbound', 'outbound']).optional(),
  agent: z.string().optional(),
  version: z.number().optional(),
  features: z.array(z.string()).optional(),
  latencyMs: z.number().optional(),
  /** Round trips of about the last quarter of an hour, oldest first. */
  latencies: z.array(z.number()).optional(),
  transport: transportSchema.optional(),
  path: pathKindSchema.optional(),
  encryption: z.string().optional(),
  /** Bytes of calls on the present connection, before encryption. */
  receivedBytes: z.number().optional(),
  sentBytes: z.number().optional(),
  /** How far its clock was ahead of ours when it connected (ms). */
  clockAheadMs: z.number().optional(),
  /** The networks in which it is met now. */
  networks: z.array(z.string()).optional(),
  /** It is connected but serves no calls at the moment. */
  paused: z.boolean().optional(),
  /** Its tools that are listed here. */
  tools: z.number().optional(),
  tier: tierSchema.optional(),
  connectedAt: z.number().optional(),
  lastSeenAt: z.number().optional(),
});
export type PeerView = z.output<typeof peerSchema>;

const target = z.object({ id: z.string().min(1).describe('A provider id or a peer id.') });

export const p2pContract = {
  'peers.list': query(
    'Peers that are connected or remembered.',
    z.object({}),
    z.object({ items: z.array(peerSchema) }),
  ),
  'peers.connect': command(
    'Connects to a peer by address; its provider becomes known.',
    z.object({
      address: z.string().min(1).max(512),
      /** To which network the address belongs; absent: the public one, or the first private one where that is off. */
      network: z.string().max(16).optional(),
    }),
    peerSchema,
  ),
  'peers.disconnect': command('Closes the connections to a peer.', target, z.object({})),
  'peers.block': command(
    'Blocks a provider or peer: its connections and calls end at once, nothing of it is stored or shown.',
    target,
    z.object({ id: z.string() }),
  ),
  'peers.unblock': command('Lifts a block.', target, z.object({ id: z.string() })),
  'peers.setKnown': command(
    'Pins or unpins a provider as known to the operator.',
    z.object({ providerId: z.string(), known: z.boolean() }),
    z.object({}),
  ),
  'peers.watch': stream(
    'All peers, again whenever something changed.',
    z.object({}),
    z.object({ items: z.array(peerSchema) }),
  ),
};
