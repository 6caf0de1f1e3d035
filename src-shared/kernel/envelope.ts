/**
 * Signed envelopes. The signature covers `domain ‖ 0x00 ‖ payload`, where the domain names product, type and major
 * version (`toolswarm/entry/1`), so that a signature for one purpose is worthless for another. What was received is
 * what is verified, stored and forwarded; payloads are never re-encoded on the way.
 *
 * Wire form: CBOR array `[type, payload, key, signature]` with the signer's raw Ed25519 public key (32 bytes).
 */
import { type CborValue, decodeCbor, encodeCbor } from './canonical.ts';
import { concatBytes, utf8 } from './bytes.ts';
import { AppError } from './errors.ts';

/** Holds a private key and never shows it. */
export interface Signer {
  /** Raw Ed25519 public key, 32 bytes. */
  readonly publicKey: Uint8Array;
  /** 64 bytes of Ed25519 (RFC 8032) over `message`. */
  sign(message: Uint8Array): Uint8Array;
}

/** Strict RFC 8032 verification; small-order keys are refused (`node:crypto`, or noble with `zip215: false`). */
export type Verify = (publicKey: Uint8Array, signature: Uint8Array, message: Uint8Array) => boolean;

export interface Envelope {
  /** Record type with its major version: `entry/1`. */
  type: string;
  payload: Uint8Array;
  publicKey: Uint8Array;
  signature: Uint8Array;
  /** The envelope as it travelled. */
  bytes: Uint8Array;
}

/** Types hold no NUL, so that no domain is the beginning of another. */
const TYPE = /^[a-z][a-z0-9-]{0,46}\/[1-9][0-9]{0,8}$/;

/** What a signature covers. Throws `kernel.wrong_type` for a type that is not `name/major`. */
export function signedMessage(type: string, payload: Uint8Array): Uint8Array {
  if (!TYPE.test(type)) throw wrongType('record', type);
  return concatBytes(utf8(`toolswarm/${type}`), new Uint8Array(1), payload);
}

export function seal(type: string, payload: CborValue, signer: Signer): Envelope {
  const payloadBytes = encodeCbor(payload);
  const signature = signer.sign(signedMessage(type, payloadBytes));
  const bytes = encodeCbor([type, payloadBytes, signer.publicKey, signature]);
  return { type, payload: payloadBytes, publicKey: signer.publicKey, signature, bytes };
}

/**
 * Takes an envelope apart and verifies its signature. Throws `kernel.malformed`, `kernel.wrong_type` or
 * `kernel.bad_signature`. Says nothing about whether the signer may sign such a record: that is the slice's rule.
 */
export function open(
  bytes: Uint8Array,
  expectedType: string,
  verify: Verify,
): Envelope & { value: CborValue } {
  const parts = decodeCbor(bytes);
  if (!isEnvelopeShape(parts)) throw malformed();
  const [type, payload, publicKey, signature] = parts;
  if (type !== expectedType) throw wrongType(expectedType, type);
  if (!verify(publicKey, signature, signedMessage(type, payload)))
    throw new AppError('kernel.bad_signature', 'The signature does not match.', {
      advice: 'Drop the record; it was altered or forged.',
    });
  return { type, payload, publicKey, signature, bytes, value: decodeCbor(payload) };
}

/** Reads the payload of an envelope that was verified when it was stored; never use it on bytes from outside. */
export function payloadOf(storedBytes: Uint8Array): CborValue {
  const parts = decodeCbor(storedBytes);
  if (!isEnvelopeShape(parts)) throw malformed();
  return decodeCbor(parts[1]);
}

function isEnvelopeShape(value: CborValue): value is [string, Uint8Array, Uint8Array, Uint8Array] {
  return (
    Array.isArray(value) &&
    value.length === 4 &&
    typeof value[0] === 'string' &&
    value[1] instanceof Uint8Array &&
    value[2] instanceof Uint8Array &&
    value[2].length === 32 &&
    value[3] instanceof Uint8Array &&
    value[3].length === 64
  );
}

function wrongType(expected: string, type: string): AppError {
  return new AppError('kernel.wrong_type', `Expected a signed ${expected}, got ${type.slice(0, 40)}.`, {
    advice: 'Drop it; the sender mixed up its messages.',
  });
}

function malformed(): AppError {
  return new AppError('kernel.malformed', 'This is not a signed envelope.', {
    advice: 'Drop it; the sender is broken or hostile.',
  });
}
