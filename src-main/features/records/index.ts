/**
 * Replication of signed records of any kind: announced by gossip, fetched from peers on connection, verified before
 * they are stored, expired, ended by tombstones. Kinds are registered by the slices that own them.
 *
 *     const records = createRecords({ network, db, clock, random, verify, log }, { maySee });
 *     records.register(entryKind);
 *     records.publish('entry/1', envelope);   // signed by this node
 *     records.on('stored', ({ type, key }) => …);
 *
 * Invariants: nothing unverified is stored, shown or passed on; the bytes received are the bytes forwarded; a private
 * record leaves only the node that signed it, only to those who may see it, only on their own connection; the highest
 * sequence is in force, and equal sequences with other bytes are proof against the signer, never a tie.
 */
import {
  LIFETIME_MS,
  type RecordMeta,
  REPUBLISH_MS,
  type Verdict,
  judge,
} from '#shared/features/records/rules.ts';
import { MAX_RECORD_BYTES } from '#shared/features/records/messages.ts';
import { type CborValue, sha256Bytes } from '#shared/kernel/canonical.ts';
import type { Clock } from '#shared/kernel/clock.ts';
import { createDisposableStore } from '#shared/kernel/disposables.ts';
import { type Envelope, open, type Verify } from '#shared/kernel/envelope.ts';
import { AppError } from '#shared/kernel/errors.ts';
import { createEmitter, type EventSource } from '#shared/kernel/events.ts';
import type { PeerId, ProviderId } from '#shared/kernel/ids.ts';
import { jitter, type Random } from '#shared/kernel/random.ts';
import type { Log } from '../../platform/log.ts';
import type { Database } from '../../platform/sqlite.ts';
import type { GossipVerdict, Network, PeerInfo } from '../p2p/index.ts';
import { createAllowance } from './allowance.ts';
import { createExchange, isOfNode, nodeOfKey } from './exchange.ts';
import { createRecordStore, type StoredRecord } from './store.ts';

export { recordsMigrations } from './migrations.ts';
export type { StoredRecord } from './store.ts';

/** How often expired records are removed. */
const PRUNE_MS = 10 * 60_000;

export interface RecordKind {
  /** Envelope type, `entry/1`. */
  type: string;
  /** Gossip topic of its public records. */
  topic: string;
  /** Reads a record whose signature is verified; throws `AppError` where the signer may not say this. */
  read(record: Envelope & { value: CborValue }, now: number): RecordMeta;
  /** Signs own record anew with a later expiry and higher sequence; undefined where it should lapse. */
  renew(record: StoredRecord): Envelope | undefined;
}

export interface RecordsEvents {
  stored: { type: string; key: string; owner: ProviderId };
  /** Ended by a tombstone, expired, withdrawn by its node, or disputed. */
  removed: { type: string; key: string; owner: ProviderId };
  equivocationFound: { type: string; key: string; owner: ProviderId };
  /** A record that was refused, by reason; for counters. */
  refused: { type: string; reason: string };
}

export interface Records extends EventSource<RecordsEvents> {
  register(kind: RecordKind): void;
  start(): void;
  stop(): Promise<void>;
  /** Stores an own record and spreads it: public ones to everybody, private ones to those connected who may see them. */
  publish(type: string, envelope: Envelope): void;
  get(type: string, key: string): StoredRecord | undefined;
  inForce(type: string): StoredRecord[];
  /** All records of a provider, whatever their state. */
  ofOwner(owner: ProviderId): StoredRecord[];
  /** Own records, tombstones included. */
  own(): StoredRecord[];
  /** Takes an own record out of the store without a trace, where its signer no longer stands for it. */
  drop(type: string, key: string): void;
  /** Forgets everything of a provider or node that was blocked. */
  forget(id: ProviderId | PeerId): void;
  /**
   * Asks one peer for records by their hashes. What holds is stored, and returned as it is in force; what does not is
   * counted as refused and left out. Rejects as a call does.
   */
  fetch(
    peer: PeerId,
    wanted: { type: string; hashes: readonly Uint8Array[] },
    options?: { signal?: AbortSignal },
  ): Promise<StoredRecord[]>;
  /** Hands all own private records a peer may now see to it, and ends those it may no longer see. */
  reshare(key: string, type: string): void;
}

export interface RecordsDeps {
  network: Network;
  db: Database;
  clock: Clock;
  random: Random;
  verify: Verify;
  log: Log;
}

export interface RecordsOptions {
  /** Whether a provider may see an own private record. Asked anew each time. */
  maySee(provider: ProviderId, record: StoredRecord): boolean;
  isBlocked(owner: ProviderId, node: PeerId): boolean;
  /** Whether a provider means something to the operator: strangers must not take the room that it needs. */
  concerns(owner: ProviderId): boolean;
}

export function createRecords(deps: RecordsDeps, options: RecordsOptions): Records {
  const { clock, network } = deps;
  const events = createEmitter<RecordsEvents>((error) => deps.log.error({ err: error }, 'a listener failed'));
  const store = createRecordStore(deps.db);
  const kinds = new Map<string, RecordKind>();
  const owned = createDisposableStore();
  const allowance = createAllowance(clock);
  const exchange = createExchange(
    { network, store, clock, random: deps.random, log: deps.log },
    {
      maySee: options.maySee,
      receive,
      onRemoved: ({ type, key, owner }) => events.emit('removed', { type, key, owner }),
    },
  );

  /** Verifies hostile bytes and stores them. Never throws: what is refused is counted by its reason. */
  function receive(type: string | undefined, bytes: Uint8Array, via: 'gossip' | PeerInfo): Outcome {
    try {
      const { kind, envelope } = openRecord(type, bytes);
      const meta = kind.read(envelope, clock.now());
      if (options.isBlocked(meta.owner, nodeOfKey(meta.key)))
        return refuse(kind.type, 'records.blocked', 'unwanted');
      if (meta.private && (via === 'gossip' || !isOfNode(meta.key, via)))
        return refuse(kind.type, 'records.private_relayed');
      return accept(kind.type, meta, bytes);
    } catch (error) {
      return refuse(type ?? 'unknown', error instanceof AppError ? error.code : 'records.malformed');
    }
  }

  function openRecord(type: string | undefined, bytes: Uint8Array) {
    if (bytes.length > MAX_RECORD_BYTES) throw new AppError('records.too_large', 'The record is too large.');
    for (const kind of type ? [kinds.get(type)] : kinds.values()) {
      if (!kind) break;
      try {
        return { kind, envelope: open(bytes, kind.type, deps.verify) };
      } catch (error) {
        if (!(error instanceof AppError) || error.code !== 'kernel.wrong_type') throw error;
      }
    }
    throw new AppError('records.unknown_kind', 'No such kind of record.');
  }

  function accept(type: string, meta: RecordMeta, bytes: Uint8Array): Outcome {
    const hash = sha256Bytes(bytes);
    const stored = store.get(type, meta.key);
    if (stored?.own) return 'duplicate';
    const verdict = judge({ ...meta, hash }, stored, clock.now());
    if (verdict !== 'store' && verdict !== 'equivocation') return verdict;
    // Only changes count: anyone can repeat what others signed, and would use up their allowance.
    if (!allowance.take(meta.key)) return refuse(type, 'records.too_often', 'unwanted');
    if (verdict === 'equivocation' && stored) {
      store.dispute(stored, bytes, clock.now());
      events.emit('equivocationFound', { type, key: meta.key, owner: meta.owner });
      events.emit('removed', { type, key: meta.key, owner: meta.owner });
    }
    if (verdict !== 'store') return verdict;
    if (!stored && !store.hasRoom(meta.owner, options.concerns(meta.owner)))
      return refuse(type, 'records.quota', 'unwanted');
    store.put(type, meta, hash, bytes, false);
    events.emit(meta.tombstone ? 'removed' : 'stored', { type, key: meta.key, owner: meta.owner });
    return verdict;
  }

  function refuse<T extends 'refused' | 'unwanted' = 'refused'>(type: string, reason: string, as?: T) {
    events.emit('refused', { type, reason });
    return as ?? 'refused';
  }

  function publish(type: string, envelope: Envelope): void {
    const kind = kinds.get(type);
    if (!kind) throw new AppError('records.unknown_kind', `No kind ${type} is registered.`);
    const meta = kind.read(open(envelope.bytes, type, deps.verify), clock.now());
    store.put(type, meta, sha256Bytes(envelope.bytes), envelope.bytes, true);
    events.emit(meta.tombstone ? 'removed' : 'stored', { type, key: meta.key, owner: meta.owner });
    spread(kind, meta, envelope.bytes);
  }

  function spread(kind: RecordKind, meta: RecordMeta, bytes: Uint8Array): void {
    if (meta.private) return exchange.push(store.get(kind.type, meta.key));
    network.announce(kind.topic, bytes).catch((error: unknown) => {
      // Gossip only makes things sooner: peers fetch on connection what they missed.
      deps.log.debug({ key: meta.key, error: String(error) }, 'announcing a record failed');
    });
  }

  function renewDue(): void {
    for (const record of store.own()) {
      if (record.tombstone || record.expiresAt - clock.now() > LIFETIME_LEFT_MS) continue;
      const renewed = kinds.get(record.type)?.renew(record);
      if (renewed) publish(record.type, renewed);
    }
  }

  function prune(): void {
    for (const { type, key, owner } of store.prune(clock.now())) events.emit('removed', { type, key, owner });
  }

  return {
    on: events.on,
    register(kind) {
      kinds.set(kind.type, kind);
      owned.add(network.subscribe(kind.topic, (bytes) => gossipVerdict(receive(kind.type, bytes, 'gossip'))));
    },
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
    get: (type, key) => store.get(type, key),
    inForce: (type) => store.inForce(type, clock.now()),
    ofOwner: (owner) => store.ofOwner(owner),
    own: () => store.own(),
    drop: (type, key) => store.remove(type, key),
    forget(id) {
      for (const { key, own, owner, type } of [...store.ofOwner(id), ...store.ofNode(id)]) {
        if (own) continue;
        store.remove(type, key);
        events.emit('removed', { type, key, owner });
      }
    },
    fetch: async (peer, { hashes, type }, wanted = {}) =>
      (await exchange.fetch(peer, hashes, wanted.signal)).filter((record) => record.type === type),
    reshare: (key, type) => exchange.push(store.get(type, key)),
  };
}

/** Own records are renewed once less than this is left of their life. */
const LIFETIME_LEFT_MS = LIFETIME_MS - REPUBLISH_MS;

/** `refused`: wrong, whoever sends it; `unwanted`: in order, but not kept here. */
type Outcome = Verdict | 'refused' | 'unwanted';

/** Who passes on what only we do not want did nothing wrong. */
function gossipVerdict(verdict: Outcome): GossipVerdict {
  if (verdict === 'store' || verdict === 'equivocation') return 'accept';
  return verdict === 'refused' || verdict === 'too_long_lived' ? 'reject' : 'ignore';
}
