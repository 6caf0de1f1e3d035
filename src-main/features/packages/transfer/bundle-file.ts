/**
 * A bundle on disk, whole or in part. What it holds is found out by hashing what lies there: no note about progress is
 * kept that a crash, a full disk or a damaged sector could make wrong.
 */
import { createHash } from 'node:crypto';
import { type FileHandle, open } from 'node:fs/promises';
import { type Bundle, pieceLength } from '#shared/features/packages/bundle.ts';
import { equalBytes } from '#shared/kernel/bytes.ts';
import { describeFileError, PRIVATE_FILE } from '#main/platform/files.ts';

export interface BundleFile {
  has(piece: number): boolean;
  /** Pieces that are there. */
  count(): number;
  /** Writes a piece whose hash was compared. Throws `storage.full` or `storage.unreadable`. */
  write(piece: number, bytes: Uint8Array): Promise<void>;
  /** Everything written is on the disk once it resolves. */
  sync(): Promise<void>;
  close(): Promise<void>;
}

export const isPiece = ({ pieces }: Bundle, piece: number, bytes: Uint8Array): boolean =>
  equalBytes(createHash('sha256').update(bytes).digest(), pieces[piece] ?? new Uint8Array());

/** Reads one piece as it lies there; fewer bytes where the file ends. */
export async function readPiece(file: FileHandle, bundle: Bundle, piece: number): Promise<Uint8Array> {
  const buffer = Buffer.allocUnsafe(pieceLength(bundle, piece));
  const { bytesRead } = await file.read(buffer, 0, buffer.length, piece * bundle.pieceSize);
  return buffer.subarray(0, bytesRead);
}

/** Which pieces of a file are good; those of a file that is not there are not. */
export async function goodPieces(file: FileHandle, bundle: Bundle, signal?: AbortSignal): Promise<boolean[]> {
  const { size } = await file.stat();
  const good: boolean[] = [];
  for (let piece = 0; piece < bundle.pieces.length; piece += 1) {
    signal?.throwIfAborted();
    const isThere = size >= piece * bundle.pieceSize + pieceLength(bundle, piece);
    good.push(isThere && isPiece(bundle, piece, await readPiece(file, bundle, piece)));
  }
  return good;
}

/** Opens or creates it. Throws `storage.full` or `storage.unreadable`. */
export async function openBundleFile(
  path: string,
  bundle: Bundle,
  signal?: AbortSignal,
): Promise<BundleFile> {
  const file = await open(path, 'a+', PRIVATE_FILE)
    // An append-only handle could not write in the middle.
    .then(async (created) => {
      await created.close();
      return open(path, 'r+');
    })
    .catch((error: unknown) => failed(error, path));
  let good: boolean[];
  try {
    good = await goodPieces(file, bundle, signal);
    // What was longer is another bundle's rest.
    if ((await file.stat()).size > bundle.size) await file.truncate(bundle.size);
  } catch (error) {
    await file.close();
    throw describeFileError(error, path);
  }
  return {
    has: (piece) => good[piece] === true,
    count: () => good.filter(Boolean).length,
    async write(piece, bytes) {
      const at = piece * bundle.pieceSize;
      try {
        for (let done = 0; done < bytes.length; )
          done += (await file.write(bytes, done, bytes.length - done, at + done)).bytesWritten;
      } catch (error) {
        throw describeFileError(error, path);
      }
      good[piece] = true;
    },
    sync: () => file.sync().catch((error: unknown) => failed(error, path)),
    close: () => file.close(),
  };
}

/** Throws what the disk says in our words. */
function failed(error: unknown, path: string): never {
  throw describeFileError(error, path);
}
