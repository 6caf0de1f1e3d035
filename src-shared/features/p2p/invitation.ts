/**
 * Invitations: everything that another node needs to find this one and to know that it is the right one, in one link.
 * `toolswarm://join/<code>`, where the code is base64url of an `invitation/1` envelope that the inviting node signed. It
 * carries the node's certificate, so that provider and node are proven before anything is dialled; names are claims.
 */
import { z } from 'zod';
import { equalBytes, fromBase64Url, toBase64Url } from '../../kernel/bytes.ts';
import type { CborValue } from '../../kernel/canonical.ts';
import { open, seal, type Signer, type Verify } from '../../kernel/envelope.ts';
import { AppError } from '../../kernel/errors.ts';
import type { PeerId, ProviderId } from '../../kernel/ids.ts';
import { HIDDEN_CHARACTERS } from '../identity/records.ts';
import { CLOCK_SKEW_MS, MAX_CERTIFICATE_BYTES, verifyCertificate } from '../identity/rules.ts';
import { isShortCode, readShortCode, shortLinkOf } from './short-code.ts';

export const INVITATION_TYPE = 'invitation/1';
export const INVITATION_LINK = 'toolswarm://join/';
/** Redeems the secret of an invitation at the node that wrote it. */
export const INVITATION_PROTOCOL = '/toolswarm/invitation/1';

const DAY_MS = 86_400_000;
export const DEFAULT_INVITATION_MS = 7 * DAY_MS;
/** Longer ones are refused: who holds a forgotten link should not come in years later. */
export const MAX_INVITATION_MS = 31 * DAY_MS;
/** Text of an invitation, at most; longer input is refused before it is decoded. */
export const MAX_INVITATION_TEXT = 16 * 1024;
const MAX_ADDRESSES = 8;
export const SECRET_BYTES = 16;
export const NETWORK_KEY_BYTES = 32;

const bytesOf = (length: number) =>
  z.custom<Uint8Array>((value) => value instanceof Uint8Array && value.length === length);
const epochMs = z.number().int().min(0);

/** A private network's name: a label for people, without invisible characters. */
export const networkNameSchema = z
  .string()
  .min(1)
  .max(64)
  .refine((text) => text.search(HIDDEN_CHARACTERS) < 0 && text.trim() === text);

const networkSchema = z.looseObject({ name: networkNameSchema, key: bytesOf(NETWORK_KEY_BYTES) });

/** The payload of `invitation/1`. Unknown fields are ignored; a shipped version is frozen by golden vectors. */
export const invitationSchema = z.looseObject({
  /** `node-certificate/1` of the node that signs. */
  cert: z.custom<Uint8Array>((value) => value instanceof Uint8Array && value.length <= MAX_CERTIFICATE_BYTES),
  /** Multiaddrs of that node without `/p2p/…`, the best first. */
  addresses: z
    .array(
      z
        .string()
        .max(256)
        .regex(/^(\/[A-Za-z0-9.:%_=-]+)+$/)
        .refine((address) => !address.includes('/p2p/')),
    )
    .min(1)
    .max(MAX_ADDRESSES),
  issued: epochMs,
  expires: epochMs,
  /** Good for one guest: who presents it is noted as known by the inviting operator. */
  secret: bytesOf(SECRET_BYTES).optional(),
  /** The private network that the node belongs to, with the key that lets one in. */
  network: networkSchema.optional(),
});
type InvitationPayload = z.output<typeof invitationSchema>;

/** An invitation whose signatures were verified. */
export interface Invitation {
  providerId: ProviderId;
  peerId: PeerId;
  /** What the inviting operator calls his node. A claim. */
  label: string;
  addresses: string[];
  issuedAt: number;
  expiresAt: number;
  secret?: Uint8Array;
  network?: PrivateNetwork;
}

export interface PrivateNetwork {
  name: string;
  /** 32 bytes. */
  key: Uint8Array;
}

interface Fault {
  message: string;
  advice: string;
  retryable: boolean;
}

/** Every way in which an invitation can be of no use; `docs/protocol/invitations.md` is this table. */
export const invitationFaults = {
  'invitation.malformed': {
    message: 'This is not an invitation.',
    advice: 'Copy the whole link or code; it may have been cut off on its way.',
    retryable: false,
  },
  'invitation.forged': {
    message: 'The invitation was altered or forged.',
    advice: 'Do not use it; ask the person who invites you for a new one, in another way.',
    retryable: false,
  },
  'invitation.expired': {
    message: 'The invitation has expired.',
    advice: 'Ask for a new one.',
    retryable: false,
  },
  'invitation.not_yet_valid': {
    message: 'The invitation is from the future: one of the two clocks is wrong.',
    advice: 'Set the date and time of this computer, then try again.',
    retryable: true,
  },
  'invitation.own': {
    message: 'This invitation is your own.',
    advice: 'Send it to the person whom you want to invite.',
    retryable: false,
  },
  'invitation.spent': {
    message: 'The invitation was used, taken back or has expired.',
    advice: 'Ask for a new one.',
    retryable: false,
  },
  'invitation.wrong_provider': {
    message: 'The node that answered belongs to another provider than the invitation says.',
    advice: 'Ask the person who invites you for a new invitation.',
    retryable: false,
  },
  'invitation.other_network': {
    message: 'The invitation leads into a network that this node is not in.',
    advice: 'Confirm that the node should enter it; it stays in its other networks.',
    retryable: false,
  },
  'invitation.no_network': {
    message: 'This node is not in such a network.',
    advice: 'Look at the networks it is in: `toolswarm network list`.',
    retryable: false,
  },
  'invitation.too_many_networks': {
    message: 'The node is in as many private networks as it can be.',
    advice: 'Leave one of them first.',
    retryable: false,
  },
  'invitation.no_address': {
    message: 'This node has no address under which others could reach it.',
    advice: 'Let it listen on an address (setting p2p.listen), then invite again.',
    retryable: true,
  },
  'invitation.too_many': {
    message: 'Too many invitations are open.',
    advice: 'Take some of them back first.',
    retryable: false,
  },
} as const satisfies Record<string, Fault>;
export type InvitationCode = keyof typeof invitationFaults;

export function invitationError(
  code: InvitationCode,
  options: { cause?: unknown; details?: Record<string, unknown> } = {},
): AppError {
  const { message, ...rest }: Fault = invitationFaults[code];
  return new AppError(code, message, { ...rest, ...options });
}

export interface NewInvitation {
  certificate: Uint8Array;
  addresses: readonly string[];
  issuedAt: number;
  expiresAt: number;
  secret?: Uint8Array | undefined;
  network?: PrivateNetwork | undefined;
}

/** Signs an invitation with the node's key and writes it as a code. */
export function writeInvitation(invitation: NewInvitation, nodeSigner: Signer): string {
  const payload: InvitationPayload = {
    cert: invitation.certificate,
    addresses: invitation.addresses.slice(0, MAX_ADDRESSES),
    issued: invitation.issuedAt,
    expires: invitation.expiresAt,
    ...(invitation.secret ? { secret: invitation.secret } : {}),
    ...(invitation.network ? { network: { ...invitation.network } } : {}),
  };
  return toBase64Url(seal(INVITATION_TYPE, payload as CborValue, nodeSigner).bytes);
}

export const invitationLink = (code: string): string => `${INVITATION_LINK}${code}`;

/** The same invitation in capitals and about a quarter shorter, for a picture. */
export const shortInvitationLink = (code: string): string => shortLinkOf(fromBase64Url(code));

/** The code in whatever a person pasted: a link, long or short, or the code alone, with the line breaks and spaces of its way. */
export function codeIn(text: string): string {
  if (text.length > MAX_INVITATION_TEXT) throw invitationError('invitation.malformed');
  const tight = text.replace(/\s+/g, '').replace(/^[<("'“«]+|[>)"'”».,]+$/g, '');
  const code = tight.replace(/^toolswarm:\/\/join\//i, '').replace(/\/$/, '');
  if (isShortCode(code)) return longCodeOf(code);
  if (!/^[A-Za-z0-9_-]{64,}$/.test(code)) throw invitationError('invitation.malformed');
  return code;
}

function longCodeOf(short: string): string {
  try {
    return toBase64Url(readShortCode(short));
  } catch (cause) {
    throw invitationError('invitation.malformed', { cause });
  }
}

/**
 * Reads hostile text. Throws `invitation.malformed`, `invitation.forged` (a signature, or a node that is not the one of
 * its certificate), `invitation.expired` or `invitation.not_yet_valid`.
 */
export function readInvitation(text: string, options: { now: number; verify: Verify }): Invitation {
  const { payload, signer } = openInvitation(codeIn(text), options.verify);
  const node = verifyCertificate(payload.cert, options);
  if (!node.ok) throw invitationError(CERTIFICATE_FAULTS[node.reason] ?? 'invitation.forged');
  if (!equalBytes(node.value.nodePublicKey, signer)) throw invitationError('invitation.forged');
  checkTimes(payload, options.now);
  const { providerId, peerId, label } = node.value;
  return {
    providerId,
    peerId,
    label,
    addresses: payload.addresses,
    issuedAt: payload.issued,
    expiresAt: payload.expires,
    ...(payload.secret ? { secret: payload.secret } : {}),
    ...(payload.network ? { network: { name: payload.network.name, key: payload.network.key } } : {}),
  };
}

const CERTIFICATE_FAULTS: Partial<Record<string, InvitationCode>> = {
  expired: 'invitation.expired',
  not_yet_valid: 'invitation.not_yet_valid',
};

function openInvitation(code: string, verify: Verify): { payload: InvitationPayload; signer: Uint8Array } {
  try {
    const { publicKey, value } = open(fromBase64Url(code), INVITATION_TYPE, verify);
    const parsed = invitationSchema.safeParse(value);
    if (parsed.success) return { payload: parsed.data, signer: publicKey };
  } catch (cause) {
    const forged = cause instanceof AppError && cause.code === 'kernel.bad_signature';
    throw invitationError(forged ? 'invitation.forged' : 'invitation.malformed', { cause });
  }
  throw invitationError('invitation.malformed');
}

function checkTimes({ expires, issued }: InvitationPayload, now: number): void {
  if (expires <= issued || expires - issued > MAX_INVITATION_MS)
    throw invitationError('invitation.malformed');
  if (issued > now + CLOCK_SKEW_MS) throw invitationError('invitation.not_yet_valid');
  if (expires <= now) throw invitationError('invitation.expired');
}
