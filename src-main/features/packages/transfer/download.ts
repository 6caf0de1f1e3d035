/**
 * Fetches one bundle from many peers into a file. The plan decides, this asks: every piece is hashed before it is written,
 * and what was written survives whatever ends the download.
 */
import { type Bundle, bundleId, pieceLength } from '#shared/features/packages/bundle.ts';
import { encodePackagesMessage, inBitmap, PIECES_PROTOCOL } from '#shared/features/packages/messages.ts';
import { fromHex } from '#shared/kernel/bytes.ts';
import type { Clock, Timer } from '#shared/kernel/clock.ts';
import { AppError } from '#shared/kernel/errors.ts';
import type { NetworkId, PeerId } from '#shared/kernel/ids.ts';
import type { Random } from '#shared/kernel/random.ts';
import type { Log } from '#main/platform/log.ts';
import type { Network } from '../../p2p/index.ts';
import type { Bans } from './bans.ts';
import { type BundleFile, isPiece } from './bundle-file.ts';
import type { Pacer } from './pacer.ts';
import { createPlan, type PeerProgress, type PieceRequest } from './plan.ts';

/** Bytes that are asked for and did not come yet, over all peers. */
const MAX_IN_FLIGHT_BYTES = 16 << 20;
/** Room for what the message is wrapped in. */
const SLACK_BYTES = 64;
const PIECE_TIMEOUT_MS = 30_000;
const HAVE_TIMEOUT_MS = 10_000;
const ASK_AGAIN_MS = 5_000;
const SEEK_MS = 45_000;

export interface DownloadDeps {
  network: Network;
  clock: Clock;
  random: Random;
  log: Log;
  bans: Bans;
  /** Holds what comes in to the operator's limit. */
  pacer: Pacer;
  /** Peers that may have the bundle, nearest first, until the signal aborts. */
  seek(bundle: Bundle, signal: AbortSignal): AsyncIterable<PeerId>;
}

export interface DownloadProgress {
  bytes: number;
  total: number;
  pieces: number;
  have(piece: number): boolean;
  peers: PeerProgress[];
}

export interface DownloadOptions {
  signal: AbortSignal;
  /** Only over this network. */
  network?: NetworkId | undefined;
  onProgress?: (progress: DownloadProgress) => void;
  /** Without anybody who has what is missing, so long is looked for somebody. Default 45 s. */
  seekMs?: number;
  /** How often peers that have a part are asked what they have by now. Default 5 s. */
  askAgainMs?: number;
}

/**
 * Resolves once every piece is in the file. Rejects with `packages.no_peers` (to be tried again later; what came stays),
 * with `storage.…`, or with the signal's reason.
 */
export async function download(
  deps: DownloadDeps,
  bundle: Bundle,
  file: BundleFile,
  options: DownloadOptions,
): Promise<void> {
  if (file.count() === bundle.pieces.length) return;
  const over = new AbortController();
  const signal = AbortSignal.any([options.signal, over.signal]);
  try {
    await run(deps, bundle, file, { ...options, signal });
  } finally {
    over.abort();
  }
}

function run(deps: DownloadDeps, bundle: Bundle, file: BundleFile, options: DownloadOptions): Promise<void> {
  const { bans, clock, log, network } = deps;
  const { signal } = options;
  const root = fromHex(bundleId(bundle));
  const plan = createPlan({
    pieces: bundle.pieces.length,
    pieceSize: bundle.pieceSize,
    maxInFlightBytes: MAX_IN_FLIGHT_BYTES,
    random: deps.random,
    has: file.has,
  });
  const requests = new Map<string, AbortController>();
  const known = new Set<PeerId>();
  let bytes = bundle.pieces.reduce(
    (sum, _, piece) => sum + (file.has(piece) ? pieceLength(bundle, piece) : 0),
    0,
  );

  return new Promise((resolve, reject) => {
    let waking: Timer | undefined;
    let aloneSince: number | undefined;
    const again = clock.every(options.askAgainMs ?? ASK_AGAIN_MS, askAgain);
    const stops = [
      network.on('peerConnected', ({ peerId }) => void ask(peerId)),
      network.on('peerDisconnected', ({ peerId }) => {
        known.delete(peerId);
        plan.peerLeft(peerId);
        pump();
      }),
    ];
    const onAbort = () => settle(() => reject(signal.reason as Error));
    signal.addEventListener('abort', onAbort, { once: true });
    if (signal.aborted) return onAbort();
    for (const { peerId } of network.peers()) void ask(peerId);
    void seek();
    report();

    function settle(then: () => void): void {
      again.cancel();
      waking?.cancel();
      stops.forEach((stop) => stop());
      signal.removeEventListener('abort', onAbort);
      for (const controller of requests.values()) controller.abort();
      requests.clear();
      then();
    }

    function report(): void {
      options.onProgress?.({
        bytes,
        total: bundle.size,
        pieces: bundle.pieces.length,
        have: file.has,
        peers: plan.peers(),
      });
    }

    async function seek(): Promise<void> {
      try {
        for await (const peer of deps.seek(bundle, signal)) void ask(peer);
      } catch (error) {
        if (!signal.aborted) log.debug({ error: String(error) }, 'looking for peers with a bundle failed');
      }
    }

    function askAgain(): void {
      for (const peer of known) void ask(peer);
      if (!plan.isStuck()) aloneSince = undefined;
      else if (aloneSince === undefined) aloneSince = clock.monotonic();
      else if (clock.monotonic() - aloneSince >= (options.seekMs ?? SEEK_MS))
        return settle(() => reject(nobody(bundle.pieces.length - plan.missing(), bundle.pieces.length)));
      if (aloneSince !== undefined) void seek();
      pump();
    }

    async function ask(peer: PeerId): Promise<void> {
      if (bans.has(peer) || peer === network.peerId) return;
      try {
        const bitmap = await call(
          peer,
          { op: 'have', bundle: root },
          Math.ceil(bundle.pieces.length / 8),
          signal,
        );
        known.add(peer);
        plan.peerHas(peer, (piece) => inBitmap(bitmap, piece));
        pump();
      } catch (error) {
        // Most peers have other things; that is no fault of theirs.
        if (!signal.aborted) log.debug({ peer, error: String(error) }, 'a peer has nothing of a bundle');
      }
    }

    function call(peer: PeerId, request: object, size: number, until: AbortSignal): Promise<Uint8Array> {
      return network.call(peer, PIECES_PROTOCOL, encodePackagesMessage(request), {
        signal: until,
        timeoutMs: 'index' in request ? PIECE_TIMEOUT_MS : HAVE_TIMEOUT_MS,
        maxResponseBytes: size + SLACK_BYTES,
        ...(options.network === undefined ? {} : { network: options.network }),
      }).response;
    }

    function pump(): void {
      if (plan.isDone() || signal.aborted) return;
      for (const request of plan.next(clock.monotonic())) void fetch(request);
      waking?.cancel();
      const wakeAt = plan.wakeAt(clock.monotonic());
      waking = wakeAt === undefined ? undefined : clock.after(wakeAt - clock.monotonic(), pump);
    }

    async function fetch(request: PieceRequest): Promise<void> {
      const { peer, piece } = request;
      const key = `${peer}/${piece}`;
      const controller = new AbortController();
      requests.set(key, controller);
      const until = AbortSignal.any([signal, controller.signal]);
      try {
        const length = pieceLength(bundle, piece);
        await deps.pacer.take(length, until);
        const startedAt = clock.monotonic();
        const got = await call(peer, { op: 'piece', bundle: root, index: piece }, length, until);
        if (!isPiece(bundle, piece, got)) return poisoned(request);
        if (until.aborted || file.has(piece)) return plan.released(request);
        await file.write(piece, got);
        bytes += length;
        for (const other of plan.arrived(request, length, clock.monotonic() - startedAt))
          requests.get(`${other}/${piece}`)?.abort();
        report();
        if (plan.isDone()) settle(resolve);
      } catch (error) {
        judge(request, error, until);
      } finally {
        if (requests.get(key) === controller) requests.delete(key);
        pump();
      }
    }

    function poisoned(request: PieceRequest): void {
      log.warn({ peer: request.peer, piece: request.piece }, 'a peer sent something else than the piece');
      bans.add(request.peer);
      plan.poisoned(request);
    }

    function judge(request: PieceRequest, error: unknown, until: AbortSignal): void {
      if (until.aborted) return plan.released(request);
      if (error instanceof AppError && error.code === 'p2p.too_large') return poisoned(request);
      // What the disk says concerns all of it.
      if (error instanceof AppError && error.code.startsWith('storage.')) return settle(() => reject(error));
      plan.failed(request, clock.monotonic());
    }
  });
}

const nobody = (have: number, pieces: number): AppError =>
  new AppError('packages.no_peers', 'Nobody who is connected has the rest of this package.', {
    advice: 'Try again when more peers are there; what was fetched already is kept.',
    retryable: true,
    details: { have, pieces },
  });
