import { z } from 'zod';
import { command, query, stream } from '../../kernel/contract.ts';

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
    z.object({ address: z.string().min(1).max(512) }),
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
