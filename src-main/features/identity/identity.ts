import type { Clock } from '#shared/kernel/clock.ts';
import type { Signer, Verify } from '#shared/kernel/envelope.ts';
import { createEmitter, type EventSource } from '#shared/kernel/events.ts';
import type { PeerId, ProviderId } from '#shared/kernel/ids.ts';
import type { Random } from '#shared/kernel/random.ts';
import { HIDDEN_CHARACTERS, type Rotation } from '#shared/features/identity/records.ts';
import { type NodeList, type NodeListFault, readNodeList } from '#shared/features/identity/node-list.ts';
import { type Certificate, type RotationFault, verifyRotation } from '#shared/features/identity/rules.ts';
import { AppError } from '#shared/kernel/errors.ts';
import { createSigner, createVerify } from '#main/platform/crypto.ts';
import type { Keystore } from '#main/platform/keystore.ts';
import type { Log } from '#main/platform/log.ts';
import type { Database } from '#main/platform/sqlite.ts';
import { type Admission, createAdmit, judgeNode } from './admission.ts';
import { formerProvider, layRootAside, readWelcome, settleAdoption, takeRootBack } from './adoption.ts';
import { createCertificateKeeper, type HeldCertificate } from './certificate-keeper.ts';
import { ensureKeys, NODE_KEY, ROOT_KEY, requireRoot, rootSigner } from './keys.ts';
import { createMembers } from './members.ts';
import { createNodeListBook, type LearnOutcome } from './node-lists.ts';
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
  /** A newer list of a provider's nodes is known; `removed` serve it no longer. */
  nodesChanged: { providerId: ProviderId; removed: PeerId[] };
  /** This node serves another provider from its next start on. */
  adopted: { from: ProviderId; to: ProviderId };
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
  /** Whether the provider key is kept on this machine. */
  rootHere: boolean;
  /** The provider that this node was before it served another. */
  formerProvider: ProviderId | null;
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
  /** For whom the node of a verified certificate serves today. Throws `identity.superseded`, `identity.node_removed`. */
  servesNow(certificate: Certificate): ProviderId;
  /** The newest known list of a provider's nodes; absent where it never signed one. */
  nodes(providerId: ProviderId): NodeList | undefined;
  /** Verifies a received `node-list/1` and remembers it where it is newer. */
  learnNodes(bytes: Uint8Array): LearnOutcome | NodeListFault;
  /**
   * Signs a node in for this provider; also the way to give it a certificate anew. Throws `identity.root_offline`,
   * `keystore.…`, `identity.too_many_nodes`.
   */
  addNode(
    node: { nodePublicKey: Uint8Array; label: string },
    passphrase?: string,
  ): { certificate: Uint8Array; list: Uint8Array };
  /** Throws `identity.root_offline`, `identity.no_such_node`. */
  renameNode(peerId: PeerId, label: string): void;
  /** It is admitted nowhere any more where the new list is known. Throws `identity.…`, `keystore.…`. */
  removeNode(peerId: PeerId, passphrase?: string): void;
  /** A new certificate for a node of the list. Throws `identity.root_offline`, `identity.no_such_node`. */
  renewNode(peerId: PeerId): Uint8Array;
  /**
   * Serves the provider whose root signed these; the own root is laid aside. Holds after a restart, for which `adopted`
   * asks. Throws `identity.bad_certificate`, `identity.bad_node_list`.
   */
  adopt(welcome: { certificate: Uint8Array; list: Uint8Array; displayName: string }): void;
  /** Serves its own provider again. Holds after a restart. Throws `identity.not_joined`. */
  leave(): void;
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
  settleAdoption(keystore, store, verify);
  ensureKeys(keystore, random, !store.node()?.certificate);
  store.create(clock.now());
  const seed = keystore.get(NODE_KEY) as Uint8Array;
  const nodeSigner = createSigner(seed);
  const concerns = (id: ProviderId) => id === keeper.held().providerId || (options.concerns?.(id) ?? true);
  const rotations = createRotationBook({ store, concerns });
  const nodePublicKey = nodeSigner.publicKey;
  const keeper = createCertificateKeeper({ keystore, store, clock, verify, rotations, nodePublicKey });
  const events = createEmitter<IdentityEvents>((error) => log.error({ error }, 'a listener failed'));
  const lists = createNodeListBook({
    store,
    clock,
    verify,
    concerns,
    onChanged: ({ list, removed }) => events.emit('nodesChanged', { providerId: list.providerId, removed }),
  });
  const own = { nodePublicKey, peerId: keeper.held().peerId };
  const members = createMembers({ store, clock, lists, rotations, own });
  const root = (): Signer => rootSigner(requireRoot(keystore));
  handOverNodes();

  /** A kill between the rotation of the root and the list of its nodes leaves them to be signed for anew. */
  function handOverNodes(): void {
    const { providerId } = keeper.held();
    const before = rotations.historyOf(providerId).at(-1)?.from;
    if (before && keystore.get(ROOT_KEY) && !lists.of(providerId)) members.handOver(before, root());
  }

  function checkedRoot(passphrase: string | undefined): Signer {
    const signer = root();
    keystore.checkPassphrase(passphrase);
    return signer;
  }

  function note(rotation: Rotation): NoteOutcome {
    const outcome = rotations.note(rotation, clock.now());
    if (outcome === 'new') events.emit('providerRotated', { from: rotation.from, to: rotation.to });
    return outcome;
  }

  const admitByCertificate = createAdmit({
    clock,
    verify,
    log,
    lists,
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
    servesNow(certificate) {
      const judged = judgeNode(certificate, { lists, rotations });
      if (judged.ok) return judged.providerId;
      throw new AppError(judged.code, judged.message, { advice: 'Drop what it signed.' });
    },
    nodes: lists.of,
    learnNodes: lists.learn,
    addNode(node, passphrase) {
      const { certificate, list } = members.add(checkedRoot(passphrase), node);
      return { certificate, list: list.bytes };
    },
    renameNode: (peerId, label) => void members.rename(root(), peerId, label),
    removeNode: (peerId, passphrase) => void members.remove(checkedRoot(passphrase), peerId),
    renewNode: (peerId) => members.renew(root(), peerId),
    adopt({ certificate: bytes, displayName, list }) {
      const certificate = readWelcome(bytes, { nodePublicKey, now: clock.now(), verify });
      const read = readNodeList(list, { now: clock.now(), verify });
      const isSound =
        read.ok &&
        read.value.providerId === certificate.providerId &&
        read.value.nodes.some(({ peerId }) => peerId === own.peerId);
      if (!isSound)
        throw new AppError(
          'identity.bad_node_list',
          'The list of nodes that came with the certificate does not hold.',
          {
            advice: 'Compare the clocks of both machines, then ask for a new code.',
          },
        );
      const from = keeper.held().providerId;
      for (const rotation of certificate.rotations) note(rotation);
      layRootAside(keystore, () =>
        store.transaction(() => {
          store.setDisplayName(displayName.replace(HIDDEN_CHARACTERS, '').trim());
          lists.learn(list);
          keeper.take({ ...certificate, bytes });
        }),
      );
      // A certificate anew for the same provider is no move.
      if (from === certificate.providerId) renewed();
      else events.emit('adopted', { from, to: certificate.providerId });
    },
    leave() {
      const from = keeper.held().providerId;
      if (keystore.get(ROOT_KEY))
        throw new AppError(
          'identity.not_joined',
          'This node keeps its own provider key; there is nothing to leave.',
          {
            advice: 'To take it out of a provider, remove it at another node.',
          },
        );
      takeRootBack(keystore, random, (entropy) => keeper.issue(rootSigner(entropy)));
      events.emit('adopted', { from, to: keeper.held().providerId });
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
      handOverNodes();
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
    rootHere: keystore.get(ROOT_KEY) !== undefined,
    formerProvider: formerProvider(keystore) ?? null,
  };
}
