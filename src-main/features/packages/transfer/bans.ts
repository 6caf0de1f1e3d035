/** Peers that sent something else than was signed. They are not asked for pieces for a while, in any download. */
import type { Clock } from '#shared/kernel/clock.ts';
import type { PeerId } from '#shared/kernel/ids.ts';

const BAN_MS = 3_600_000;
/** Remembered at a time; beyond it the oldest is forgotten. */
const MAX_BANS = 1_000;

export interface Bans {
  has(peer: PeerId): boolean;
  add(peer: PeerId): void;
  list(): PeerId[];
}

export function createBans(clock: Clock): Bans {
  const until = new Map<PeerId, number>();
  const has = (peer: PeerId) => (until.get(peer) ?? 0) > clock.now();
  return {
    has,
    add(peer) {
      until.delete(peer);
      until.set(peer, clock.now() + BAN_MS);
      const [oldest] = until.keys();
      if (until.size > MAX_BANS && oldest !== undefined) until.delete(oldest);
    },
    list: () => [...until.keys()].filter(has),
  };
}
