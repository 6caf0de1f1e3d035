/** How peers behave: what each may ask in a time, and how much nonsense it may tell before nobody listens for a while. */
import type { Clock } from '#shared/kernel/clock.ts';
import type { PeerId } from '#shared/kernel/ids.ts';

/** Work that a peer may ask for at once, and how much of it grows back in a second. */
export const BURST = 400;
export const PER_SECOND = 40;
/** A score falls by these, grows back by one every six seconds, and ends the patience at the limit. */
export const BLAME = { malformed: 20, refused: 10, notGiven: 2 } as const;
const HEALS_MS = 6000;
export const PATIENCE = 200;
/** So long a peer is not listened to. */
export const IGNORE_MS = 10 * 60_000;
/** Peers that are remembered; who has been silent for longest goes first. */
const MAX_PEERS = 2000;

interface Standing {
  tokens: number;
  score: number;
  at: number;
  ignoredUntil: number;
}

export interface Conduct {
  /** Takes `cost` of what the peer may ask; false where there is not so much left. */
  take(peer: PeerId, cost: number): boolean;
  blame(peer: PeerId, what: keyof typeof BLAME): void;
  isIgnored(peer: PeerId): boolean;
  /** Zero or less. */
  score(peer: PeerId): number;
}

export function createConduct(clock: Clock, onEnough: (peer: PeerId) => void): Conduct {
  const peers = new Map<PeerId, Standing>();

  function of(peer: PeerId): Standing {
    const now = clock.monotonic();
    const known = peers.get(peer) ?? { tokens: BURST, score: 0, at: now, ignoredUntil: -Infinity };
    const passed = now - known.at;
    known.tokens = Math.min(BURST, known.tokens + (passed / 1000) * PER_SECOND);
    known.score = Math.min(0, known.score + passed / HEALS_MS);
    known.at = now;
    peers.delete(peer);
    peers.set(peer, known);
    if (peers.size > MAX_PEERS) peers.delete(peers.keys().next().value as string);
    return known;
  }

  return {
    take(peer, cost) {
      const standing = of(peer);
      if (standing.tokens < cost) return false;
      standing.tokens -= cost;
      return true;
    },
    blame(peer, what) {
      const standing = of(peer);
      standing.score -= BLAME[what];
      if (standing.score > -PATIENCE) return;
      standing.score = 0;
      standing.ignoredUntil = clock.monotonic() + IGNORE_MS;
      onEnough(peer);
    },
    isIgnored: (peer) => (peers.get(peer)?.ignoredUntil ?? -Infinity) > clock.monotonic(),
    score: (peer) => (peers.has(peer) ? of(peer).score : 0),
  };
}
