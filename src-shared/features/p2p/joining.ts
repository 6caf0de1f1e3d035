/** Inviting others, joining them, and the networks that a node is in. */
import { z } from 'zod';
import { command, query, stream } from '../../kernel/contract.ts';
import { reachSchema } from './addresses.ts';
import { peerSchema } from './contract.ts';
import { MAX_INVITATION_MS, MAX_INVITATION_TEXT, networkNameSchema } from './invitation.ts';
import { leftNetworkSchema, networkIdSchema, networkItemSchema } from './networks.ts';

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
  /** What joining changes here: nothing, one more private network, or the public network is switched on. */
  change: z.enum(['none', 'enter', 'public']),
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
  /** The public one first, whether it is on or off. */
  networks: z.array(networkItemSchema),
  /** Private networks that were left lately and can be entered again. */
  left: z.array(leftNetworkSchema),
  invitations: z.array(openInvitationSchema),
});
export type NetworkView = z.output<typeof networkViewSchema>;

const code = z.string().min(1).max(MAX_INVITATION_TEXT).describe('A link toolswarm://join/… or its code.');

export const joiningContract = {
  'network.show': query(
    'Where this node stands: addresses, networks, open invitations.',
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
      /** Into which network; absent: the public one, or the first private one where that is off. */
      network: networkIdSchema.optional(),
    }),
    z.object({
      id: z.string().optional(),
      code: z.string(),
      link: z.string(),
      /** The same invitation as a short link in capitals, for a picture (QR). */
      short: z.string(),
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
      /** Confirms that the node enters the private network of the invitation, or switches the public one on. */
      enterNetwork: z.boolean().default(false),
    }),
    z.object({
      peer: peerSchema.optional(),
      /** The other operator has noted this provider as known. */
      pinned: z.boolean(),
      /** The network of the invitation, which the node is in now. */
      network: networkIdSchema,
      /** Nobody answered yet; the invitation is followed again and again until it expires. */
      waiting: z.boolean(),
    }),
  ),
  'network.createPrivate': command(
    'Makes a private network of one’s own with a new key and enters it. Others join it by invitations.',
    z.object({ name: networkNameSchema }),
    networkItemSchema,
  ),
  'network.leavePrivate': command(
    'Leaves a private network: connections and calls in it end, and what was shared there is visible there no longer. Its key is kept for an hour, so that leaving can be undone.',
    z.object({ network: networkIdSchema }),
    networkViewSchema,
  ),
  'network.rejoinPrivate': command(
    'Enters a private network again that was left less than an hour ago.',
    z.object({ network: networkIdSchema }),
    networkViewSchema,
  ),
  'network.forgetPrivate': command(
    'Forgets the key of a private network that was left: nothing brings it back but a new invitation.',
    z.object({ network: networkIdSchema }),
    networkViewSchema,
  ),
  'network.renamePrivate': command(
    'Gives a private network another name on this node.',
    z.object({ network: networkIdSchema, name: networkNameSchema }),
    networkViewSchema,
  ),
  'network.watch': stream(
    'The networks of this node, again whenever one came, went or changed its state.',
    z.object({}),
    z.object({ items: z.array(networkItemSchema), left: z.array(leftNetworkSchema) }),
  ),
};
