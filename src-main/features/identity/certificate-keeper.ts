/** Holds the node's own certificate: made by the root, kept in the store, renewed in time. */
import { equalBytes } from '#shared/kernel/bytes.ts';
import type { Clock } from '#shared/kernel/clock.ts';
import type { Signer, Verify } from '#shared/kernel/envelope.ts';
import { AppError } from '#shared/kernel/errors.ts';
import { providerIdOf } from '#shared/kernel/ids.ts';
import {
  type Certificate,
  needsRenewal,
  readCertificate,
  signCertificate,
} from '#shared/features/identity/rules.ts';
import type { Keystore } from '#main/platform/keystore.ts';
import { keysMissing, ROOT_KEY, requireRoot, rootSigner } from './keys.ts';
import type { RotationBook } from './rotation-book.ts';
import type { IdentityStore } from './store.ts';

export type HeldCertificate = Certificate & { bytes: Uint8Array };

export interface CertificateKeeper {
  /** The certificate in use, whatever its age. */
  held(): HeldCertificate;
  /** Whether it should be renewed and the root is here to do so. */
  isDue(): boolean;
  /** Makes a new one, signed by the root in the keystore. Throws `identity.root_offline`. */
  renew(): void;
  /** Makes a new one, signed by `root`. */
  issue(root: Signer): void;
  /** Takes one that a root elsewhere signed for this node. */
  take(certificate: HeldCertificate): void;
}

export interface CertificateKeeperDeps {
  keystore: Keystore;
  store: IdentityStore;
  clock: Clock;
  verify: Verify;
  rotations: RotationBook;
  nodePublicKey: Uint8Array;
}

/** Throws `identity.keys_missing` where neither a fitting certificate nor a root to sign one is here. */
export function createCertificateKeeper(deps: CertificateKeeperDeps): CertificateKeeper {
  const { keystore, store, clock, verify, rotations, nodePublicKey } = deps;
  const stored = read(store.node()?.certificate ?? undefined);
  let held = stored && fitsKeys(stored) ? stored : signFirst();

  function read(bytes: Uint8Array | undefined): HeldCertificate | undefined {
    if (!bytes) return undefined;
    const certificate = readCertificate(bytes, { now: clock.now(), verify });
    return certificate.ok ? { ...certificate.value, bytes } : undefined;
  }

  function fitsKeys(certificate: Certificate): boolean {
    const entropy = keystore.get(ROOT_KEY);
    const sameRoot = !entropy || providerIdOf(rootSigner(entropy).publicKey) === certificate.providerId;
    return sameRoot && equalBytes(certificate.nodePublicKey, nodePublicKey);
  }

  function signFirst(): HeldCertificate {
    const entropy = keystore.get(ROOT_KEY);
    if (!entropy) throw keysMissing();
    return sign(rootSigner(entropy), stored?.seq ?? 0);
  }

  /** `seq` follows the clock too, so that it grows even where the database was lost. */
  function sign(root: Signer, previousSeq: number): HeldCertificate {
    const issuedAt = store.moment(clock.now());
    const bytes = signCertificate(root, {
      nodePublicKey,
      label: store.node()?.displayName ?? '',
      seq: Math.max(previousSeq + 1, issuedAt),
      issuedAt,
      rotations: rotations.historyOf(providerIdOf(root.publicKey)).map((rotation) => rotation.bytes),
    });
    const certificate = read(bytes);
    if (!certificate) throw new AppError('identity.bad_certificate', 'The new certificate does not hold.');
    store.setCertificate(bytes);
    return certificate;
  }

  return {
    held: () => held,
    isDue: () => needsRenewal(held, clock.now()) && keystore.get(ROOT_KEY) !== undefined,
    renew: () => void (held = sign(rootSigner(requireRoot(keystore)), held.seq)),
    issue: (root) => void (held = sign(root, held.seq)),
    take(certificate) {
      store.setCertificate(certificate.bytes);
      held = certificate;
    },
  };
}
