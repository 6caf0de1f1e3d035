/** Manifests by hash: stored once, fetched from the node that signed the entry, served to those who may see it. */
import {
  type Manifest,
  MANIFEST_PROTOCOL,
  MAX_MANIFEST_BYTES,
  readManifest,
} from '#shared/features/registry/manifest.ts';
import { concatBytes, equalBytes, fromUtf8, toHex, utf8 } from '#shared/kernel/bytes.ts';
import { sha256Bytes } from '#shared/kernel/canonical.ts';
import type { Clock } from '#shared/kernel/clock.ts';
import type { Closeable } from '#shared/kernel/disposables.ts';
import { AppError } from '#shared/kernel/errors.ts';
import type { NetworkId, PeerId } from '#shared/kernel/ids.ts';
import type { Database } from '../../platform/sqlite.ts';
import type { Network, PeerInfo } from '../p2p/index.ts';

/** Bytes of manifests kept; the oldest go first, except those of own entries, and are fetched again when needed. */
const MAX_STORED_BYTES = 256 << 20;

export interface Manifests {
  put(hash: Uint8Array, bytes: Uint8Array): void;
  get(hash: Uint8Array): StoredManifest | undefined;
  /**
   * Fetches and verifies a manifest of at most `maxBytes`; one request per hash at a time. Rejects with what the call
   * rejects with, or with `registry.bad_manifest`. With a signal the request is the caller's own. `network`: in which
   * the peer is asked, since entries of one network are told in no other.
   */
  fetch(key: string, hash: Uint8Array, from: Source, maxBytes: number, signal?: AbortSignal): Promise<void>;
  serve(mayRead: (peer: PeerInfo, key: string, hash: Uint8Array) => boolean): Closeable;
}

/** Who is asked, and through which network: an entry of one network is nobody's business in another. */
export interface Source {
  peerId: PeerId;
  network: NetworkId;
}

export interface StoredManifest {
  manifest: Manifest;
  /** Bytes of its canonical form. */
  size: number;
}

export function createManifests(
  deps: { db: Database; network: Network; clock: Clock; ownHashes(): Uint8Array[] },
  { maxBytes = MAX_STORED_BYTES } = {},
): Manifests {
  const { clock, db, network } = deps;
  const sql = {
    get: db.prepare('SELECT bytes FROM registry_manifests WHERE hash = ?'),
    touch: db.prepare('UPDATE registry_manifests SET used_at = ? WHERE hash = ?'),
    put: db.prepare('INSERT INTO registry_manifests (hash, bytes, used_at) VALUES (?, ?, ?)'),
    remove: db.prepare('DELETE FROM registry_manifests WHERE hash = ?'),
    sum: db.prepare('SELECT coalesce(sum(length(bytes)), 0) AS bytes FROM registry_manifests'),
    byAge: db.prepare('SELECT hash, length(bytes) AS size FROM registry_manifests ORDER BY used_at, rowid'),
  };
  let storedBytes = (sql.sum.get() as { bytes: number }).bytes;
  const fetching = new Map<string, Promise<void>>();
  const bytesOf = (hash: Uint8Array) => (sql.get.get(hash) as { bytes: Uint8Array } | undefined)?.bytes;

  function put(hash: Uint8Array, bytes: Uint8Array): void {
    if (sql.touch.run(clock.now(), hash).changes > 0) return;
    sql.put.run(hash, bytes, clock.now());
    storedBytes += bytes.length;
    if (storedBytes > maxBytes) trim(hash);
  }

  function trim(newest: Uint8Array): void {
    const kept = new Set([newest, ...deps.ownHashes()].map(toHex));
    for (const { hash, size } of sql.byAge.all() as Array<{ hash: Uint8Array; size: number }>) {
      if (storedBytes <= maxBytes) return;
      if (kept.has(toHex(hash))) continue;
      sql.remove.run(hash);
      storedBytes -= size;
    }
  }

  async function fetchFrom(
    key: string,
    hash: Uint8Array,
    { network: through, peerId }: Source,
    most: number,
    signal?: AbortSignal,
  ): Promise<void> {
    const request = concatBytes(hash, utf8(key));
    const bytes = await network.call(peerId, MANIFEST_PROTOCOL, request, {
      maxResponseBytes: Math.min(most, MAX_MANIFEST_BYTES),
      network: through,
      ...(signal ? { signal } : {}),
    }).response;
    if (!equalBytes(sha256Bytes(bytes), hash))
      throw new AppError(
        'registry.bad_manifest',
        'The tools that were sent are not those that were signed.',
        {
          advice: 'The peer is broken or hostile; block it if it happens again.',
        },
      );
    readManifest(bytes);
    put(hash, bytes);
  }

  return {
    put,
    get(hash) {
      const bytes = bytesOf(hash);
      return bytes && { manifest: readManifest(new Uint8Array(bytes)), size: bytes.length };
    },
    fetch(key, hash, from, most, signal) {
      // Who cancels his own must not take it from others; and others' may hang on another peer.
      if (signal) return fetchFrom(key, hash, from, most, signal);
      const id = toHex(hash);
      const running = fetching.get(id) ?? fetchFrom(key, hash, from, most).finally(() => fetching.delete(id));
      fetching.set(id, running);
      return running;
    },
    serve: (mayRead) =>
      network.serve(MANIFEST_PROTOCOL, (request, { peer }) => {
        const hash = request.subarray(0, 32);
        const key = textOf(request.subarray(32));
        const isAllowed = key !== undefined && key !== '' && mayRead(peer, key, hash);
        const bytes = isAllowed ? bytesOf(hash) : undefined;
        if (!bytes)
          throw new AppError('registry.no_manifest', 'There is no such manifest, or it is not for you.', {
            advice: 'Read the entry again; it may have changed.',
          });
        return new Uint8Array(bytes);
      }),
  };
}

/** Undefined where a peer sent what is no text: then it is no key either. */
function textOf(bytes: Uint8Array): string | undefined {
  try {
    return fromUtf8(bytes);
  } catch {
    return undefined;
  }
}
