/** In which networks each peer is met now; calls ask for it, so it is one look into a map. */
import type { NetworkId, PeerId } from '#shared/kernel/ids.ts';

export interface Meetings {
  met(peerId: PeerId, network: NetworkId): void;
  /** Returns whether the peer is met in none any more. */
  parted(peerId: PeerId, network: NetworkId): boolean;
  /** The networks in which the peer is met; undefined where it is met in none. */
  where(peerId: PeerId): ReadonlySet<NetworkId> | undefined;
}

/** Bounded by the connections of all networks. */
export function createMeetings(): Meetings {
  const networks = new Map<PeerId, Set<NetworkId>>();
  return {
    met(peerId, network) {
      const met = networks.get(peerId) ?? new Set();
      networks.set(peerId, met.add(network));
    },
    parted(peerId, network) {
      const met = networks.get(peerId);
      met?.delete(network);
      if (met && met.size > 0) return false;
      networks.delete(peerId);
      return true;
    },
    where: (peerId) => networks.get(peerId),
  };
}
