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
import type { PeerId } from '#shared/kernel/ids.ts';
import type { Database } from '../../platform/sqlite.ts';
import type { Network, PeerInfo } from '../p2p/index.ts';

/** Manifests kept; the least recently used go first and are fetched again when needed. */
const MAX_MANIFESTS = 50_000;

export interface Manifests {
  put(hash: Uint8Array, bytes: Uint8Array): void;
  get(hash: Uint8Array): Manifest | undefined;
  /** Fetches and verifies a manifest; one request per hash at a time. Throws what the call throws, or `registry.bad_manifest`. */
  fetch(key: string, hash: Uint8Array, peer: PeerId): Promise<Manifest>;
  serve(mayRead: (peer: PeerInfo, key: string, hash: Uint8Array) => boolean): Closeable;
}

export function createManifests(deps: { db: Database; network: Network; clock: Clock }): Manifests {
  const { clock, db, network } = deps;
  const sql = {
    get: db.prepare('SELECT bytes FROM registry_manifests WHERE hash = ?'),
    put: db.prepare('INSERT OR REPLACE INTO registry_manifests (hash, bytes, used_at) VALUES (?, ?, ?)'),
    trim: db.prepare(
      'DELETE FROM registry_manifests WHERE hash IN (SELECT hash FROM registry_manifests ORDER BY used_at DESC LIMIT -1 OFFSET ?)',
    ),
  };
  const fetching = new Map<string, Promise<Manifest>>();
  const bytesOf = (hash: Uint8Array) => (sql.get.get(hash) as { bytes: Uint8Array } | undefined)?.bytes;

  function put(hash: Uint8Array, bytes: Uint8Array): void {
    sql.put.run(hash, bytes, clock.now());
    sql.trim.run(MAX_MANIFESTS);
  }

  async function fetchFrom(key: string, hash: Uint8Array, peer: PeerId): Promise<Manifest> {
    const request = concatBytes(hash, utf8(key));
    const bytes = await network.call(peer, MANIFEST_PROTOCOL, request, {
      maxResponseBytes: MAX_MANIFEST_BYTES,
    }).response;
    if (!equalBytes(sha256Bytes(bytes), hash))
      throw new AppError(
        'registry.bad_manifest',
        'The tools that were sent are not those that were signed.',
        {
          advice: 'The peer is broken or hostile; block it if it happens again.',
        },
      );
    const manifest = readManifest(bytes);
    put(hash, bytes);
    return manifest;
  }

  return {
    put,
    get(hash) {
      const bytes = bytesOf(hash);
      return bytes && readManifest(new Uint8Array(bytes));
    },
    fetch(key, hash, peer) {
      const id = toHex(hash);
      const running = fetching.get(id) ?? fetchFrom(key, hash, peer).finally(() => fetching.delete(id));
      fetching.set(id, running);
      return running;
    },
    serve: (mayRead) =>
      network.serve(MANIFEST_PROTOCOL, (request, { peer }) => {
        const hash = request.subarray(0, 32);
        const isAllowed = request.length > 32 && mayRead(peer, fromUtf8(request.subarray(32)), hash);
        const bytes = isAllowed ? bytesOf(hash) : undefined;
        if (!bytes)
          throw new AppError('registry.no_manifest', 'There is no such manifest, or it is not for you.', {
            advice: 'Read the entry again; it may have changed.',
          });
        return new Uint8Array(bytes);
      }),
  };
}
