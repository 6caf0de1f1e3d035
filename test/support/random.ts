import { createHash } from 'node:crypto';
import type { Random } from '#shared/kernel/random.ts';

/** The same bytes in every run: SHA-256 of seed and counter. */
export function createSeededRandom(seed: string): Random {
  let counter = 0;
  const block = () => createHash('sha256').update(`${seed}/${counter++}`).digest();
  return {
    bytes(length) {
      const blocks = Array.from({ length: Math.ceil(length / 32) }, block);
      return new Uint8Array(Buffer.concat(blocks).subarray(0, length));
    },
    float: () => block().readUInt32BE(0) / 2 ** 32,
  };
}
