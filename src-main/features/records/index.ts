/**
 * Replication of signed records of any kind: announced by gossip, compared with peers range by range, verified before
 * they are stored, expired, ended by tombstones. Kinds are registered by the slices that own them.
 *
 *     const records = createRecords({ network, db, clock, random, verify, log }, { maySee, isBlocked, concerns });
 *     records.register(entryKind);
 *     records.publish('entry/1', envelope);   // signed by this node
 *     records.on('stored', ({ type, key }) => …);
 *
 * Invariants: nothing unverified is stored, shown or passed on; the bytes received are the bytes forwarded; a private
 * record leaves only the node that signed it, only to those who may see it, only on their own connection; a public one
 * stays in the networks in which it was said; the highest sequence is in force, and equal sequences with other bytes are
 * proof against the signer, never a tie.
 */
import type { Filter } from '#shared/features/records/filters.ts';
import { decodeProof, encodeRecordsMessage } from '#shared/features/records/messages.ts';
import { LIFETIME_MS, REPUBLISH_MS } from '#shared/features/records/rules.ts';
import { ERASE_TYPE } from '#shared/features/records/texts.ts';
import { createDisposableStore } from '#shared/kernel/disposables.ts';
import { AppError } from '#shared/kernel/errors.ts';
import { createEmitter } from '#shared/kernel/events.ts';
import { type NetworkId, PUBLIC_NETWORK } from '#shared/kernel/ids.ts';
import { jitter } from '#shared/kernel/random.ts';
import type { GossipVerdict } from '../p2p/index.ts';
import { createAllowance } from './allowance.ts';
import { createConduct } from './conduct.ts';
import { applyErasure, erasureKind, signErasure } from './erasures.ts';
import { createExchange } from './exchange.ts';
import { createIntake, gossipVerdict, takenAs } from './intake.ts';
import { createProofs } from './proofs.ts';
import { createRecordStore, type StoredRecord } from './store.ts';
import { createTexts } from './texts.ts';
import type { RecordKind, Records, RecordsDeps, RecordsEvents, RecordsOptions } from './types.ts';

export { recordsMigrations } from './migrations.ts';
export type { Equivocation } from './proofs.ts';
export type { StoredRecord } from './store.ts';
export type { RecordText } from './texts.ts';
export type {
  PublishOptions,
  RecordKind,
  Records,
  RecordsDeps,
  RecordsEvents,
  RecordsOptions,
} from './types.ts';

/** How often expired records are removed, and how often at most because somebody compares. */
const PRUNE_MS = 10 * 60_000;
const TIDY_MS = 5000;
/** Two records that contradict each other, as they are gossiped. */
const PROOF_TOPIC = 'toolswarm/equivocations/1';
/** Own records are renewed once less than this is left of their life, and up to two hours earlier, each at its own time. */
const LIFETIME_LEFT_MS = LIFETIME_MS - REPUBLISH_MS;
const RENEW_SPREAD_MS = REPUBLISH_MS / 6;
const EVERYTHING: Filter = {};

export function createRecords(deps: RecordsDeps, options: RecordsOptions): Records {
  const { clock, db, log, network } = deps;
  const events = createEmitter<RecordsEvents>((error) => log.error({ err: error }, 'a listener failed'));
  const store = createRecordStore(db, networksNow);
  const proofs = createProofs(db);
  const texts = createTexts(db, (place) => events.emit('textCame', place));
  const kinds = new Map<string, RecordKind>();
  const owned = createDisposableStore();
  const interest = options.interest ?? (() => EVERYTHING);
  const conduct = createConduct(clock, (peerId) => {
    events.emit('peerIgnored', { peerId });
    network.disconnect(peerId).catch((error: unknown) => {
      log.debug({ peer: peerId, error: String(error) }, 'a peer that is not listened to was gone already');
    });
  });
  const intake = createIntake({
    ...{ ...deps, ...options, allowance: createAllowance(clock), conduct, events, interest, kinds },
    ...{ proofs, store, texts },
    tell: ({ first, second }, id) => announce(PROOF_TOPIC, encodeRecordsMessage([first, second]), [id]),
  });
  const exchange = createExchange(
    { ...deps, conduct, proofs, store, texts },
    {
      maySee: options.maySee,
      receive: (bytes, via) => takenAs(intake.receive(undefined, bytes, via)),
      receiveProof: (first, second, via) => void intake.receiveProof(first, second, via),
      onGone: gone,
      interest,
      pinned: options.pinned ?? (() => []),
      tidy,
    },
  );
  let tidiedAt = -Infinity;
  events.on('stored', ({ key, type }) => {
    if (type === ERASE_TYPE) applyErasure(texts, store.get(type, key));
  });

  function networksNow(): NetworkId[] {
    const all = network.networks?.();
    return all ? all.filter(({ state }) => state !== 'off').map(({ id }) => id) : [PUBLIC_NETWORK];
  }

  /** Somebody stands for a record no longer in a network; in no network, it is no more. */
  function gone(record: StoredRecord, id: NetworkId): void {
    const left = record.private ? [] : record.networks.filter((other) => other !== id);
    if (left.length > 0) store.setNetworks(record, left);
    else removed(record);
  }

  function removed({ key, owner, type }: StoredRecord): void {
    store.remove(type, key);
    texts.drop(type, key);
    events.emit('removed', { type, key, owner });
  }

  /** Gossip only makes things sooner: peers fetch what they missed. */
  function announce(topic: string, bytes: Uint8Array, networks: readonly NetworkId[]): void {
    for (const id of networks)
      network.announce(topic, bytes, { network: id }).catch((error: unknown) => {
        log.debug({ topic, error: String(error) }, 'announcing a record failed');
      });
  }

  const publish: Records['publish'] = (type, envelope, { networks, texts: given = [] } = {}) => {
    const { key } = intake.own(type, envelope, networks);
    for (const text of given) texts.take(text);
    const record = store.get(type, key);
    if (!record) return;
    if (record.private) exchange.push(record);
    else announce(kinds.get(type)?.topic ?? '', envelope.bytes, record.networks);
  };

  function renewDue(): void {
    for (const record of store.own()) {
      // The hash is as good as chance, and the same after a restart.
      const early = ((record.hash[0] ?? 0) / 256) * RENEW_SPREAD_MS;
      if (record.tombstone || record.expiresAt - clock.now() > LIFETIME_LEFT_MS + early) continue;
      const renewed = kinds.get(record.type)?.renew(record);
      if (!renewed) continue;
      publish(record.type, renewed, record.everywhere ? {} : { networks: record.networks });
    }
  }

  function prune(): void {
    for (const { key, owner, type } of store.prune(clock.now())) {
      texts.drop(type, key);
      events.emit('removed', { type, key, owner });
    }
    texts.prune(clock.now());
    const { maxBytes } = interest();
    if (maxBytes === undefined) return;
    for (const record of store.beyond(maxBytes)) if (!options.concerns(record.owner)) removed(record);
  }

  function tidy(): void {
    if (clock.monotonic() - tidiedAt < TIDY_MS) return;
    tidiedAt = clock.monotonic();
    prune();
  }

  function onProof(bytes: Uint8Array, id: NetworkId): GossipVerdict {
    try {
      const [first, second] = decodeProof(bytes);
      return intake.receiveProof(first, second, { network: id });
    } catch (error) {
      events.emit('refused', {
        type: 'proof',
        reason: error instanceof AppError ? error.code : 'records.malformed',
      });
      return 'reject';
    }
  }

  function register(kind: RecordKind): void {
    kinds.set(kind.type, kind);
    intake.complete(kind);
    owned.add(
      network.subscribe(kind.topic, (bytes, _from, id) =>
        gossipVerdict(intake.receive(kind.type, bytes, { network: id })),
      ),
    );
  }

  const erasures = erasureKind(deps.certified);
  if (erasures) register(erasures);
  owned.add(network.subscribe(PROOF_TOPIC, (bytes, _from, id) => onProof(bytes, id)));

  return {
    on: events.on,
    register,
    start() {
      owned.add(exchange.start());
      const timers = [
        clock.every(PRUNE_MS, prune),
        clock.every(jitter(deps.random, REPUBLISH_MS / 6, 0.2), renewDue),
      ];
      owned.defer(() => timers.forEach((timer) => timer.cancel()));
      prune();
      renewDue();
    },
    stop: () => owned.close(),
    publish,
    leave(id) {
      for (const record of store.inNetwork(id)) gone(record, id);
      store.leave(id);
    },
    get: (type, key) => store.get(type, key),
    inForce: (type) => store.inForce(type, clock.now()),
    ofOwner: (owner) => store.ofOwner(owner),
    own: () => store.own(),
    drop(type, key) {
      store.remove(type, key);
      texts.drop(type, key);
    },
    forgetNode(node, owner) {
      for (const record of store.ofNode(node)) if (!record.own && record.owner === owner) removed(record);
    },
    forget(id) {
      for (const record of [...store.ofOwner(id), ...store.ofNode(id)]) if (!record.own) removed(record);
    },
    fetch: (peer, wanted, given) => exchange.fetch(peer, wanted, given),
    reshare: (key, type) => exchange.push(store.get(type, key)),
    equivocations: () => proofs.list(),
    texts: (type, key) => texts.of(type, key),
    seekTexts: (type, key) => exchange.seekTexts(type, key),
    erase: (commitments) => publish(ERASE_TYPE, signErasure(deps.self, clock, commitments)),
  };
}
