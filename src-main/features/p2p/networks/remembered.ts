/** What the networks of a node remember of peers, read as one list. Each keeps its own: addresses never move over. */
import type { RememberedPeer, RememberedPeers } from '../peers.ts';

/** The first is where new peers are noted that belong to no network in particular. */
export function rememberedOf(books: () => RememberedPeers[]): RememberedPeers {
  const newestFirst = (a: RememberedPeer, b: RememberedPeer) => b.lastSeenAt - a.lastSeenAt;
  return {
    list(limit) {
      const peers = new Map<string, RememberedPeer>();
      for (const peer of books().flatMap((book) => book.list(limit)))
        if ((peers.get(peer.peerId)?.lastSeenAt ?? -1) < peer.lastSeenAt) peers.set(peer.peerId, peer);
      return [...peers.values()].sort(newestFirst).slice(0, limit);
    },
    get: (peerId) =>
      books()
        .flatMap((book) => book.get(peerId) ?? [])
        .sort(newestFirst)[0],
    remember: (peer) => books()[0]?.remember(peer),
    forget: (peerId) => books().forEach((book) => book.forget(peerId)),
    clear: () => books().forEach((book) => book.clear()),
  };
}
