/** How often each peer may ask: a bucket of tokens per peer, and one for all together. */
import type { Clock } from '#shared/kernel/clock.ts';
import type { PeerId } from '#shared/kernel/ids.ts';

/** Peers whose allowance is remembered; who asked longest ago is forgotten first. */
const MAX_PEERS = 2000;

export interface BucketOptions {
  /** Questions at once. */
  burst: number;
  perSecond: number;
}

interface Bucket {
  tokens: number;
  /** Monotonic ms. */
  at: number;
}

/** @returns whether this question may be answered now; it counts if so. */
export function createBuckets(
  clock: Clock,
  each: BucketOptions,
  all: BucketOptions,
): (peer: PeerId) => boolean {
  const peers = new Map<PeerId, Bucket>();
  let everybody: Bucket = { tokens: all.burst, at: clock.monotonic() };

  const grown = ({ at, tokens }: Bucket, { burst, perSecond }: BucketOptions): Bucket => {
    const now = clock.monotonic();
    return { tokens: Math.min(burst, tokens + ((now - at) * perSecond) / 1000), at: now };
  };

  return (peer) => {
    const own = grown(peers.get(peer) ?? { tokens: each.burst, at: clock.monotonic() }, each);
    everybody = grown(everybody, all);
    const may = own.tokens >= 1 && everybody.tokens >= 1;
    if (may) {
      own.tokens--;
      everybody.tokens--;
    }
    peers.delete(peer);
    peers.set(peer, own);
    const oldest = peers.keys().next().value;
    if (peers.size > MAX_PEERS && oldest !== undefined) peers.delete(oldest);
    return may;
  };
}
