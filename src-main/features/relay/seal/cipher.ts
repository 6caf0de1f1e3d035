/** AES-256-GCM of `node:crypto` under the keys of a session; one nonce for each frame, so that no two are alike. */
import { createCipheriv, createDecipheriv, createHash, hkdfSync } from 'node:crypto';
import { relayError } from '#shared/features/relay/errors.ts';
import {
  boundTo,
  type Clear,
  nonceOf,
  pad,
  SEAL_LABEL,
  type SealedKind,
  unpad,
} from '#shared/features/relay/sealing.ts';
import { concatBytes, toHex, utf8 } from '#shared/kernel/bytes.ts';

const CIPHER = 'aes-256-gcm';
const TAG_BYTES = 16;
const KEY_BYTES = 32;
const ID_BYTES = 16;

export interface SessionKeys {
  /** How the two nodes name the session, in the clear; 16 bytes in hex. */
  id: string;
  toProvider: Uint8Array;
  toConsumer: Uint8Array;
}

/**
 * @param secret exported by HPKE
 * @param nonce the provider's 32 random bytes
 * @param session the consumer's signed `sealing-session/1`, to the byte: who opened it is a part of its keys
 */
export function sessionKeys(secret: Uint8Array, nonce: Uint8Array, session: Uint8Array): SessionKeys {
  const digest = createHash('sha256').update(session).digest();
  const info = concatBytes(utf8(`${SEAL_LABEL} keys`), new Uint8Array(1), digest);
  const keys = new Uint8Array(hkdfSync('sha256', secret, nonce, info, 2 * KEY_BYTES + ID_BYTES));
  return {
    toProvider: keys.slice(0, KEY_BYTES),
    toConsumer: keys.slice(KEY_BYTES, 2 * KEY_BYTES),
    id: toHex(keys.subarray(2 * KEY_BYTES)),
  };
}

/** Which frame of which call this is, and of what. */
export interface FramePlace {
  clear: Clear;
  kind: SealedKind;
  /** Counts the frames of one direction of one call, from 0. */
  frame: number;
}

/** Ciphertext, then the tag of 16 bytes; padded, so that only the bucket of the content's length shows. */
export function sealFrame(
  key: Uint8Array,
  { clear, frame, kind }: FramePlace,
  content: Uint8Array,
): Uint8Array {
  const cipher = createCipheriv(CIPHER, key, nonceOf(clear.seal.call, frame));
  cipher.setAAD(boundTo(clear, kind));
  const body = cipher.update(pad(content));
  cipher.final();
  return concatBytes(body, cipher.getAuthTag());
}

/** Throws `relay.seal_broken` where anything is not as it was sealed. */
export function openFrame(
  key: Uint8Array,
  { clear, frame, kind }: FramePlace,
  sealed: Uint8Array,
): Uint8Array {
  if (sealed.length < TAG_BYTES) throw relayError('relay.seal_broken');
  const decipher = createDecipheriv(CIPHER, key, nonceOf(clear.seal.call, frame), {
    authTagLength: TAG_BYTES,
  });
  decipher.setAAD(boundTo(clear, kind));
  decipher.setAuthTag(sealed.subarray(-TAG_BYTES));
  try {
    const { buffer, byteLength, byteOffset } = decipher.update(sealed.subarray(0, -TAG_BYTES));
    decipher.final();
    return unpad(new Uint8Array(buffer, byteOffset, byteLength));
  } catch {
    throw relayError('relay.seal_broken');
  }
}
