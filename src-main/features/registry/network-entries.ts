/** Follows the records slice: entries of other nodes become listings once their manifests are here and verified. */
import { ENTRY_TYPE, type Entry, parseEntryKey, storedEntry } from '#shared/features/registry/entry.ts';
import type { Manifest } from '#shared/features/registry/manifest.ts';
import { equalBytes } from '#shared/kernel/bytes.ts';
import { type Closeable, createDisposableStore } from '#shared/kernel/disposables.ts';
import type { Log } from '../../platform/log.ts';
import type { Network, PeerInfo } from '../p2p/index.ts';
import type { Records, StoredRecord } from '../records/index.ts';
import type { Directory } from './directory.ts';
import type { Manifests } from './manifests.ts';

/** Manifests fetched at the same time; the others wait for their peer's next connection or a place. */
const MAX_FETCHES = 16;

export interface NetworkEntries {
  start(onChanged: () => void): Closeable;
  /** Whether a peer may read the manifest of an entry: a public one, or an own private one that it may see. */
  mayRead(peer: PeerInfo, key: string, hash: Uint8Array): boolean;
}

export function createNetworkEntries(
  deps: {
    records: Records;
    manifests: Manifests;
    directory: Directory;
    network: Network;
    log: Log;
  },
  maySee: (provider: string, server: string) => boolean,
): NetworkEntries {
  const { directory, manifests, network, records } = deps;
  /** Keys whose manifest is missing here; bounded by the records that are stored. */
  const waiting = new Set<string>();
  const running = new Set<string>();

  /** Lists an entry, or notes that its manifest must be fetched. Returns whether the directory changed. */
  function take(record: StoredRecord): boolean {
    const entry = storedEntry(record.bytes);
    if (!entry.manifest) return false;
    const manifest = manifests.get(entry.manifest);
    if (!manifest) {
      waiting.add(record.key);
      return false;
    }
    list(record.key, entry, manifest);
    return true;
  }

  function list(key: string, entry: Entry, manifest: Manifest): void {
    waiting.delete(key);
    const { peer, provider, server } = parseEntryKey(key);
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
    });
  }

  function fetchWaiting(onChanged: () => void): void {
    for (const key of waiting) {
      if (running.size >= MAX_FETCHES) return;
      const peer = sourceOf(key);
      if (!peer || running.has(key)) continue;
      running.add(key);
      void fetchOne(key, peer)
        .then((listed) => listed && onChanged())
        .catch((error: unknown) => {
          deps.log.info(
            { key, peer, error: String(error) },
            'a manifest could not be fetched; it is asked for again later',
          );
          waiting.delete(key);
        })
        .finally(() => {
          running.delete(key);
          fetchWaiting(onChanged);
        });
    }
  }

  /** The node that signed the entry, else (public entries only) any peer. */
  function sourceOf(key: string): string | undefined {
    const peers = network.peers();
    const origin = parseEntryKey(key).peer;
    if (peers.some(({ peerId }) => peerId === origin)) return origin;
    return records.get(ENTRY_TYPE, key)?.private === false ? peers[0]?.peerId : undefined;
  }

  async function fetchOne(key: string, peer: string): Promise<boolean> {
    const record = records.get(ENTRY_TYPE, key);
    const hash = record && storedEntry(record.bytes).manifest;
    if (!hash) {
      waiting.delete(key);
      return false;
    }
    await manifests.fetch(key, hash, peer);
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
    const { peer, provider, server } = parseEntryKey(key);
    // The other of a public and a private entry may have taken its place already.
    if (directory.listing(provider, peer, server)?.entry !== key) return;
    if (directory.remove(provider, peer, server)) onChanged();
  }

  return {
    start(onChanged) {
      const owned = createDisposableStore();
      for (const record of records.inForce(ENTRY_TYPE)) if (!record.own) take(record);
      owned.defer(records.on('stored', ({ type, key }) => onStored(type, key, onChanged)));
      owned.defer(records.on('removed', ({ type, key }) => onRemoved(type, key, onChanged)));
      owned.defer(
        network.on('peerConnected', ({ peerId }) => {
          for (const record of records.inForce(ENTRY_TYPE))
            if (isMissingFrom(peerId, record)) waiting.add(record.key);
          fetchWaiting(onChanged);
        }),
      );
      onChanged();
      return owned;
    },
    mayRead(peer, key, hash) {
      const record = records.get(ENTRY_TYPE, key);
      if (!record || (record.private && !(record.own && maySee(peer.providerId, parseEntryKey(key).server))))
        return false;
      const { manifest } = storedEntry(record.bytes);
      return manifest !== null && equalBytes(manifest, hash);
    },
  };

  function isMissingFrom(peerId: string, record: StoredRecord): boolean {
    const { peer, provider, server } = parseEntryKey(record.key);
    return !record.own && peer === peerId && directory.listing(provider, peer, server) === undefined;
  }
}
