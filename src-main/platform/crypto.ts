/** Ed25519 through `node:crypto`, from raw keys and with the strict verdict of the kernel. */
import { createPrivateKey, createPublicKey, type KeyObject, sign, verify } from 'node:crypto';
import { concatBytes, fromHex } from '#shared/kernel/bytes.ts';
import { isStrictKey } from '#shared/kernel/ed25519.ts';
import type { Signer, Verify } from '#shared/kernel/envelope.ts';
import { AppError } from '#shared/kernel/errors.ts';

/** RFC 8410 frames around the raw 32 bytes. */
const PKCS8_PREFIX = fromHex('302e020100300506032b657004220420');
const SPKI_PREFIX = fromHex('302a300506032b6570032100');

/** Parsed public keys kept for the next signature of the same peer; about 1 KiB each. */
export const MAX_CACHED_KEYS = 1024;

/** A signer from a raw 32-byte seed (RFC 8032 private key). Throws `crypto.bad_seed`. */
export function createSigner(seed: Uint8Array): Signer {
  if (seed.length !== 32)
    throw new AppError('crypto.bad_seed', 'An Ed25519 seed has 32 bytes.', {
      advice: 'Restore the keys from a backup.',
    });
  const privateKey = createPrivateKey({
    key: Buffer.from(concatBytes(PKCS8_PREFIX, seed)),
    format: 'der',
    type: 'pkcs8',
  });
  const spki = createPublicKey(privateKey).export({ format: 'der', type: 'spki' });
  const publicKey = new Uint8Array(spki.subarray(SPKI_PREFIX.length));
  return { publicKey, sign: (message) => new Uint8Array(sign(null, message, privateKey)) };
}

/**
 * A strict verifier; `false` for anything malformed. Holds the parsed form of the `maxKeys` most recently used keys,
 * because parsing costs about as much as verifying.
 */
export function createVerify(maxKeys = MAX_CACHED_KEYS): Verify {
  const cache = new Map<string, KeyObject>();

  function keyObject(publicKey: Uint8Array): KeyObject | undefined {
    const id = Buffer.from(publicKey).toString('latin1');
    const known = cache.get(id);
    const key = known ?? parsePublicKey(publicKey);
    if (!key) return undefined;
    cache.delete(id);
    cache.set(id, key);
    if (cache.size > maxKeys) cache.delete(cache.keys().next().value as string);
    return key;
  }

  return (publicKey, signature, message) => {
    if (signature.length !== 64) return false;
    const key = keyObject(publicKey);
    return key !== undefined && verify(null, message, key, signature);
  };
}

function parsePublicKey(publicKey: Uint8Array): KeyObject | undefined {
  if (!isStrictKey(publicKey)) return undefined;
  const der = Buffer.from(concatBytes(SPKI_PREFIX, publicKey));
  return createPublicKey({ key: der, format: 'der', type: 'spki' });
}
