/**
 * Serving another provider: the root of one's own is laid aside, not thrown away, and comes back when the node leaves.
 * Keystore and database are two files; a kill between their writes is settled at the next start by what the certificate
 * says, for whom the node signs is told by it alone.
 */
import { equalBytes } from '#shared/kernel/bytes.ts';
import type { Verify } from '#shared/kernel/envelope.ts';
import { AppError } from '#shared/kernel/errors.ts';
import { type ProviderId, providerIdOf } from '#shared/kernel/ids.ts';
import type { Random } from '#shared/kernel/random.ts';
import { ROOT_ENTROPY_BYTES } from '#shared/features/identity/phrase.ts';
import { type Certificate, readCertificate, verifyCertificate } from '#shared/features/identity/rules.ts';
import type { Keystore } from '#main/platform/keystore.ts';
import { FORMER_ROOT_KEY, ROOT_KEY, rootSigner } from './keys.ts';
import type { IdentityStore } from './store.ts';

/** The provider that the node was before it served another. */
export function formerProvider(keystore: Keystore): ProviderId | undefined {
  const former = keystore.get(FORMER_ROOT_KEY);
  return former && providerIdOf(rootSigner(former).publicKey);
}

/** A certificate that another root signed for this node. Throws `identity.bad_certificate`. */
export function readWelcome(
  bytes: Uint8Array,
  { nodePublicKey, now, verify }: { nodePublicKey: Uint8Array; now: number; verify: Verify },
): Certificate {
  const certificate = verifyCertificate(bytes, { now, verify });
  if (certificate.ok && equalBytes(certificate.value.nodePublicKey, nodePublicKey)) return certificate.value;
  const why = certificate.ok ? 'it is for another node' : certificate.reason;
  throw new AppError('identity.bad_certificate', `The certificate does not hold: ${why}.`, {
    advice: 'Compare the clocks of both machines, then ask for a new code.',
  });
}

/** The own root makes way; `write` puts the other provider's certificate into the store. */
export function layRootAside(keystore: Keystore, write: () => void): void {
  const own = keystore.get(ROOT_KEY);
  const former = keystore.get(FORMER_ROOT_KEY) ?? own;
  if (own) keystore.update({ [FORMER_ROOT_KEY]: former, [ROOT_KEY]: undefined });
  write();
}

/** The root for a node that leaves: the one it had, or a fresh one where it never had any. `write` signs with it. */
export function takeRootBack(keystore: Keystore, random: Random, write: (entropy: Uint8Array) => void): void {
  const entropy = keystore.get(FORMER_ROOT_KEY) ?? random.bytes(ROOT_ENTROPY_BYTES);
  keystore.set(FORMER_ROOT_KEY, entropy);
  write(entropy);
  keystore.update({ [ROOT_KEY]: entropy, [FORMER_ROOT_KEY]: undefined });
}

/** A kill came between: the certificate is of the root that lies aside, so that root belongs back. */
export function settleAdoption(keystore: Keystore, store: IdentityStore, verify: Verify): void {
  const former = keystore.get(FORMER_ROOT_KEY);
  const bytes = store.node()?.certificate;
  if (!former || !bytes) return;
  const certificate = readCertificate(bytes, { now: 0, verify });
  if (certificate.ok && certificate.value.providerId === formerProvider(keystore))
    keystore.update({ [ROOT_KEY]: former, [FORMER_ROOT_KEY]: undefined });
}
