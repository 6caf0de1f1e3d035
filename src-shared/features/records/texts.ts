/**
 * Personal text that can be taken back. A signed record holds no such text but its commitment, SHA-256(salt ‖ text); text
 * and salt travel beside the record and are dropped when their owner says so, while the record stays verifiable. The
 * salt keeps short texts from being guessed after that.
 */
import { z } from 'zod';
import { concatBytes, utf8 } from '../../kernel/bytes.ts';
import { type CborValue, sha256Bytes } from '../../kernel/canonical.ts';
import { type Envelope, seal, type Signer } from '../../kernel/envelope.ts';
import { AppError } from '../../kernel/errors.ts';
import type { RecordMeta } from './rules.ts';
import { MAX_LIFETIME_MS } from './rules.ts';

export const SALT_BYTES = 16;
/** UTF-8 bytes of one text, and texts of one record. */
export const MAX_TEXT_BYTES = 2048;
export const MAX_TEXTS = 8;
/** Texts that one statement takes back. */
export const MAX_ERASED = 64;
export const ERASE_TYPE = 'erase/1';
export const ERASE_TOPIC = 'toolswarm/erasures/1';

const bytes = z.custom<Uint8Array>((value) => value instanceof Uint8Array, 'bytes');
const commitment = bytes.refine(({ length }) => length === 32, 'a SHA-256 hash');

export const saltedTextSchema = z.object({
  salt: bytes.refine(({ length }) => length === SALT_BYTES, 'a salt'),
  text: z.string().refine((text) => utf8(text).length <= MAX_TEXT_BYTES, 'at most 2 KiB'),
});
export type SaltedText = z.output<typeof saltedTextSchema>;

/** What a record holds in place of the text. */
export const commitmentOf = ({ salt, text }: SaltedText): Uint8Array =>
  sha256Bytes(concatBytes(salt, utf8(text)));

/** `erase/1`: whoever owns the records that hold these commitments wants the texts gone. */
export const erasureSchema = z.looseObject({
  /** Certificate of the signing node; it names the provider. */
  cert: bytes.refine(({ length }) => length <= 3200, 'at most 3,200 bytes'),
  /** The clock in milliseconds; the statement stands under a key of its own. */
  seq: z.number().int().positive(),
  iat: z.number().int().nonnegative(),
  /** As late as any record that names the texts may live. */
  exp: z.number().int().nonnegative(),
  texts: z.array(commitment).min(1).max(MAX_ERASED),
});
export type Erasure = z.output<typeof erasureSchema>;

export function sealErasure(
  signer: Signer,
  given: { certificate: Uint8Array; now: number; texts: readonly Uint8Array[] },
): Envelope {
  const { certificate, now, texts } = given;
  const erasure: Erasure = {
    cert: certificate,
    seq: now,
    iat: now,
    exp: now + MAX_LIFETIME_MS,
    texts: [...texts],
  };
  return seal(ERASE_TYPE, erasure as unknown as CborValue, signer);
}

/** Reads a statement whose signature is verified. Throws `records.bad_erasure`. */
export function readErasure(value: CborValue): Erasure {
  const parsed = erasureSchema.safeParse(value);
  if (parsed.success) return parsed.data;
  throw new AppError('records.bad_erasure', 'This erasure makes no sense.', {
    advice: 'Drop it; the sender is broken or hostile.',
    cause: parsed.error,
  });
}

/** Each statement stands under its own key: a later one does not undo an earlier one. */
export const erasureMeta = (
  { exp, iat, seq }: Erasure,
  { peerId, providerId }: { peerId: string; providerId: string },
): RecordMeta => ({
  key: `${providerId}/${peerId}/${seq}`,
  owner: providerId,
  seq,
  issuedAt: iat,
  expiresAt: exp,
  private: false,
  tombstone: false,
});
