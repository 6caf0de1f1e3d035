import { randomBytes } from 'node:crypto';
import type { Random } from '#shared/kernel/random.ts';

/** Drawn at a time for small requests: asking the operating system costs more than most of what the bytes are for. */
const POOL_BYTES = 4_096;
const POOLED_BYTES = 64;

let pool = randomBytes(POOL_BYTES);
let used = 0;

/** Bytes that nobody else gets; the pool keeps no copy of them. */
function fromPool(length: number): Uint8Array {
  if (used + length > POOL_BYTES) {
    pool = randomBytes(POOL_BYTES);
    used = 0;
  }
  const bytes = new Uint8Array(pool.subarray(used, used + length));
  pool.fill(0, used, used + length);
  used += length;
  return bytes;
}

/** The operating system's generator. */
export const systemRandom: Random = {
  bytes: (length) => (length <= POOLED_BYTES ? fromPool(length) : new Uint8Array(randomBytes(length))),
  float: () => Math.random(),
};
