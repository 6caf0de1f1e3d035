/** Peers that a simulated node remembers, in memory: a database per node is too much for ten thousand of them. */
import type { RememberedPeer, RememberedPeers } from '#main/features/p2p/index.ts';

/** Far below a real node's thousand; the least recently seen makes room. */
const MAX_REMEMBERED = 40;

export function createRememberedInMemory(): RememberedPeers {
  const peers = new Map<string, RememberedPeer>();
  return {
    list: (limit = MAX_REMEMBERED) => [...peers.values()].reverse().slice(0, limit),
    get: (peerId) => peers.get(peerId),
    remember(peer) {
      const before = peers.get(peer.peerId);
      peers.delete(peer.peerId);
      peers.set(peer.peerId, {
        ...before,
        ...peer,
        addresses: peer.addresses.length > 0 ? peer.addresses.slice(0, 8) : (before?.addresses ?? []),
      });
      const oldest = peers.keys().next().value;
      if (peers.size > MAX_REMEMBERED && oldest !== undefined) peers.delete(oldest);
    },
    forget: (peerId) => void peers.delete(peerId),
    clear: () => peers.clear(),
  };
}
