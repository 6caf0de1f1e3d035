import type { Clock } from '#shared/kernel/clock.ts';
import type { Signer, Verify } from '#shared/kernel/envelope.ts';
import { createEmitter, type EventSource } from '#shared/kernel/events.ts';
import type { PeerId, ProviderId } from '#shared/kernel/ids.ts';
import type { Random } from '#shared/kernel/random.ts';
import { HIDDEN_CHARACTERS, type Rotation } from '#shared/features/identity/records.ts';
import { type RotationFault, verifyRotation } from '#shared/features/identity/rules.ts';
import { createSigner, createVerify } from '#main/platform/crypto.ts';
import type { Keystore } from '#main/platform/keystore.ts';
import type { Log } from '#main/platform/log.ts';
import type { Database } from '#main/platform/sqlite.ts';
import { type Admission, createAdmit } from './admission.ts';
import { createCertificateKeeper, type HeldCertificate } from './certificate-keeper.ts';
import { ensureKeys, NODE_KEY, ROOT_KEY } from './keys.ts';
import { checkAnswers, type PhraseAnswer, revealPhrase } from './phrase-desk.ts';
import { rotateRoot, settleRotation } from './rotate.ts';
import { createRotationBook, type NoteOutcome, type RotationBook } from './rotation-book.ts';
import { createIdentityStore, type IdentityStore, type NodeRow } from './store.ts';

export interface IdentityEvents {
  /** A provider the operator has to do with, or this one, goes by a new key. */
  providerRotated: { from: ProviderId; to: ProviderId };
  /** Peers should be shown the new certificate. */
  certificateRenewed: { certificate: Uint8Array };
  /** What {@link Identity.view} shows is different now. */
  changed: object;
  /** A peer's certificate is from the future: its clock is wrong, or ours. */
  clockDoubted: { peerId: PeerId };
}

export interface IdentityView {
  providerId: ProviderId;
  peerId: PeerId;
  createdAt: number;
  profile: { displayName: string };
  passphraseProtected: boolean;
  recoveryPhraseConfirmed: boolean;
  rotatedFrom: ProviderId[];
}

export interface Identity extends EventSource<IdentityEvents> {
  self(): { providerId: ProviderId; peerId: PeerId; nodePublicKey: Uint8Array };
  view(): IdentityView;
  /** The certificate to show to peers; renewed first where it is due and the root is here. */
  certificate(): Uint8Array;
  /** Signs for this node: everything but certificates and rotations. */
  readonly nodeSigner: Signer;
  /** The node's raw private key, for the transport. */
  nodeSeed(): Uint8Array;
  /** Fits `Admit` of the network port. */
  admit(peerId: PeerId, certificate: Uint8Array): Admission;
  /** Who a provider is today, after the rotations this node believes. */
  currentProvider(providerId: ProviderId): ProviderId;
  /** Verifies a received `rotation/1` and remembers it. */
  learnRotation(bytes: Uint8Array): NoteOutcome | RotationFault;
  /** `rotation/1` envelopes of this provider, oldest first. */
  rotations(): Uint8Array[];
  /** Also part of the certificate, which is renewed for it. Invisible characters are taken out. */
  setDisplayName(displayName: string): void;
  /** The 24 words. Throws `keystore.…` for a wrong passphrase, `identity.root_offline`. */
  recoveryPhrase(passphrase?: string): string[];
  /** Throws `identity.wrong_words` with the positions that do not match. */
  confirmRecoveryPhrase(answers: readonly PhraseAnswer[]): void;
  /** Replaces the root key. The phrase changes with it. Throws as {@link recoveryPhrase}. */
  rotate(passphrase?: string): void;
  /** Throws `keystore.…` where `current` does not open the keys. An empty `next` removes the passphrase. */
  setPassphrase(current: string | undefined, next: string): void;
}

export interface IdentityDeps {
  keystore: Keystore;
  db: Database;
  clock: Clock;
  random: Random;
  log: Log;
  verify?: Verify;
}

export interface IdentityOptions {
  /** Whether the operator has anything to do with a provider; rotations of others are not remembered. Default: all. */
  concerns?: (providerId: ProviderId) => boolean;
}

/** Opens the identity of a data folder, making it at the first start. Throws `identity.keys_missing`. */
export function createIdentity(deps: IdentityDeps, options: IdentityOptions = {}): Identity {
  const { keystore, clock, random, log, verify = createVerify() } = deps;
  const store = createIdentityStore(deps.db);
  settleRotation(keystore, store);
  ensureKeys(keystore, random, !store.node()?.certificate);
  store.create(clock.now());
  const seed = keystore.get(NODE_KEY) as Uint8Array;
  const nodeSigner = createSigner(seed);
  const rotations = createRotationBook({
    store,
    concerns: (id) => id === keeper.held().providerId || (options.concerns?.(id) ?? true),
  });
  const nodePublicKey = nodeSigner.publicKey;
  const keeper = createCertificateKeeper({ keystore, store, clock, verify, rotations, nodePublicKey });
  const events = createEmitter<IdentityEvents>((error) => log.error({ error }, 'a listener failed'));

  function note(rotation: Rotation): NoteOutcome {
    const outcome = rotations.note(rotation, clock.now());
    if (outcome === 'new') events.emit('providerRotated', { from: rotation.from, to: rotation.to });
    return outcome;
  }

  const admitByCertificate = createAdmit({
    clock,
    verify,
    log,
    rotations: { current: rotations.current, note },
  });

  function admit(peerId: PeerId, certificate: Uint8Array): Admission {
    const admission = admitByCertificate(peerId, certificate);
    if (!admission.ok && admission.code === 'identity.clock_skew') events.emit('clockDoubted', { peerId });
    return admission;
  }

  function renewed(): void {
    events.emit('certificateRenewed', { certificate: keeper.held().bytes });
  }

  return {
    on: events.on,
    nodeSigner,
    nodeSeed: () => seed.slice(),
    self: () => ({ providerId: keeper.held().providerId, peerId: keeper.held().peerId, nodePublicKey }),
    view: () => describeIdentity(keeper.held(), store, keystore, rotations),
    certificate() {
      if (keeper.isDue()) {
        keeper.renew();
        renewed();
      }
      return keeper.held().bytes;
    },
    admit,
    currentProvider: rotations.current,
    learnRotation(bytes) {
      const rotation = verifyRotation(bytes, { now: clock.now(), verify });
      return rotation.ok ? note(rotation.value) : rotation.reason;
    },
    rotations: () => rotations.historyOf(keeper.held().providerId).map((rotation) => rotation.bytes),
    setDisplayName(displayName) {
      store.setDisplayName(displayName.replace(HIDDEN_CHARACTERS, '').trim());
      events.emit('changed', {});
      if (!keystore.get(ROOT_KEY)) return;
      keeper.renew();
      renewed();
    },
    recoveryPhrase: (passphrase) => revealPhrase(keystore, passphrase),
    confirmRecoveryPhrase(answers) {
      checkAnswers(keystore, answers);
      store.setConfirmed(keeper.held().providerId);
      events.emit('changed', {});
    },
    rotate(passphrase) {
      keystore.checkPassphrase(passphrase);
      const from = keeper.held().providerId;
      rotateRoot({ keystore, store, clock, random, verify, rotations, keeper });
      events.emit('providerRotated', { from, to: keeper.held().providerId });
      renewed();
    },
    setPassphrase(current, next) {
      keystore.checkPassphrase(current);
      keystore.setPassphrase(next);
    },
  };
}

function describeIdentity(
  held: HeldCertificate,
  store: IdentityStore,
  keystore: Keystore,
  rotations: RotationBook,
): IdentityView {
  const node = store.node() as NodeRow;
  return {
    providerId: held.providerId,
    peerId: held.peerId,
    createdAt: node.createdAt,
    profile: { displayName: node.displayName },
    passphraseProtected: keystore.passphraseProtected,
    recoveryPhraseConfirmed: node.confirmedProvider === held.providerId,
    rotatedFrom: rotations.historyOf(held.providerId).map((rotation) => rotation.from),
  };
}
