/** Inviting others, joining them, and the private network that a node may be in. */
import { z } from 'zod';
import { command, query } from '../../kernel/contract.ts';
import { reachSchema } from './addresses.ts';
import { peerSchema } from './contract.ts';
import { MAX_INVITATION_MS, MAX_INVITATION_TEXT, networkNameSchema } from './invitation.ts';

/** An invitation as its writer sees it; the code itself is shown once. */
export const openInvitationSchema = z.object({
  id: z.string(),
  /** For the writer alone. */
  note: z.string().optional(),
  createdAt: z.number(),
  expiresAt: z.number(),
  /** Who came with it. */
  usedBy: z.string().optional(),
  usedAt: z.number().optional(),
});
export type OpenInvitation = z.output<typeof openInvitationSchema>;

export const invitationViewSchema = z.object({
  /** Proven by signatures. */
  providerId: z.string(),
  peerId: z.string(),
  /** What the inviting operator calls his node; a claim. */
  label: z.string(),
  addresses: z.array(z.string()),
  expiresAt: z.number(),
  /** Whether the inviting operator will note this provider as known. */
  pins: z.boolean(),
  /** The private network it leads into. */
  network: z.string().optional(),
  /** What joining means here: nothing special, or another network than the present one. */
  change: z.enum(['none', 'enter', 'switch', 'leave']),
  /** Whether the inviting provider is known already, or blocked. */
  standing: z.enum(['known', 'unknown', 'blocked']),
});
export type InvitationView = z.output<typeof invitationViewSchema>;

export const networkViewSchema = z.object({
  peerId: z.string(),
  providerId: z.string(),
  displayName: z.string(),
  addresses: z.array(z.string()),
  /** From where these can be dialled. */
  reach: reachSchema,
  mdns: z.boolean(),
  bootstrap: z.array(z.string()),
  /** The private network of the running node. */
  network: z.string().optional(),
  /** The private network after the next start, where that differs; empty: none. */
  nextNetwork: z.string().optional(),
  invitations: z.array(openInvitationSchema),
});
export type NetworkView = z.output<typeof networkViewSchema>;

const code = z.string().min(1).max(MAX_INVITATION_TEXT).describe('A link toolswarm://join/… or its code.');

export const joiningContract = {
  'network.show': query(
    'Where this node stands: addresses, private network, open invitations.',
    z.object({}),
    networkViewSchema,
  ),
  'network.invite': command(
    'Writes an invitation to this node. It is shown once; whoever has it can connect until it expires.',
    z.object({
      expiresInMs: z.int().min(60_000).max(MAX_INVITATION_MS).optional(),
      /** Note the first who comes with it as known. */
      pin: z.boolean().default(true),
      note: z.string().max(80).optional(),
    }),
    z.object({
      id: z.string().optional(),
      code: z.string(),
      link: z.string(),
      expiresAt: z.number(),
      /** From where the addresses in it can be dialled. */
      reach: reachSchema,
      network: z.string().optional(),
    }),
  ),
  'network.revokeInvitation': command(
    'Takes an invitation back: nobody is noted as known for it any more.',
    z.object({ id: z.string() }),
    z.object({}),
  ),
  'network.previewInvitation': query(
    'Says who invites and what joining would change, after verifying the invitation. Nothing is dialled.',
    z.object({ code }),
    invitationViewSchema,
  ),
  'network.join': command(
    'Joins by an invitation: connects, notes the inviting provider as known, and presents its secret.',
    z.object({
      code,
      /** Confirms that the node leaves its network for the one of the invitation. */
      changeNetwork: z.boolean().default(false),
    }),
    z.object({
      peer: peerSchema.optional(),
      /** The other operator has noted this provider as known. */
      pinned: z.boolean(),
      /** The node changes its network; the rest follows after its restart. */
      restartNeeded: z.boolean(),
    }),
  ),
  'network.createPrivate': command(
    'Makes a private network of one’s own with a new key; in force after a restart. Others join it by invitations.',
    z.object({
      name: networkNameSchema,
      /** Confirms that the node leaves the private network it is in. */
      changeNetwork: z.boolean().default(false),
    }),
    networkViewSchema,
  ),
  'network.leavePrivate': command(
    'Leaves the private network for the public one after a restart. The key is forgotten.',
    z.object({}),
    networkViewSchema,
  ),
  'network.restart': command(
    'Builds the node anew so that a changed network comes into force. Connections and calls end.',
    z.object({}),
    z.object({}),
  ),
};
