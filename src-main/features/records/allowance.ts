/** How often one key may change: a bucket per key, so that a chatty provider slows down nobody but himself. */
import type { Clock } from '#shared/kernel/clock.ts';

/** Changes of one key at once, and how fast the allowance grows back. */
const BURST = 20;
const REFILL_MS = 3000;
/** Keys whose allowance is remembered; the least recently used go first. */
const MAX_KEYS = 10_000;

export function createAllowance(clock: Clock): { take(key: string): boolean } {
  const buckets = new Map<string, { tokens: number; at: number }>();
  return {
    take(key) {
      const now = clock.monotonic();
      const bucket = buckets.get(key) ?? { tokens: BURST, at: now };
      const tokens = Math.min(BURST, bucket.tokens + (now - bucket.at) / REFILL_MS);
      buckets.delete(key);
      buckets.set(key, { tokens: tokens >= 1 ? tokens - 1 : tokens, at: now });
      if (buckets.size > MAX_KEYS) buckets.delete(buckets.keys().next().value as string);
      return tokens >= 1;
    },
  };
}
