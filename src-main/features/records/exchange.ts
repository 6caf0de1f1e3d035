/**
 * `/toolswarm/records/1`: what connected nodes tell each other directly. On connection, shortly after, and from time to
 * time each side reads what the other has; private records are pushed to those who may see them when they change.
 */
import type { Filter } from '#shared/features/records/filters.ts';
import {
  decodeRecordsReply,
  encodeRecordsMessage,
  RECORD_BATCH,
  RECORDS_PROTOCOL,
} from '#shared/features/records/messages.ts';
import type { CborValue } from '#shared/kernel/canonical.ts';
import { type Clock, sleep } from '#shared/kernel/clock.ts';
import { type Closeable, createDisposableStore } from '#shared/kernel/disposables.ts';
import { AppError } from '#shared/kernel/errors.ts';
import type { NetworkId, PeerId, ProviderId } from '#shared/kernel/ids.ts';
import { jitter, type Random } from '#shared/kernel/random.ts';
import type { Log } from '../../platform/log.ts';
import type { Network, PeerInfo } from '../p2p/index.ts';
import type { Conduct } from './conduct.ts';
import { isOfNode } from './keys.ts';
import type { Proofs } from './proofs.ts';
import { createReading } from './reading.ts';
import { createTextSeeking } from './seeking-texts.ts';
import { createServing } from './serving.ts';
import type { RecordStore, StoredRecord } from './store.ts';
import type { Texts } from './texts.ts';

/** A peer is read a second time this long after it connected. */
const SETTLE_MS = 3000;
/** Gossip only makes things sooner: so often some peers are read again, whatever was announced. */
const RECONCILE_MS = 5 * 60_000;
const RECONCILE_PEERS = 2;
/** Peers that say that they were asked too often are asked again after this time, and so many times. */
const AGAIN_MS = 2000;
const MAX_AGAIN = 10;
const MAX_RESPONSE_BYTES = 1 << 20;

interface ExchangeOptions {
  maySee(provider: ProviderId, record: StoredRecord): boolean;
  receive(bytes: Uint8Array, via: PeerInfo): 'taken' | 'known' | 'declined';
  receiveProof(first: Uint8Array, second: Uint8Array, via: PeerInfo): void;
  /** The node that signed a record stands for it no longer in a network. */
  onGone(record: StoredRecord, network: NetworkId): void;
  interest(): Filter;
  pinned(): readonly PeerId[];
  tidy(): void;
}

export interface ExchangeDeps {
  network: Network;
  store: RecordStore;
  proofs: Proofs;
  texts: Texts;
  conduct: Conduct;
  clock: Clock;
  random: Random;
  log: Log;
}

/** What is asked of one peer, by key or by hash. */
export interface Wanted {
  type: string;
  keys?: readonly string[];
  hashes?: readonly Uint8Array[];
}

export interface Exchange {
  start(): Closeable;
  /** Hands one own private record to each connected peer that may see it; those who had it and may not any more drop it. */
  push(record: StoredRecord | undefined): void;
  /** Asks one peer for records; what holds is stored and returned as it is in force here. Rejects as a call does. */
  fetch(
    peer: PeerId,
    wanted: Wanted,
    options?: { signal?: AbortSignal; network?: NetworkId },
  ): Promise<StoredRecord[]>;
  /** Asks for texts that did not come with their record. */
  seekTexts(type: string, key: string): void;
}

export function createExchange(deps: ExchangeDeps, options: ExchangeOptions): Exchange {
  const { clock, conduct, network, store } = deps;
  /** Own private keys that a connected peer was given; bounded by the connections and by our own records. */
  const handed = new Map<PeerId, Set<string>>();
  /** Peers that are being read, and whether they are to be read once more; bounded by the connections. */
  const reading = new Map<string, { again: boolean }>();
  const shared = { ...deps, ask, noteHanded, mayHave, withdrawn, ...options };
  const answer = createServing(shared);
  const readPeer = createReading(shared);
  const seeking = createTextSeeking(shared);

  /** Public records stay in the networks in which they were said; private ones go to those who may see them, wherever met. */
  function mayHave(peer: PeerInfo, record: StoredRecord): boolean {
    return record.private
      ? record.own && options.maySee(peer.providerId, record)
      : record.networks.includes(peer.network);
  }

  function noteHanded(peer: PeerInfo, record: StoredRecord): Uint8Array {
    if (record.private)
      handed.set(peer.peerId, (handed.get(peer.peerId) ?? new Set()).add(`${record.type}\n${record.key}`));
    return record.bytes;
  }

  /** Only the node that signed a record can withdraw it. */
  function withdrawn(peer: PeerInfo, record: StoredRecord | undefined): void {
    if (!record || record.own || !isOfNode(record.key, peer)) return;
    options.onGone(record, peer.network);
  }

  async function ask(peer: PeerInfo, request: CborValue, signal?: AbortSignal): Promise<Uint8Array> {
    const call = {
      maxResponseBytes: MAX_RESPONSE_BYTES,
      network: peer.network,
      ...(signal ? { signal } : {}),
    };
    const bytes = encodeRecordsMessage(request);
    for (let time = 0; ; time++) {
      try {
        return await network.call(peer.peerId, RECORDS_PROTOCOL, bytes, call).response;
      } catch (error) {
        if (!isTooMany(error) || time >= MAX_AGAIN) throw error;
        await sleep(clock, AGAIN_MS, signal);
      }
    }
  }

  async function fetch(
    peerId: PeerId,
    { hashes = [], keys = [], type }: Wanted,
    { network: within, signal }: { signal?: AbortSignal; network?: NetworkId } = {},
  ): Promise<StoredRecord[]> {
    const isMeant = (peer: PeerInfo) =>
      peer.peerId === peerId && (within === undefined || peer.network === within);
    const peer = network.peers().find(isMeant) ?? (await network.dial(peerId, signal));
    const byHash = hashes.slice(0, RECORD_BATCH);
    const byKey = keys.slice(0, RECORD_BATCH);
    const requests: CborValue[] = [];
    if (byHash.length > 0) requests.push({ op: 'fetch', hashes: byHash });
    if (byKey.length > 0) requests.push({ op: 'get', type, keys: byKey });
    for (const request of requests) {
      const reply = decodeRecordsReply(await ask(peer, request, signal));
      for (const bytes of reply.records) options.receive(bytes, peer);
    }
    const found = [
      ...byHash.map((hash) => store.byHash(hash)),
      ...byKey.map((key) => store.get(type, key)),
    ].filter((record) => record !== undefined);
    return found.filter((record) => record.type === type);
  }

  function pushTo(peer: PeerInfo, record: StoredRecord): void {
    const name = `${record.type}\n${record.key}`;
    const visible = mayHave(peer, record) && !record.tombstone;
    if (!visible && !handed.get(peer.peerId)?.delete(name)) return;
    const request = visible
      ? { op: 'push', records: [noteHanded(peer, record)] }
      : { op: 'withdraw', records: [{ type: record.type, key: record.key }] };
    ask(peer, request).catch((error: unknown) => {
      deps.log.debug(
        { peer: peer.peerId, error: String(error) },
        'pushing a record failed; the peer reads it on connection',
      );
    });
  }

  /** Reads one peer's records; a peer that leaves meanwhile is read when it returns. */
  async function read(peer: PeerInfo): Promise<void> {
    if (conduct.isIgnored(peer.peerId)) return;
    const name = `${peer.network}/${peer.peerId}`;
    const running = reading.get(name);
    if (running) {
      running.again = true;
      return;
    }
    const state = { again: true };
    reading.set(name, state);
    try {
      while (state.again) {
        state.again = false;
        await readPeer(peer);
      }
    } catch (error) {
      if (!isOfPeer(error))
        deps.log.warn({ peer: peer.peerId, error: String(error) }, 'reading the records of a peer failed');
    } finally {
      reading.delete(name);
    }
  }

  function readAgain(peerId: PeerId): void {
    for (const peer of network.peers()) if (peer.peerId === peerId) void read(peer);
  }

  function readSome(): void {
    const pinned = new Set(options.pinned());
    const peers = network.peers().filter(({ peerId }) => !pinned.has(peerId));
    for (let count = 0; count < RECONCILE_PEERS && peers.length > 0; count++) {
      const [peer] = peers.splice(Math.floor(deps.random.float() * peers.length), 1);
      if (peer) void read(peer);
    }
    for (const peer of network.peers()) if (pinned.has(peer.peerId)) void read(peer);
  }

  function onConnected(peer: PeerInfo): void {
    void read(peer);
    // What was announced while the peers were still finding each other in the gossip mesh would be missed otherwise.
    clock.after(SETTLE_MS, () => readAgain(peer.peerId));
  }

  return {
    start() {
      const owned = createDisposableStore();
      owned.add(network.serve(RECORDS_PROTOCOL, (payload, exchange) => answer(payload, exchange.peer)));
      owned.defer(network.on('peerConnected', onConnected));
      owned.defer(network.on('peerDisconnected', ({ peerId }) => void handed.delete(peerId)));
      const timer = clock.every(jitter(deps.random, RECONCILE_MS, 0.2), readSome);
      owned.defer(() => timer.cancel());
      owned.defer(seeking.stop);
      for (const peer of network.peers()) onConnected(peer);
      return owned;
    },
    fetch,
    seekTexts: seeking.seek,
    push(record) {
      if (!record) return;
      // Who is met in several networks is told once.
      const peers = new Map(network.peers().map((peer) => [peer.peerId, peer]));
      for (const peer of peers.values()) pushTo(peer, record);
    },
  };
}

const isTooMany = (error: unknown): boolean => error instanceof AppError && error.code === 'records.too_many';

/** The peer went, or wants to hear nothing: that is no fault of ours, and it is read when it comes again. */
const isOfPeer = (error: unknown): boolean =>
  error instanceof AppError &&
  (error.code.startsWith('p2p.') || ['records.too_many', 'records.ignored'].includes(error.code));
