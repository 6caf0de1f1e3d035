/** Cuts a file into pieces and describes it. */
import { createHash } from 'node:crypto';
import { open } from 'node:fs/promises';
import {
  type Bundle,
  bundleSchema,
  MAX_BUNDLE_BYTES,
  pieceSizeFor,
} from '#shared/features/packages/bundle.ts';
import { AppError } from '#shared/kernel/errors.ts';

/** Throws `packages.too_large`. */
export async function describeBundle(path: string, signal: AbortSignal): Promise<Bundle> {
  const file = await open(path, 'r');
  try {
    const { size } = await file.stat();
    if (size > MAX_BUNDLE_BYTES || size === 0) throw tooLarge(size);
    const pieceSize = pieceSizeFor(size);
    const pieces: Uint8Array[] = [];
    const buffer = Buffer.allocUnsafe(pieceSize);
    for (let at = 0; at < size; at += pieceSize) {
      signal.throwIfAborted();
      const { bytesRead } = await file.read(buffer, 0, Math.min(pieceSize, size - at), at);
      pieces.push(new Uint8Array(createHash('sha256').update(buffer.subarray(0, bytesRead)).digest()));
    }
    return bundleSchema.parse({ size, pieceSize, pieces });
  } finally {
    await file.close();
  }
}

const tooLarge = (size: number): AppError =>
  new AppError(
    'packages.too_large',
    size === 0 ? 'The package is empty.' : 'The package is larger than 512 MiB.',
    {
      advice: 'Leave out what it does not need to run; large data is better fetched by the tool.',
      details: { size },
    },
  );
