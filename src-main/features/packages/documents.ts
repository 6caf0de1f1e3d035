/** Small documents that belong to packages, by hash: kept, served to peers, fetched from them. A hash is believed, a peer is not. */
import {
  DOCUMENTS_PROTOCOL,
  encodePackagesMessage,
  MAX_ANSWER_BYTES,
  MAX_DOCUMENT_BYTES,
  PACKAGES_FEATURE,
  readDocumentsAnswer,
  readDocumentsRequest,
} from '#shared/features/packages/messages.ts';
import { equalBytes, toHex } from '#shared/kernel/bytes.ts';
import { sha256Bytes } from '#shared/kernel/canonical.ts';
import type { Clock } from '#shared/kernel/clock.ts';
import type { Closeable } from '#shared/kernel/disposables.ts';
import { AppError } from '#shared/kernel/errors.ts';
import type { NetworkId, PeerId, ProviderId } from '#shared/kernel/ids.ts';
import type { Log } from '../../platform/log.ts';
import type { Database } from '../../platform/sqlite.ts';
import type { Network } from '../p2p/index.ts';

/** Kept of packages that nobody here uses; the oldest go first. */
const MAX_STORED_BYTES = 64 << 20;
/** Peers that are asked for one document, one after the other. */
const MAX_ASKED = 8;
const ASK_TIMEOUT_MS = 15_000;
const SLACK_BYTES = 4096;

export interface Documents {
  get(hash: Uint8Array): Uint8Array | undefined;
  /** Keeps a document and returns its hash. Throws `packages.document_too_large`. */
  put(bytes: Uint8Array): Uint8Array;
  /** From the store, else from a peer. Throws `packages.unavailable`. */
  fetch(hash: Uint8Array, from: Where): Promise<Uint8Array>;
  serve(mayRead: (network: NetworkId) => boolean): Closeable;
}

/** Where to look: the publisher's own nodes first. */
export interface Where {
  provider?: ProviderId | undefined;
  network?: NetworkId | undefined;
  signal?: AbortSignal | undefined;
}

export function createDocuments(
  deps: { db: Database; network: Network; clock: Clock; log: Log; isNeeded(hash: Uint8Array): boolean },
  { maxBytes = MAX_STORED_BYTES } = {},
): Documents {
  const { clock, db, log, network } = deps;
  const sql = {
    get: db.prepare('SELECT bytes FROM packages_documents WHERE hash = ?'),
    put: db.prepare(
      'INSERT INTO packages_documents (hash, bytes, used_at) VALUES (?, ?, ?) ON CONFLICT (hash) DO UPDATE SET used_at = excluded.used_at',
    ),
    sum: db.prepare('SELECT coalesce(sum(length(bytes)), 0) AS bytes FROM packages_documents'),
    byAge: db.prepare('SELECT hash, length(bytes) AS size FROM packages_documents ORDER BY used_at, hash'),
    remove: db.prepare('DELETE FROM packages_documents WHERE hash = ?'),
  };
  const get = (hash: Uint8Array): Uint8Array | undefined => {
    const row = sql.get.get(hash) as { bytes: Uint8Array } | undefined;
    return row && new Uint8Array(row.bytes);
  };

  function put(bytes: Uint8Array): Uint8Array {
    if (bytes.length > MAX_DOCUMENT_BYTES) throw tooLarge();
    const hash = sha256Bytes(bytes);
    sql.put.run(hash, bytes, clock.now());
    trim(hash);
    return hash;
  }

  function trim(newest: Uint8Array): void {
    let { bytes } = sql.sum.get() as { bytes: number };
    if (bytes <= maxBytes) return;
    for (const { hash, size } of sql.byAge.all() as Array<{ hash: Uint8Array; size: number }>) {
      if (bytes <= maxBytes) return;
      if (equalBytes(hash, newest) || deps.isNeeded(hash)) continue;
      sql.remove.run(hash);
      bytes -= size;
    }
  }

  /** Connected peers that know of packages, the publisher's own first. */
  function candidates({ network: through, provider }: Where): PeerId[] {
    return network
      .peers()
      .filter((peer) => through === undefined || peer.network === through)
      .filter(({ features }) => features.includes(PACKAGES_FEATURE))
      .sort((a, b) => Number(b.providerId === provider) - Number(a.providerId === provider))
      .slice(0, MAX_ASKED)
      .map(({ peerId }) => peerId);
  }

  async function ask(peer: PeerId, hash: Uint8Array, where: Where): Promise<Uint8Array | undefined> {
    const answer = await network.call(peer, DOCUMENTS_PROTOCOL, encodePackagesMessage({ hashes: [hash] }), {
      timeoutMs: ASK_TIMEOUT_MS,
      maxResponseBytes: MAX_DOCUMENT_BYTES + SLACK_BYTES,
      ...(where.network === undefined ? {} : { network: where.network }),
      ...(where.signal ? { signal: where.signal } : {}),
    }).response;
    const [document] = readDocumentsAnswer(answer).documents;
    if (!document) return undefined;
    if (equalBytes(sha256Bytes(document), hash)) return document;
    log.warn({ peer, hash: toHex(hash) }, 'a peer sent another document than it was asked for');
    return undefined;
  }

  async function fetchFrom(hash: Uint8Array, where: Where): Promise<Uint8Array> {
    for (const peer of candidates(where)) {
      try {
        const found = await ask(peer, hash, where);
        if (found) {
          put(found);
          return found;
        }
      } catch (error) {
        where.signal?.throwIfAborted();
        log.debug({ peer, error: String(error) }, 'a peer did not answer for a document');
      }
    }
    throw unavailable();
  }

  return {
    get,
    put,
    fetch: async (hash, where) => get(hash) ?? fetchFrom(hash, where),
    serve: (mayRead) =>
      network.serve(DOCUMENTS_PROTOCOL, (payload, { peer }) => {
        const { hashes } = readDocumentsRequest(payload);
        let left = mayRead(peer.network) ? MAX_ANSWER_BYTES : 0;
        const documents = hashes.map((hash) => {
          const bytes = left > 0 ? get(hash) : undefined;
          if (!bytes || bytes.length > left) return null;
          left -= bytes.length;
          return bytes;
        });
        return encodePackagesMessage({ documents });
      }),
  };
}

const unavailable = (): AppError =>
  new AppError('packages.unavailable', 'Nobody who is connected has the description of this package.', {
    advice: 'Try again when its publisher, or somebody who installed it, is connected.',
    retryable: true,
  });

const tooLarge = (): AppError =>
  new AppError('packages.document_too_large', 'The description of this package’s tools is too large.', {
    advice: 'Shorten the descriptions, or split the package.',
  });
