/** Follows the records slice: entries of other nodes become listings once their manifests are here and verified. */
import { ENTRY_TYPE, type Entry, parseEntryKey, storedEntry } from '#shared/features/registry/entry.ts';
import { equalBytes } from '#shared/kernel/bytes.ts';
import type { Clock } from '#shared/kernel/clock.ts';
import { type Closeable, createDisposableStore } from '#shared/kernel/disposables.ts';
import { AppError } from '#shared/kernel/errors.ts';
import type { NetworkId, PeerId, ProviderId } from '#shared/kernel/ids.ts';
import type { Log } from '../../platform/log.ts';
import type { Network, PeerInfo } from '../p2p/index.ts';
import type { Records, StoredRecord } from '../records/index.ts';
import type { Directory } from './directory.ts';
import { createListedRoom } from './listed-room.ts';
import type { Manifests, StoredManifest } from './manifests.ts';
import type { PassedOn } from './types.ts';

/** Manifests fetched at the same time, and from one peer, who may be slow on purpose; the others wait for a place. */
const MAX_FETCHES = 16;
const MAX_FETCHES_PER_PEER = 2;
/** So often some of what could not be fetched is asked for again, of a public entry from another peer. */
const RETRY_MS = 3000;
const RETRIES = 32;
/** The first tries follow sooner, each after twice the time: whoever passed an entry on has its manifest a moment later. */
const SOON_MS = 60;
const SOON_TRIES = 5;
/** Keys whose tries are counted; the oldest go first. */
const MAX_SOON = 512;

export interface NetworkEntries {
  start(onChanged: () => void): Closeable;
  /** Whether a peer may read the manifest of an entry: a public one, or an own private one that it may see. */
  mayRead(peer: PeerInfo, key: string, hash: Uint8Array): boolean;
  /**
   * Lists a stored entry now, its manifest fetched from this peer where it is missing. Rejects with what the call rejects
   * with, `registry.bad_manifest`, or `registry.not_listed` where the entry went meanwhile, there is no room, or this peer
   * is nobody to ask for it.
   */
  obtain(key: string, peer: PeerId, signal: AbortSignal): Promise<void>;
}

export function createNetworkEntries(
  deps: {
    records: Records;
    manifests: Manifests;
    directory: Directory;
    network: Network;
    clock: Clock;
    log: Log;
  },
  options: {
    maySee(provider: ProviderId, server: string): boolean;
    /** Whether a provider means something to the operator: strangers must not take the room that it needs. */
    concerns(provider: ProviderId): boolean;
    /** The parties of a chain that ends with a provider and holds; undefined where it does not. */
    partiesOf?(via: readonly string[], provider: ProviderId): PassedOn | undefined;
  },
): NetworkEntries {
  const { directory, manifests, network, records } = deps;
  const room = createListedRoom(options.concerns);
  /** Keys whose manifest is missing here; bounded by the records that are stored. */
  const waiting = new Set<string>();
  /** Keys whose manifest could not be fetched; they wait for the next try. */
  const failed = new Set<string>();
  /** How often each was tried soon. */
  const soon = new Map<string, number>();
  /** Keys whose manifest is being fetched, and from which peer. */
  const running = new Map<string, string>();
  let turn = 0;
  /** What was asked for may still arrive after the end; nothing more is asked for then. */
  let isOver = false;
  /** Says that the directory changed, once somebody listens. */
  let tell = () => {};

  /** Lists an entry, or notes that its manifest must be fetched. Returns whether the directory changed. */
  function take(record: StoredRecord): boolean {
    const entry = storedEntry(record.bytes);
    if (!entry.manifest) return false;
    const stored = manifests.get(entry.manifest);
    if (!stored) {
      waiting.add(record.key);
      return false;
    }
    return list(record.key, entry, stored);
  }

  function list(key: string, entry: Entry, { manifest, size }: StoredManifest): boolean {
    waiting.delete(key);
    soon.delete(key);
    const { peer, provider, server } = parseEntryKey(key);
    const { notes } = manifest;
    const passed = notes?.via && options.partiesOf?.(notes.via, provider);
    if (notes?.via && !passed) {
      deps.log.info({ key }, 'a server is not listed: the chain by which it is shared on does not hold');
      return unlist(key);
    }
    if (!room.take(provider, key, size)) {
      deps.log.info({ key }, 'the tools of an entry are not listed: there is no room for more');
      return unlist(key);
    }
    directory.set({
      provider,
      peer,
      server,
      version: entry.version,
      providerName: entry.by,
      tags: entry.tags,
      issuedAt: entry.iat,
      local: false,
      entry: key,
      addresses: entry.addresses.filter((address) => address.endsWith(`/p2p/${peer}`)),
      tools: manifest.tools,
      notes,
      via: passed?.parties,
      origin: passed?.server,
      about: { title: entry.title, description: entry.description },
    });
    return true;
  }

  /** Returns whether the directory changed. */
  function unlist(key: string): boolean {
    room.free(key);
    const { peer, provider, server } = parseEntryKey(key);
    // The other of a public and a private entry may have taken its place already.
    return (
      directory.listing(provider, peer, server)?.entry === key && directory.remove(provider, peer, server)
    );
  }

  function fetchWaiting(onChanged: () => void): void {
    if (isOver) return;
    for (const key of waiting) {
      if (running.size >= MAX_FETCHES) return;
      const source = sourceOf(key);
      const peer = source?.peerId;
      if (!source || !peer || running.has(key) || isBusy(peer)) continue;
      running.set(key, peer);
      void fetchOne(key, source)
        .then((listed) => listed && onChanged())
        .catch((error: unknown) => {
          deps.log.info(
            { key, peer, error: String(error) },
            'a manifest could not be fetched; it is asked for again later',
          );
          waiting.delete(key);
          // What is too large now would be too large again.
          if (error instanceof AppError && error.code === 'p2p.too_large') return;
          failed.add(key);
          trySoon(key, onChanged);
        })
        .finally(() => {
          running.delete(key);
          fetchWaiting(onChanged);
        });
    }
  }

  function trySoon(key: string, onChanged: () => void): void {
    const tries = (soon.get(key) ?? 0) + 1;
    if (tries > SOON_TRIES) return;
    soon.set(key, tries);
    const oldest = soon.keys().next().value;
    if (soon.size > MAX_SOON && oldest !== undefined) soon.delete(oldest);
    deps.clock.after(SOON_MS * 2 ** (tries - 1), () => {
      if (isOver || !failed.has(key)) return;
      again(key);
      fetchWaiting(onChanged);
    });
  }

  const isBusy = (peer: string): boolean =>
    [...running.values()].filter((one) => one === peer).length >= MAX_FETCHES_PER_PEER;

  /**
   * The node that signed the entry, else (public entries only) any peer: in a network in which the entry is out, since
   * asking in another would tell of it there.
   */
  function sourceOf(key: string): PeerInfo | undefined {
    const record = records.get(ENTRY_TYPE, key);
    if (!record) return undefined;
    const peers = network.peers().filter((peer) => record.private || record.networks.includes(peer.network));
    const origin = parseEntryKey(key).peer;
    const signer = peers.find(({ peerId }) => peerId === origin);
    // Whoever passed the entry on may not have the manifest himself yet, or may not want to give it.
    return signer ?? (record.private ? undefined : peers[turn++ % peers.length]);
  }

  async function fetchOne(key: string, from: PeerInfo): Promise<boolean> {
    const record = records.get(ENTRY_TYPE, key);
    const hash = record && storedEntry(record.bytes).manifest;
    if (!hash) {
      waiting.delete(key);
      return false;
    }
    await manifests.fetch(key, hash, from, room.left(parseEntryKey(key).provider, key));
    const now = records.get(ENTRY_TYPE, key);
    return now ? take(now) : false;
  }

  function onStored(type: string, key: string, onChanged: () => void): void {
    const record = type === ENTRY_TYPE ? records.get(type, key) : undefined;
    if (!record || record.own) return;
    if (take(record)) onChanged();
    else fetchWaiting(onChanged);
  }

  function onRemoved(type: string, key: string, onChanged: () => void): void {
    if (type !== ENTRY_TYPE) return;
    waiting.delete(key);
    failed.delete(key);
    soon.delete(key);
    if (unlist(key)) onChanged();
  }

  /** Asks a node that connected for the manifests of its own entries that are missing here. */
  function askOrigin(peer: PeerInfo): void {
    for (const record of records.ofOwner(peer.providerId)) if (isMissingFrom(peer, record)) again(record.key);
  }

  function again(key: string): void {
    failed.delete(key);
    waiting.add(key);
  }

  return {
    start(onChanged) {
      tell = onChanged;
      const owned = createDisposableStore();
      for (const record of records.inForce(ENTRY_TYPE)) if (!record.own) take(record);
      owned.defer(records.on('stored', ({ type, key }) => onStored(type, key, onChanged)));
      owned.defer(records.on('removed', ({ type, key }) => onRemoved(type, key, onChanged)));
      owned.defer(
        network.on('peerConnected', (peer) => {
          askOrigin(peer);
          fetchWaiting(onChanged);
        }),
      );
      const timer = deps.clock.every(RETRY_MS, () => {
        for (const key of [...failed].slice(0, RETRIES)) again(key);
        fetchWaiting(onChanged);
      });
      owned.defer(() => {
        isOver = true;
        timer.cancel();
      });
      onChanged();
      return owned;
    },
    mayRead(peer, key, hash) {
      const record = records.get(ENTRY_TYPE, key);
      if (!record || !isFor(peer, record)) return false;
      const { manifest } = storedEntry(record.bytes);
      return manifest !== null && equalBytes(manifest, hash);
    },
    async obtain(key, peer, signal) {
      const record = records.get(ENTRY_TYPE, key);
      const hash = record && storedEntry(record.bytes).manifest;
      if (!record || !hash || record.own) throw notListed();
      if (isListed(record)) return;
      if (!manifests.get(hash)) {
        const where = whereToAsk(peer, record);
        if (where === undefined) throw notListed();
        const source = { peerId: peer, network: where };
        await manifests.fetch(key, hash, source, room.left(parseEntryKey(key).provider, key), signal);
      }
      const now = records.get(ENTRY_TYPE, key);
      if (!now || !(isListed(now) || take(now))) throw notListed();
      tell();
    },
  };

  /** Public entries in the networks in which they are out; own private ones for those who may see them. */
  function isFor(peer: PeerInfo, record: StoredRecord): boolean {
    return record.private
      ? record.own && options.maySee(peer.providerId, parseEntryKey(record.key).server)
      : record.networks.includes(peer.network);
  }

  /**
   * The network in which a peer may be asked for an entry's manifest: one in which the entry is out, best where the peer is
   * met already; asking anywhere else would tell of it there. Of a private entry nobody is asked but its own node.
   */
  function whereToAsk(peerId: PeerId, record: StoredRecord): NetworkId | undefined {
    const met = network.peers().filter((peer) => peer.peerId === peerId);
    if (record.private) return parseEntryKey(record.key).peer === peerId ? met[0]?.network : undefined;
    const common = met.find((peer) => record.networks.includes(peer.network));
    return common?.network ?? record.networks[0];
  }

  function isListed({ bytes, key }: StoredRecord): boolean {
    const { peer, provider, server } = parseEntryKey(key);
    const listed = directory.listing(provider, peer, server);
    return listed?.entry === key && listed.issuedAt === storedEntry(bytes).iat;
  }

  function isMissingFrom(from: PeerInfo, record: StoredRecord): boolean {
    const { peer } = parseEntryKey(record.key);
    if (record.own || record.type !== ENTRY_TYPE || record.tombstone || record.disputed) return false;
    if (peer !== from.peerId) return false;
    return !isListed(record);
  }
}

const notListed = () =>
  new AppError('registry.not_listed', 'The tools of this entry are not listed here.', {
    advice: 'The entry ended meanwhile, or there is no room for its tools.',
  });
