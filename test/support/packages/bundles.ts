/** Bundles for tests: bytes that are the same in every run, cut into pieces. */
import { createHash } from 'node:crypto';
import { type Bundle, bundleSchema, pieceSizeFor } from '#shared/features/packages/bundle.ts';
import { createSeededRandom } from '#test/support/random.ts';

export const bytesOf = (seed: string, length: number): Uint8Array => createSeededRandom(seed).bytes(length);

export function bundleOf(bytes: Uint8Array): Bundle {
  const pieceSize = pieceSizeFor(bytes.length);
  const pieces: Uint8Array[] = [];
  for (let at = 0; at < bytes.length; at += pieceSize)
    pieces.push(
      new Uint8Array(
        createHash('sha256')
          .update(bytes.subarray(at, at + pieceSize))
          .digest(),
      ),
    );
  return bundleSchema.parse({ size: bytes.length, pieceSize, pieces });
}
