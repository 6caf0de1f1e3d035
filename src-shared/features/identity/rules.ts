/** Pure decisions of identity: which certificates and rotations hold, and what they mean. */
import type { CborValue } from '../../kernel/canonical.ts';
import { type Envelope, open, seal, type Signer, type Verify } from '../../kernel/envelope.ts';
import { AppError } from '../../kernel/errors.ts';
import { type PeerId, type ProviderId, peerIdOf, providerIdOf } from '../../kernel/ids.ts';
import { fail, ok, type Result } from '../../kernel/result.ts';
import {
  ACCEPTANCE_TYPE,
  acceptanceSchema,
  CERTIFICATE_TYPE,
  certificateSchema,
  MAX_CARRIED_ROTATIONS,
  ROTATION_TYPE,
  type Rotation,
  rotationSchema,
} from './records.ts';

const DAY_MS = 86_400_000;
/** How far two honest clocks may be apart. */
export const CLOCK_SKEW_MS = 10 * 60_000;
export const CERTIFICATE_LIFETIME_MS = 90 * DAY_MS;
/** A node asks its root for a new certificate this long before the old one ends. */
export const RENEW_BEFORE_MS = 30 * DAY_MS;
/** Longer ones are refused, so that a stolen node key does not serve for ever. */
export const MAX_CERTIFICATE_LIFETIME_MS = 400 * DAY_MS;
export const MAX_CERTIFICATE_BYTES = 8192;
export const MAX_ROTATION_BYTES = 1024;
/** Rotations followed from one provider; longer chains are mistakes or attacks. */
export const MAX_ROTATION_CHAIN = 64;

export interface Certificate {
  providerId: ProviderId;
  nodePublicKey: Uint8Array;
  peerId: PeerId;
  issuedAt: number;
  expiresAt: number;
  seq: number;
  label: string;
  /** Verified, oldest first, the last one leading to `providerId`. */
  rotations: Rotation[];
}

export interface VerifyOptions {
  /** Epoch ms. */
  now: number;
  verify: Verify;
}

export interface CertificateRequest {
  nodePublicKey: Uint8Array;
  label: string;
  seq: number;
  issuedAt: number;
  /** `rotation/1` envelopes that led to this root, oldest first; the newest are carried. */
  rotations: readonly Uint8Array[];
}

export type RecordFault = 'malformed' | 'bad_signature' | 'not_yet_valid';
export type CertificateFault = RecordFault | 'wrong_provider' | 'expired' | 'bad_lifetime' | 'bad_rotations';
export type RotationFault = RecordFault | 'wrong_signer';

/** Verifies a `node-certificate/1` from its received bytes, its time included. */
export function verifyCertificate(
  bytes: Uint8Array,
  options: VerifyOptions,
): Result<Certificate, CertificateFault> {
  const read = readCertificate(bytes, options);
  if (!read.ok) return read;
  const { issuedAt, expiresAt } = read.value;
  if (issuedAt > options.now + CLOCK_SKEW_MS) return fail('not_yet_valid');
  if (expiresAt < options.now - CLOCK_SKEW_MS) return fail('expired');
  return read;
}

/** As {@link verifyCertificate}, whatever its time: for one's own, which may need renewal. */
export function readCertificate(
  bytes: Uint8Array,
  options: VerifyOptions,
): Result<Certificate, CertificateFault> {
  const opened = openRecord(bytes, CERTIFICATE_TYPE, MAX_CERTIFICATE_BYTES, options.verify);
  if (!opened.ok) return opened;
  const parsed = certificateSchema.safeParse(opened.value.value);
  if (!parsed.success) return fail('malformed');
  const { provider, node, issuedAt, expiresAt, seq, label, rotations = [] } = parsed.data;
  if (providerIdOf(opened.value.publicKey) !== provider) return fail('wrong_provider');
  const lifetime = expiresAt - issuedAt;
  if (lifetime <= 0 || lifetime > MAX_CERTIFICATE_LIFETIME_MS) return fail('bad_lifetime');
  const chain = verifyChain(rotations, provider, options);
  if (!chain) return fail('bad_rotations');
  const facts = { issuedAt, expiresAt, seq, label, rotations: chain };
  return ok({ providerId: provider, nodePublicKey: node, peerId: peerIdOf(node), ...facts });
}

/** Signs a `node-certificate/1` that holds for {@link CERTIFICATE_LIFETIME_MS}. */
export function signCertificate(root: Signer, request: CertificateRequest): Uint8Array {
  const { nodePublicKey, label, seq, issuedAt } = request;
  const rotations = request.rotations.slice(-MAX_CARRIED_ROTATIONS);
  const payload = {
    provider: providerIdOf(root.publicKey),
    node: nodePublicKey,
    issuedAt,
    expiresAt: issuedAt + CERTIFICATE_LIFETIME_MS,
    seq,
    label,
    ...(rotations.length > 0 ? { rotations } : {}),
  };
  return seal(CERTIFICATE_TYPE, payload, root).bytes;
}

/** Each rotation leads to the next, the last one to `provider`. */
function verifyChain(
  envelopes: readonly Uint8Array[],
  provider: ProviderId,
  options: VerifyOptions,
): Rotation[] | undefined {
  const chain: Rotation[] = [];
  for (const bytes of envelopes) {
    const rotation = verifyRotation(bytes, options);
    if (!rotation.ok) return undefined;
    const previous = chain.at(-1);
    if (previous && (previous.to !== rotation.value.from || previous.seq + 1 !== rotation.value.seq))
      return undefined;
    chain.push(rotation.value);
  }
  return chain.length === 0 || chain.at(-1)?.to === provider ? chain : undefined;
}

/** Verifies a `rotation/1` from its received bytes: both the old and the new root signed it. */
export function verifyRotation(
  bytes: Uint8Array,
  { now, verify }: VerifyOptions,
): Result<Rotation, RotationFault> {
  const outer = openRecord(bytes, ROTATION_TYPE, MAX_ROTATION_BYTES, verify);
  if (!outer.ok) return outer;
  const payload = rotationSchema.safeParse(outer.value.value);
  if (!payload.success) return fail('malformed');
  const inner = openRecord(payload.data.acceptance, ACCEPTANCE_TYPE, MAX_ROTATION_BYTES, verify);
  if (!inner.ok) return inner;
  const acceptance = acceptanceSchema.safeParse(inner.value.value);
  if (!acceptance.success) return fail('malformed');
  const from = providerIdOf(acceptance.data.from);
  const to = providerIdOf(acceptance.data.to);
  const signers = [providerIdOf(outer.value.publicKey), providerIdOf(inner.value.publicKey)];
  if (signers[0] !== from || signers[1] !== to || from === to) return fail('wrong_signer');
  const { seq, issuedAt } = acceptance.data;
  if (issuedAt > now + CLOCK_SKEW_MS) return fail('not_yet_valid');
  return ok({ from, to, seq, issuedAt, bytes });
}

/** Signs a rotation with both roots. */
export function signRotation(
  from: Signer,
  to: Signer,
  { seq, issuedAt }: { seq: number; issuedAt: number },
): Uint8Array {
  const statement = { from: from.publicKey, to: to.publicKey, seq, issuedAt };
  const acceptance = seal(ACCEPTANCE_TYPE, statement, to);
  return seal(ROTATION_TYPE, { acceptance: acceptance.bytes }, from).bytes;
}

/**
 * Who a provider is today: follows old → new. Stops after {@link MAX_ROTATION_CHAIN} steps.
 * @param next the id that an id rotated to, if it did
 */
export function followRotations(
  providerId: ProviderId,
  next: (providerId: ProviderId) => ProviderId | undefined,
): ProviderId {
  let current = providerId;
  for (let step = 0; step < MAX_ROTATION_CHAIN; step++) {
    const successor = next(current);
    if (successor === undefined) return current;
    current = successor;
  }
  return current;
}

export type RotationVerdict = 'new' | 'known' | 'conflict' | 'cycle';

/** What a verified rotation adds to those already believed. The first one seen from a key stands: a second is a theft or a mistake. */
export function judgeRotation(
  rotation: Pick<Rotation, 'from' | 'to'>,
  next: (providerId: ProviderId) => ProviderId | undefined,
): RotationVerdict {
  const successor = next(rotation.from);
  if (successor !== undefined) return successor === rotation.to ? 'known' : 'conflict';
  return followRotations(rotation.to, next) === rotation.from ? 'cycle' : 'new';
}

export const needsRenewal = (certificate: Pick<Certificate, 'expiresAt'>, now: number): boolean =>
  certificate.expiresAt - now < RENEW_BEFORE_MS;

type Opened = Envelope & { value: CborValue };

function openRecord(
  bytes: Uint8Array,
  type: string,
  maxBytes: number,
  verify: Verify,
): Result<Opened, 'malformed' | 'bad_signature'> {
  if (bytes.length > maxBytes) return fail('malformed');
  try {
    return ok(open(bytes, type, verify));
  } catch (error) {
    if (!(error instanceof AppError)) throw error;
    return fail(error.code === 'kernel.bad_signature' ? 'bad_signature' : 'malformed');
  }
}
