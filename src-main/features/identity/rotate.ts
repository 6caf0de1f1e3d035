/**
 * Replacing the root key. Keystore and database are two files, so a rotation is written in three steps, each of them
 * atomic, and a kill between them is settled at the next start: the new root beside the old, then rotation and
 * certificate in one transaction, then the new root in place of the old.
 */
import type { Keystore } from '#main/platform/keystore.ts';
import type { Clock } from '#shared/kernel/clock.ts';
import type { Verify } from '#shared/kernel/envelope.ts';
import { AppError } from '#shared/kernel/errors.ts';
import { providerIdOf } from '#shared/kernel/ids.ts';
import type { Random } from '#shared/kernel/random.ts';
import { ROOT_ENTROPY_BYTES } from '#shared/features/identity/phrase.ts';
import { signRotation, verifyRotation } from '#shared/features/identity/rules.ts';
import type { CertificateKeeper } from './certificate-keeper.ts';
import { NEXT_ROOT_KEY, ROOT_KEY, requireRoot, rootSigner } from './keys.ts';
import type { RotationBook } from './rotation-book.ts';
import type { IdentityStore } from './store.ts';

export interface RotateDeps {
  keystore: Keystore;
  store: IdentityStore;
  clock: Clock;
  random: Random;
  verify: Verify;
  rotations: RotationBook;
  keeper: CertificateKeeper;
}

/** Throws `identity.root_offline`. */
export function rotateRoot({ keystore, store, clock, random, verify, rotations, keeper }: RotateDeps): void {
  const from = rootSigner(requireRoot(keystore));
  const entropy = random.bytes(ROOT_ENTROPY_BYTES);
  const to = rootSigner(entropy);
  keystore.set(NEXT_ROOT_KEY, entropy);
  const now = clock.now();
  const seq = (rotations.historyOf(providerIdOf(from.publicKey)).at(-1)?.seq ?? 0) + 1;
  const rotation = verifyRotation(signRotation(from, to, { seq, issuedAt: now }), { now, verify });
  if (!rotation.ok) throw new AppError('identity.bad_rotation', 'The new rotation does not hold.');
  store.transaction(() => {
    rotations.noteOwn(rotation.value, now);
    keeper.issue(to);
  });
  promoteNextRoot(keystore);
}

/** The new root takes the old one's place, which nobody needs any more. */
function promoteNextRoot(keystore: Keystore): void {
  keystore.update({ [ROOT_KEY]: keystore.get(NEXT_ROOT_KEY), [NEXT_ROOT_KEY]: undefined });
}

/** Finishes or forgets a rotation that a kill cut short: what the database says holds. */
export function settleRotation(keystore: Keystore, store: IdentityStore): void {
  const next = keystore.get(NEXT_ROOT_KEY);
  if (!next) return;
  const to = providerIdOf(rootSigner(next).publicKey);
  if (store.rotations().some((rotation) => rotation.to === to)) promoteNextRoot(keystore);
  else keystore.delete(NEXT_ROOT_KEY);
}
