/**
 * Token buckets with time as an argument: so much a minute, and so much at once. What is taken is known before (a call) or
 * after (bytes of an answer): a bucket may go into debt, and whoever draws on it next waits until the debt is paid.
 */
export interface Rate {
  perMinute: number;
  /** The most that can be taken at once after a quiet time. */
  burst: number;
}

export interface Bucket {
  tokens: number;
  /** Monotonic ms of the last look. */
  at: number;
}

const MINUTE_MS = 60_000;

export const fullBucket = (rate: Rate, now: number): Bucket => ({ tokens: rate.burst, at: now });

export function refilled(bucket: Bucket, rate: Rate, now: number): Bucket {
  const gained = (Math.max(0, now - bucket.at) * rate.perMinute) / MINUTE_MS;
  return { tokens: Math.min(rate.burst, bucket.tokens + gained), at: now };
}

/** Milliseconds until `amount` can be taken from a bucket that was refilled just now; 0: at once. More than the burst is never there. */
export function waitFor({ tokens }: Bucket, rate: Rate, amount: number): number {
  const missing = Math.min(amount, rate.burst) - tokens;
  return missing <= 0 ? 0 : Math.ceil((missing * MINUTE_MS) / rate.perMinute);
}

export const taken = (bucket: Bucket, amount: number): Bucket => ({
  ...bucket,
  tokens: bucket.tokens - amount,
});
