import type { PeerView } from '#shared/features/p2p/contract.ts';

/** The provider where it is known: blocking and pinning mean all its nodes. */
export const idOf = (peer: PeerView): string => peer.providerId ?? peer.peerId;

const rank = (peer: PeerView): number =>
  peer.blocked ? 3 : peer.connected && peer.known ? 0 : peer.connected ? 1 : 2;

/** Connected and known first, blocked last; within that by name, then id, so that rows do not jump. */
export const byImportance = (peers: readonly PeerView[]): PeerView[] =>
  peers.toSorted(
    (a, b) =>
      rank(a) - rank(b) ||
      (a.displayName ?? '').localeCompare(b.displayName ?? '') ||
      idOf(a).localeCompare(idOf(b)),
  );
