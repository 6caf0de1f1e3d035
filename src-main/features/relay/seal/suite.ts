/**
 * HPKE (RFC 9180) in base mode with DHKEM(X25519, HKDF-SHA256), HKDF-SHA256 and AES-256-GCM. Loaded with the first session:
 * most nodes never open one. Its exported secret is all that is used, so that calls cost `node:crypto` alone.
 */
import { Aes256Gcm, CipherSuite, DhkemX25519HkdfSha256, HkdfSha256 } from '@hpke/core';
import { SEAL_LABEL } from '#shared/features/relay/sealing.ts';
import { utf8 } from '#shared/kernel/bytes.ts';

const suite = new CipherSuite({
  kem: new DhkemX25519HkdfSha256(),
  kdf: new HkdfSha256(),
  aead: new Aes256Gcm(),
});
const SECRET_BYTES = 32;
const EXPORTED_FOR = bufferOf(utf8(`${SEAL_LABEL} session`));

export interface SealingPair {
  /** Raw X25519 public key. */
  publicKey: Uint8Array;
  pair: CryptoKeyPair;
}

/** @param seed 32 random bytes. */
export async function sealingPair(seed: Uint8Array): Promise<SealingPair> {
  const pair = await suite.kem.deriveKeyPair(bufferOf(seed));
  return { pair, publicKey: new Uint8Array(await suite.kem.serializePublicKey(pair.publicKey)) };
}

/** @param seed 32 random bytes, never used again. */
export async function encapsulate(publicKey: Uint8Array, info: Uint8Array, seed: Uint8Array) {
  const context = await suite.createSenderContext({
    recipientPublicKey: await suite.kem.deserializePublicKey(bufferOf(publicKey)),
    info: bufferOf(info),
    ekm: bufferOf(seed),
  });
  const secret = new Uint8Array(await context.export(EXPORTED_FOR, SECRET_BYTES));
  return { enc: new Uint8Array(context.enc), secret };
}

/** Rejects where `enc` is no point that can be used. */
export async function decapsulate(
  pair: CryptoKeyPair,
  enc: Uint8Array,
  info: Uint8Array,
): Promise<Uint8Array> {
  const context = await suite.createRecipientContext({
    recipientKey: pair,
    enc: bufferOf(enc),
    info: bufferOf(info),
  });
  return new Uint8Array(await context.export(EXPORTED_FOR, SECRET_BYTES));
}

/** Just these bytes, not the buffer that they may be a part of. */
function bufferOf(bytes: Uint8Array): ArrayBuffer {
  return new Uint8Array(bytes).buffer;
}
