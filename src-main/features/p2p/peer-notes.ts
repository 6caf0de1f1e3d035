/** What a network notes of peers while it runs; forgetting it costs a connection at worst. */
import type { Clock } from '#shared/kernel/clock.ts';
import type { PeerId } from '#shared/kernel/ids.ts';

/** Peers whose clocks are compared with ours; the oldest makes room. */
const MAX_CLOCKS = 64;

/** One reading per peer, so that one that connects often does not count more. */
export function createPeerClocks() {
  const readings = new Map<PeerId, number>();
  return {
    note(peerId: PeerId, aheadMs: number): void {
      readings.delete(peerId);
      readings.set(peerId, aheadMs);
      const oldest = readings.keys().next().value;
      if (readings.size > MAX_CLOCKS && oldest !== undefined) readings.delete(oldest);
    },
    ahead: () => [...readings.values()],
  };
}

/** Peers whose versions do not meet ours are not dialled again by this node itself for so long: one must be updated first. */
const INCOMPATIBLE_MS = 3_600_000;
const MAX_INCOMPATIBLE = 1000;

export function createIncompatible(clock: Clock) {
  const since = new Map<PeerId, number>();
  return {
    note(peerId: PeerId): void {
      since.delete(peerId);
      since.set(peerId, clock.monotonic());
      const oldest = since.keys().next().value;
      if (since.size > MAX_INCOMPATIBLE && oldest !== undefined) since.delete(oldest);
    },
    delete: (peerId: PeerId) => since.delete(peerId),
    has: (peerId: PeerId) => clock.monotonic() - (since.get(peerId) ?? -Infinity) < INCOMPATIBLE_MS,
  };
}
