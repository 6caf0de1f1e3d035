/**
 * The one way into the store: whatever arrives, by gossip, by push or because it was asked for, is verified, judged and
 * stored here, or refused and counted by its reason.
 */
import { type Filter, matches, MAX_FACET, MAX_FACETS } from '#shared/features/records/filters.ts';
import { MAX_RECORD_BYTES } from '#shared/features/records/messages.ts';
import { judge, type RecordMeta, type Verdict } from '#shared/features/records/rules.ts';
import { MAX_TEXTS } from '#shared/features/records/texts.ts';
import { equalBytes } from '#shared/kernel/bytes.ts';
import { sha256Bytes } from '#shared/kernel/canonical.ts';
import type { Clock } from '#shared/kernel/clock.ts';
import { type Envelope, open, type Verify } from '#shared/kernel/envelope.ts';
import { AppError } from '#shared/kernel/errors.ts';
import type { Emitter } from '#shared/kernel/events.ts';
import type { NetworkId, PeerId, ProviderId } from '#shared/kernel/ids.ts';
import type { GossipVerdict, PeerInfo } from '../p2p/index.ts';
import type { createAllowance } from './allowance.ts';
import type { Conduct } from './conduct.ts';
import { isOfNode, nodeOfKey } from './keys.ts';
import type { Proofs } from './proofs.ts';
import type { RecordStore, StoredRecord } from './store.ts';
import type { Texts } from './texts.ts';
import type { RecordKind, RecordsEvents } from './types.ts';

/** What came by gossip: nobody in particular said it, in this network. */
export interface GossipOf {
  network: NetworkId;
}

/** `refused`: wrong, whoever sends it; `unwanted`: in order, but not kept here. */
export type Outcome = Verdict | 'refused' | 'unwanted';

/**
 * What every node finds before it stores or passes on anything. Other reasons tell of the age of what two nodes know: a
 * certificate that was replaced, a kind that is newer than this code.
 */
const DISHONEST: ReadonlySet<string> = new Set([
  'kernel.malformed',
  'kernel.bad_signature',
  'records.malformed',
  'records.too_large',
  'records.private_relayed',
  'records.no_proof',
]);

export interface IntakeDeps {
  store: RecordStore;
  proofs: Proofs;
  texts: Texts;
  conduct: Conduct;
  allowance: ReturnType<typeof createAllowance>;
  kinds: ReadonlyMap<string, RecordKind>;
  events: Emitter<RecordsEvents>;
  clock: Clock;
  verify: Verify;
  isBlocked(owner: ProviderId, node: PeerId): boolean;
  concerns(owner: ProviderId): boolean;
  interest(): Filter;
  /** A contradiction was found here first: others are to know. */
  tell(proof: { first: Uint8Array; second: Uint8Array }, network: NetworkId): void;
}

export interface Intake {
  /** Verifies hostile bytes and stores them. Never throws. */
  receive(type: string | undefined, bytes: Uint8Array, via: PeerInfo | GossipOf): Outcome;
  receiveProof(first: Uint8Array, second: Uint8Array, via: PeerInfo | GossipOf): GossipVerdict;
  /** Stores an own record; `networks` absent: for all. Throws as its kind does. */
  own(type: string, envelope: Envelope, networks?: readonly NetworkId[]): RecordMeta;
  /** Notes what stored records of a kind lack that came before it was noted. */
  complete(kind: RecordKind): void;
}

type Read = ReturnType<RecordKind['read']>;

export function createIntake(deps: IntakeDeps): Intake {
  const { clock, events, kinds, proofs, store, texts } = deps;

  function receive(type: string | undefined, bytes: Uint8Array, via: PeerInfo | GossipOf): Outcome {
    try {
      const { envelope, kind } = openRecord(type, bytes);
      const meta = kind.read(envelope, clock.now());
      if (deps.isBlocked(meta.owner, nodeOfKey(meta.key)))
        return refuse(kind.type, 'records.blocked', 'unwanted');
      if (meta.private && (!('peerId' in via) || !isOfNode(meta.key, via)))
        throw new AppError('records.private_relayed', 'Only its own node may hand out a private record.');
      return accept(kind, envelope, meta, via.network);
    } catch (error) {
      return refuse(type ?? 'unknown', blamed(error, via));
    }
  }

  /** The code of a fault, which counts against the sender where no honest node could have sent this. */
  function blamed(error: unknown, via: PeerInfo | GossipOf): string {
    const code = error instanceof AppError ? error.code : 'records.malformed';
    if (DISHONEST.has(code) && 'peerId' in via) deps.conduct.blame(via.peerId, 'refused');
    return code;
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

  function accept(kind: RecordKind, envelope: Opened, meta: Read, network: NetworkId): Outcome {
    const { bytes } = envelope;
    const hash = sha256Bytes(bytes);
    const stored = store.get(kind.type, meta.key);
    if (stored?.own) return 'duplicate';
    if (stored && isNewHere(stored, hash, network)) {
      store.setNetworks(stored, [...stored.networks, network]);
      return 'store';
    }
    const verdict = judge({ ...meta, hash }, stored, clock.now());
    if (verdict !== 'store' && verdict !== 'equivocation') return verdict;
    // Only changes count: anyone can repeat what others signed, and would use up their allowance.
    if (!deps.allowance.take(meta.key)) return refuse(kind.type, 'records.too_often', 'unwanted');
    if (verdict === 'equivocation' && stored) {
      convict(kind, meta, stored, { first: stored.bytes, second: bytes }, network);
      return verdict;
    }
    // Of what was already proven to contradict itself, the half that comes again is no news.
    if (proofs.holds(kind.type, meta.key, meta.seq)) return 'duplicate';
    const facets = facetsOf(kind, envelope);
    const matters = deps.concerns(meta.owner);
    if (!matters && !matches(deps.interest(), { type: kind.type, owner: meta.owner, facets }))
      return refuse(kind.type, 'records.not_wanted', 'unwanted');
    if (!stored && !store.hasRoom(meta.owner, matters)) return refuse(kind.type, 'records.quota', 'unwanted');
    put(kind, envelope, meta, { own: false, networks: meta.private ? [] : [network], facets });
    return verdict;
  }

  function put(
    kind: RecordKind,
    envelope: Opened,
    meta: RecordMeta,
    origin: Parameters<RecordStore['put']>[4],
  ): void {
    const { key, owner, seq } = meta;
    store.put(kind.type, meta, sha256Bytes(envelope.bytes), envelope.bytes, origin);
    texts.place({ type: kind.type, key, owner }, (kind.texts?.(envelope) ?? []).slice(0, MAX_TEXTS));
    // Whoever ends a key wants what stood under it gone, the copies in proofs included.
    if (meta.tombstone) proofs.empty(kind.type, key, seq);
    events.emit(meta.tombstone ? 'removed' : 'stored', { type: kind.type, key, owner });
  }

  /** Keeps both as proof, serves neither, and tells others. */
  function convict(
    kind: RecordKind,
    meta: RecordMeta,
    stored: StoredRecord | undefined,
    pair: { first: Uint8Array; second: Uint8Array },
    network: NetworkId,
  ): boolean {
    const { key, owner, seq } = meta;
    const about = { type: kind.type, key, owner };
    const networks = meta.private ? [] : [network];
    const isNew = proofs.add({ ...about, seq, ...pair, foundAt: clock.now() }, networks);
    if (stored && !stored.own && !stored.disputed) {
      store.dispute(stored);
      events.emit('removed', about);
    }
    if (!isNew) return false;
    events.emit('equivocationFound', about);
    if (!meta.private) deps.tell(pair, network);
    return true;
  }

  function receiveProof(first: Uint8Array, second: Uint8Array, via: PeerInfo | GossipOf): GossipVerdict {
    try {
      const { kind, meta } = opened(first);
      const other = opened(second, kind.type);
      const { key, owner, seq } = meta;
      if (other.meta.key !== key || other.meta.seq !== seq || meta.private || other.meta.private)
        throw notProven();
      if (equalBytes(first, second)) throw notProven();
      if (proofs.holds(kind.type, key, seq) || deps.isBlocked(owner, nodeOfKey(key))) return 'ignore';
      const stored = store.get(kind.type, key);
      const isAbout = stored !== undefined && stored.seq <= seq && !stored.tombstone ? stored : undefined;
      return convict(kind, meta, isAbout, { first, second }, via.network) ? 'accept' : 'ignore';
    } catch (error) {
      refuse('proof', blamed(error, via));
      return 'reject';
    }
  }

  function opened(bytes: Uint8Array, type?: string): { kind: RecordKind; meta: RecordMeta } {
    const { envelope, kind } = openRecord(type, bytes);
    return { kind, meta: kind.read(envelope, clock.now()) };
  }

  function refuse<T extends 'refused' | 'unwanted' = 'refused'>(type: string, reason: string, as?: T) {
    events.emit('refused', { type, reason });
    return as ?? 'refused';
  }

  return {
    receive,
    receiveProof,
    own(type, envelope, networks) {
      const kind = kinds.get(type);
      if (!kind) throw new AppError('records.unknown_kind', `No kind ${type} is registered.`);
      const own = open(envelope.bytes, type, deps.verify);
      const meta = kind.read(own, clock.now());
      put(kind, own, meta, {
        own: true,
        networks: meta.private ? [] : networks,
        facets: facetsOf(kind, own),
      });
      return meta;
    },
    complete(kind) {
      for (const record of store.undated(kind.type)) {
        const envelope = open(record.bytes, kind.type, deps.verify);
        try {
          store.date(record, kind.read(envelope, clock.now()).issuedAt, facetsOf(kind, envelope));
        } catch (error) {
          // Whatever made it invalid since: nobody would take it from this node any more.
          if (!record.own) store.remove(record.type, record.key);
          refuse(kind.type, error instanceof AppError ? error.code : 'records.malformed');
        }
      }
    },
  };
}

type Opened = ReturnType<typeof open>;

const facetsOf = (kind: RecordKind, envelope: Opened): string[] =>
  [...new Set(kind.facets?.(envelope) ?? [])]
    .filter((facet) => facet.length > 0 && facet.length <= MAX_FACET && !facet.includes('\n'))
    .slice(0, MAX_FACETS);

const isNewHere = (stored: StoredRecord, hash: Uint8Array, network: NetworkId): boolean =>
  !stored.private && equalBytes(stored.hash, hash) && !stored.networks.includes(network);

const notProven = (): AppError =>
  new AppError('records.no_proof', 'These two records do not contradict each other.', {
    advice: 'Drop them; the sender accuses somebody without proof.',
  });

/** Who passes on what only we do not want did nothing wrong. */
export function gossipVerdict(verdict: Outcome): GossipVerdict {
  if (verdict === 'store' || verdict === 'equivocation') return 'accept';
  return verdict === 'refused' || verdict === 'too_long_lived' ? 'reject' : 'ignore';
}

/** How an outcome looks to who asked for the record. */
export function takenAs(outcome: Outcome): 'taken' | 'known' | 'declined' {
  if (outcome === 'store' || outcome === 'equivocation') return 'taken';
  return outcome === 'duplicate' ? 'known' : 'declined';
}
