/**
 * `/toolswarm/records/1`: what connected nodes tell each other directly. On connection, shortly after, and from time to
 * time each side reads the other's inventory and fetches what it lacks; private records are pushed to those who may see them when they change.
 */
import { equalBytes, toHex } from '#shared/kernel/bytes.ts';
import type { Clock } from '#shared/kernel/clock.ts';
import { type Closeable, createDisposableStore } from '#shared/kernel/disposables.ts';
import { AppError } from '#shared/kernel/errors.ts';
import type { PeerId, ProviderId } from '#shared/kernel/ids.ts';
import {
  decodeInventoryReply,
  decodeRecordsReply,
  decodeRecordsRequest,
  encodeRecordsMessage,
  INVENTORY_PAGE,
  type InventoryLine,
  RECORD_BATCH,
  RECORDS_PROTOCOL,
} from '#shared/features/records/messages.ts';
import { jitter, type Random } from '#shared/kernel/random.ts';
import type { Log } from '../../platform/log.ts';
import type { Network, PeerInfo } from '../p2p/index.ts';
import type { RecordStore, StoredRecord } from './store.ts';

/** Pages read from one peer in one go; a peer with more is read further at the next connection. */
const MAX_PAGES = 200;
/** A peer is read a second time this long after it connected. */
const SETTLE_MS = 3000;
/** Gossip only makes things sooner: so often some peers are read again, whatever was announced. */
const RECONCILE_MS = 5 * 60_000;
const RECONCILE_PEERS = 2;

interface ExchangeOptions {
  maySee(provider: ProviderId, record: StoredRecord): boolean;
  receive(type: string | undefined, bytes: Uint8Array, via: PeerInfo): unknown;
  onRemoved(gone: StoredRecord): void;
}

export interface Exchange {
  start(): Closeable;
  /** Hands one own private record to each connected peer that may see it; those who had it and may not any more drop it. */
  push(record: StoredRecord | undefined): void;
  /** Asks one peer for records by their hashes; what holds is stored. Rejects as a call does. */
  fetch(peer: PeerId, hashes: readonly Uint8Array[], signal?: AbortSignal): Promise<StoredRecord[]>;
}

export function createExchange(
  deps: { network: Network; store: RecordStore; clock: Clock; random: Random; log: Log },
  options: ExchangeOptions,
): Exchange {
  const { network, store } = deps;
  /** Own private keys that a connected peer was given; bounded by the connections and by our own records. */
  const handed = new Map<PeerId, Set<string>>();

  const mayHave = (peer: PeerInfo, record: StoredRecord) =>
    !record.private || (record.own && options.maySee(peer.providerId, record));

  function noteHanded(peer: PeerInfo, record: StoredRecord): Uint8Array {
    if (record.private)
      handed.set(peer.peerId, (handed.get(peer.peerId) ?? new Set()).add(`${record.type}\n${record.key}`));
    return record.bytes;
  }

  function answer(payload: Uint8Array, peer: PeerInfo): Uint8Array {
    const request = decodeRecordsRequest(payload);
    switch (request.op) {
      case 'inventory':
        return inventory(request.after, peer);
      case 'fetch':
        return encodeRecordsMessage({ records: fetched(request.hashes, peer) });
      case 'push':
        for (const bytes of request.records) options.receive(undefined, bytes, peer);
        return encodeRecordsMessage({});
      case 'withdraw':
        for (const { type, key } of request.records) dropIfFrom(peer, store.get(type, key));
        return encodeRecordsMessage({});
    }
  }

  function fetched(hashes: Uint8Array[], peer: PeerInfo): Uint8Array[] {
    const found = hashes.map((hash) => store.byHash(hash)).filter((record) => record !== undefined);
    return found.filter((record) => mayHave(peer, record)).map((record) => noteHanded(peer, record));
  }

  /** Only the node that signed a record can withdraw it. */
  function dropIfFrom(peer: PeerInfo, record: StoredRecord | undefined): void {
    if (!record || record.own || !isOfNode(record.key, peer)) return;
    store.remove(record.type, record.key);
    options.onRemoved(record);
  }

  function inventory(after: string, peer: PeerInfo): Uint8Array {
    const [type = '', key = ''] = after.split('\n');
    // The place where a page ends is a key as well: it must be one that the peer may see.
    const rows = store.page({ type, key }, INVENTORY_PAGE, deps.clock.now(), (row) => mayHave(peer, row));
    const last = rows.length === INVENTORY_PAGE ? rows.at(-1) : undefined;
    const lines = rows.map(({ type, key, seq, hash }) => ({ type, key, seq, hash }));
    return encodeRecordsMessage({ lines, next: last ? `${last.type}\n${last.key}` : '' });
  }

  async function ask(
    peer: PeerId,
    request: Parameters<typeof encodeRecordsMessage>[0],
    signal?: AbortSignal,
  ): Promise<Uint8Array> {
    const options = { maxResponseBytes: 1 << 20, ...(signal ? { signal } : {}) };
    return network.call(peer, RECORDS_PROTOCOL, encodeRecordsMessage(request), options).response;
  }

  async function fetch(
    peerId: PeerId,
    hashes: readonly Uint8Array[],
    signal?: AbortSignal,
  ): Promise<StoredRecord[]> {
    const peer = network.peers().find((one) => one.peerId === peerId) ?? (await network.dial(peerId, signal));
    const wanted = hashes.slice(0, RECORD_BATCH);
    const reply = decodeRecordsReply(await ask(peerId, { op: 'fetch', hashes: wanted }, signal));
    for (const bytes of reply.records) options.receive(undefined, bytes, peer);
    return wanted.map((hash) => store.byHash(hash)).filter((record) => record !== undefined);
  }

  /** Reads all a peer has for us. The node that signed a record is the authority on whether it still stands. */
  async function pull(peer: PeerInfo): Promise<void> {
    const ofPeer = store.ofOwner(peer.providerId).filter((record) => isOfNode(record.key, peer));
    /** What the peer has not offered so far. */
    const unoffered = new Map(ofPeer.map((record) => [toHex(record.hash), record]));
    let after = '';
    let complete = false;
    for (let page = 0; page < MAX_PAGES && !complete; page++) {
      const reply = decodeInventoryReply(await ask(peer.peerId, { op: 'inventory', after }));
      for (const line of reply.lines) unoffered.delete(toHex(line.hash));
      await fetchMissing(peer, reply.lines);
      after = reply.next;
      complete = after === '';
    }
    if (!complete) return;
    for (const old of unoffered.values()) {
      const now = store.get(old.type, old.key);
      if (now && equalBytes(now.hash, old.hash)) dropIfFrom(peer, now);
    }
  }

  async function fetchMissing(peer: PeerInfo, lines: InventoryLine[]): Promise<void> {
    const missing = lines.filter((line) => {
      const have = store.get(line.type, line.key);
      return !have || (!have.own && (have.seq < line.seq || !equalBytes(have.hash, line.hash)));
    });
    for (let from = 0; from < missing.length; from += RECORD_BATCH) {
      const hashes = missing.slice(from, from + RECORD_BATCH).map((line) => line.hash);
      const reply = decodeRecordsReply(await ask(peer.peerId, { op: 'fetch', hashes }));
      for (const bytes of reply.records) options.receive(undefined, bytes, peer);
    }
  }

  function pushTo(peer: PeerInfo, record: StoredRecord): void {
    const name = `${record.type}\n${record.key}`;
    const visible = mayHave(peer, record) && !record.tombstone;
    if (!visible && !handed.get(peer.peerId)?.delete(name)) return;
    const request = visible
      ? { op: 'push', records: [noteHanded(peer, record)] }
      : { op: 'withdraw', records: [{ type: record.type, key: record.key }] };
    ask(peer.peerId, request).catch((error: unknown) => {
      deps.log.debug(
        { peer: peer.peerId, error: String(error) },
        'pushing a record failed; the peer reads it on connection',
      );
    });
  }

  /** Reads one peer's records; a peer that leaves meanwhile is read when it returns. */
  function read(peer: PeerInfo): void {
    pull(peer).catch((error: unknown) => {
      if (error instanceof AppError && error.code.startsWith('p2p.')) return;
      deps.log.warn({ peer: peer.peerId, error: String(error) }, 'reading the records of a peer failed');
    });
  }

  function readAgain(peerId: PeerId): void {
    const peer = network.peers().find((one) => one.peerId === peerId);
    if (peer) read(peer);
  }

  function readSome(): void {
    const peers = [...network.peers()];
    for (let count = 0; count < RECONCILE_PEERS && peers.length > 0; count++) {
      const [peer] = peers.splice(Math.floor(deps.random.float() * peers.length), 1);
      if (peer) read(peer);
    }
  }

  function onConnected(peer: PeerInfo): void {
    read(peer);
    // What was announced while the peers were still finding each other in the gossip mesh would be missed otherwise.
    deps.clock.after(SETTLE_MS, () => readAgain(peer.peerId));
  }

  return {
    start() {
      const owned = createDisposableStore();
      owned.add(network.serve(RECORDS_PROTOCOL, (payload, exchange) => answer(payload, exchange.peer)));
      owned.defer(network.on('peerConnected', onConnected));
      owned.defer(network.on('peerDisconnected', ({ peerId }) => void handed.delete(peerId)));
      const timer = deps.clock.every(jitter(deps.random, RECONCILE_MS, 0.2), readSome);
      owned.defer(() => timer.cancel());
      for (const peer of network.peers()) onConnected(peer);
      return owned;
    },
    fetch,
    push(record) {
      if (!record) return;
      for (const peer of network.peers()) pushTo(peer, record);
    },
  };
}

/** Keys of records that belong to a node read `provider/node/…`. */
export const isOfNode = (key: string, peer: PeerInfo): boolean =>
  key.startsWith(`${peer.providerId}/${peer.peerId}/`);

export const nodeOfKey = (key: string): PeerId => key.split('/', 2)[1] ?? '';
