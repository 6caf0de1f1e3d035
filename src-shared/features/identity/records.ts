/** Signed records of identity. A shipped version is frozen; its golden vectors are in test/conformance/vectors. */
import { z } from 'zod';
import type { ProviderId } from '../../kernel/ids.ts';

export const publicKeySchema = z.instanceof(Uint8Array).refine((bytes) => bytes.length === 32);
const epochMs = z.int().min(0);

/** Shown to people: no control characters, no direction overrides, no invisible tags. */
export const HIDDEN_CHARACTERS = /[\p{Cc}\p{Zl}\p{Zp}\u202a-\u202e\u2066-\u2069\u{e0000}-\u{e007f}]/gu;
export const labelSchema = z
  .string()
  .max(64)
  .refine((text) => text.search(HIDDEN_CHARACTERS) < 0);

/** Rotations carried by a certificate: the newest ones that led to its root key. */
export const MAX_CARRIED_ROTATIONS = 8;

/**
 * `node-certificate/1`, signed by the provider's root: this node key serves this provider. Of several certificates for
 * one node the one with the highest `seq` counts. Unknown fields are kept.
 */
export const certificateSchema = z.looseObject({
  /** Provider id of the signing root. */
  provider: z.string(),
  /** Raw Ed25519 public key of the node; its peer id follows from it. */
  node: publicKeySchema,
  issuedAt: epochMs,
  expiresAt: epochMs,
  /** Grows with each certificate that the root signs. */
  seq: z.int().min(1),
  label: labelSchema,
  /** `rotation/1` envelopes, oldest first, the last one leading to `provider`. */
  rotations: z.array(z.instanceof(Uint8Array)).max(MAX_CARRIED_ROTATIONS).optional(),
});
export type CertificatePayload = z.output<typeof certificateSchema>;
export const CERTIFICATE_TYPE = 'node-certificate/1';

/** `rotation-acceptance/1`, signed by the new root: it takes over from the old one. */
export const acceptanceSchema = z.looseObject({
  from: publicKeySchema,
  to: publicKeySchema,
  /** Place in the provider's chain of rotations, from 1. */
  seq: z.int().min(1),
  issuedAt: epochMs,
});
export const ACCEPTANCE_TYPE = 'rotation-acceptance/1';

/** `rotation/1`, signed by the old root over the new root's acceptance: both keys signed the change. */
export const rotationSchema = z.looseObject({ acceptance: z.instanceof(Uint8Array) });
export const ROTATION_TYPE = 'rotation/1';

/** A verified rotation. */
export interface Rotation {
  from: ProviderId;
  to: ProviderId;
  seq: number;
  issuedAt: number;
  /** The `rotation/1` envelope as received. */
  bytes: Uint8Array;
}
