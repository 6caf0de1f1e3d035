/** Gives pieces to peers: of bundles that are seeded, and of those that are being fetched while they are. */
import { type FileHandle, open } from 'node:fs/promises';
import type { Bundle, BundleId } from '#shared/features/packages/bundle.ts';
import { encodeBitmap, PIECES_PROTOCOL, readPieceRequest } from '#shared/features/packages/messages.ts';
import { toHex } from '#shared/kernel/bytes.ts';
import type { Closeable } from '#shared/kernel/disposables.ts';
import { AppError } from '#shared/kernel/errors.ts';
import type { Network, PeerInfo } from '../../p2p/index.ts';
import { isPiece, readPiece } from './bundle-file.ts';
import type { Pacer } from './pacer.ts';

/** Pieces that are read and sent at a time; a peer that is refused asks somebody else. */
const MAX_SERVING = 48;
/** Files kept open; the one that was used longest ago is closed. */
const MAX_OPEN = 16;

/** A bundle of which something may be given away. */
export interface Offered {
  bundle: Bundle;
  path: string;
  has(piece: number): boolean;
}

export interface ServingDeps {
  network: Network;
  pacer: Pacer;
  /** What this peer may have of a bundle; undefined: nothing. */
  offered(bundle: BundleId, peer: PeerInfo): Offered | undefined;
  /** Bytes went out, for the policy of seeding. */
  onSent(bundle: BundleId, peer: PeerInfo, bytes: number): void;
  /** What lies on the disk is not what it was: it must be mended. */
  onDamaged(bundle: BundleId, piece: number): void;
}

export function servePieces(deps: ServingDeps): Closeable {
  const files = new Map<string, Promise<FileHandle>>();
  let serving = 0;

  function fileAt(path: string): Promise<FileHandle> {
    const known = files.get(path);
    files.delete(path);
    const file = known ?? open(path, 'r');
    files.set(path, file);
    const [oldest] = files.keys();
    if (files.size > MAX_OPEN && oldest !== undefined) forget(oldest);
    return file;
  }

  function forget(path: string): void {
    const file = files.get(path);
    files.delete(path);
    file?.then((handle) => handle.close()).catch(() => undefined); // it never opened: whoever asked was told
  }

  async function send(id: BundleId, offered: Offered, piece: number, peer: PeerInfo, signal: AbortSignal) {
    const file = await fileAt(offered.path).catch((error: unknown) => {
      forget(offered.path);
      throw error;
    });
    const bytes = await readPiece(file, offered.bundle, piece);
    if (!isPiece(offered.bundle, piece, bytes)) {
      forget(offered.path);
      deps.onDamaged(id, piece);
      throw noPiece();
    }
    await deps.pacer.take(bytes.length, signal);
    deps.onSent(id, peer, bytes.length);
    return bytes;
  }

  const served = deps.network.serve(PIECES_PROTOCOL, async (payload, exchange) => {
    const request = readPieceRequest(payload);
    const id = toHex(request.bundle);
    const offered = deps.offered(id, exchange.peer);
    if (!offered) throw noPiece();
    if (request.op === 'have') return encodeBitmap(offered.has, offered.bundle.pieces.length);
    if (!offered.has(request.index)) throw noPiece();
    if (serving >= MAX_SERVING) throw busy();
    serving += 1;
    try {
      return await send(id, offered, request.index, exchange.peer, exchange.signal);
    } finally {
      serving -= 1;
    }
  });

  return {
    async close() {
      await served.close();
      for (const path of [...files.keys()]) forget(path);
    },
  };
}

const noPiece = (): AppError =>
  new AppError('packages.no_piece', 'This node does not give away that piece.', {
    advice: 'Ask another peer.',
  });

const busy = (): AppError =>
  new AppError('packages.busy', 'This node gives away as many pieces as it can at a time.', {
    advice: 'Ask again in a moment, or another peer.',
    retryable: true,
  });
