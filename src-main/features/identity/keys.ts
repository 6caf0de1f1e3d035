/** The private keys of identity in the keystore. The root may be kept elsewhere; the node key is always here. */
import { createSigner } from '#main/platform/crypto.ts';
import type { Keystore } from '#main/platform/keystore.ts';
import type { Signer } from '#shared/kernel/envelope.ts';
import { AppError } from '#shared/kernel/errors.ts';
import type { Random } from '#shared/kernel/random.ts';
import { ROOT_ENTROPY_BYTES, rootSeedOf } from '#shared/features/identity/phrase.ts';

/** Names in the keystore; the root is held as the entropy behind its recovery phrase. */
export const ROOT_KEY = 'identity/root';
export const NODE_KEY = 'identity/node';
/** The node's own root while it serves another provider; see `adoption.ts`. */
export const FORMER_ROOT_KEY = 'identity/former-root';
/** The new root while a rotation is being written; see `rotate.ts`. */
export const NEXT_ROOT_KEY = 'identity/next-root';

export const rootSigner = (entropy: Uint8Array): Signer => createSigner(rootSeedOf(entropy));

/** A fresh root and node key, for a first start. */
export function createKeys(keystore: Keystore, random: Random): void {
  keystore.update({ [ROOT_KEY]: random.bytes(ROOT_ENTROPY_BYTES), [NODE_KEY]: random.bytes(32) });
}

/** The root's entropy. Throws `identity.root_offline` where it is not kept on this machine. */
export function requireRoot(keystore: Keystore): Uint8Array {
  const entropy = keystore.get(ROOT_KEY);
  if (entropy) return entropy;
  throw new AppError('identity.root_offline', 'The provider key is not kept on this machine.', {
    advice: 'Do this where the provider key is, or bring it back with its 24 words.',
  });
}

/**
 * Makes sure of a node key, and of a root at the first start only. A data folder whose keys went missing is a fault:
 * new keys would make it another provider without anybody noticing. Throws `identity.keys_missing`.
 * @param isNew whether this data folder has never had an identity
 */
export function ensureKeys(keystore: Keystore, random: Random, isNew: boolean): void {
  const hasRoot = keystore.get(ROOT_KEY) !== undefined;
  const hasNode = keystore.get(NODE_KEY) !== undefined;
  if (hasNode && (hasRoot || !isNew)) return;
  if (hasRoot) return keystore.set(NODE_KEY, random.bytes(32));
  if (!hasNode && isNew) return createKeys(keystore, random);
  throw keysMissing();
}

export const keysMissing = (): AppError =>
  new AppError('identity.keys_missing', 'The keys of this data folder are missing.', {
    advice:
      'Put keys.json back, restore a backup, or recover the provider with its 24 words into an empty folder.',
  });
