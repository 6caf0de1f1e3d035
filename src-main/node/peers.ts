/** The operator's view of peers and his power over them: what p2p knows of connections and trust of people, in one list. */
import type { PeerView, p2pContract } from '#shared/features/p2p/contract.ts';
import type { Handlers } from '#shared/kernel/contract.ts';
import { AppError } from '#shared/kernel/errors.ts';
import type { PeerId, ProviderId } from '#shared/kernel/ids.ts';
import { watch } from '#shared/kernel/watch.ts';
import type { Libp2pNetwork, PeerInfo, RememberedPeer } from '../features/p2p/index.ts';
import type { Trust } from '../features/trust/index.ts';

/** Peers listed at most: those connected, then the most recently seen. */
const MAX_LISTED = 500;

export interface PeersDeps {
  network: Libp2pNetwork;
  trust: Trust;
  /** What a provider calls himself, where an entry or certificate told. */
  displayName(providerId: ProviderId): string | undefined;
}

export function createPeersHandlers(deps: PeersDeps): Handlers<typeof p2pContract> {
  const { network, trust } = deps;
  const list = () => listPeers(deps);
  return {
    'peers.list': () => ({ items: list() }),
    async 'peers.connect'({ address }, { signal }) {
      const peer = await network.dial(address.trim(), signal);
      trust.setKnown(peer.providerId, true);
      return viewOf(peer.peerId, peer, network.remembered.get(peer.peerId), deps);
    },
    async 'peers.disconnect'({ id }) {
      await Promise.all(peersOf(network, id).map((peer) => network.disconnect(peer)));
      return {};
    },
    'peers.block'({ id }) {
      trust.block(id);
      return { id };
    },
    'peers.unblock'({ id }) {
      trust.unblock(id);
      return { id };
    },
    'peers.setKnown'({ known, providerId }) {
      trust.setKnown(providerId, known);
      return {};
    },
    'peers.watch': (_input, { signal }) =>
      watch(
        signal,
        () => ({ items: list() }),
        (changed) => {
          const subscriptions = [
            network.on('peerConnected', changed),
            network.on('peerDisconnected', changed),
            trust.on('blocked', changed),
            trust.on('unblocked', changed),
            trust.on('knownChanged', changed),
          ];
          return () => subscriptions.forEach((unsubscribe) => unsubscribe());
        },
      ),
  };
}

/** The connected peers that a provider id or peer id means. Throws `peers.not_connected`. */
function peersOf(network: Libp2pNetwork, id: ProviderId | PeerId): PeerId[] {
  const found = network.peers().filter((peer) => peer.peerId === id || peer.providerId === id);
  if (found.length > 0) return found.map((peer) => peer.peerId);
  throw new AppError('peers.not_connected', 'No connected peer has this id.', {
    advice: 'Look at `toolswarm peers list`.',
  });
}

function listPeers(deps: PeersDeps): PeerView[] {
  const connected = new Map(deps.network.peers().map((peer) => [peer.peerId, peer]));
  const remembered = new Map(deps.network.remembered.list(MAX_LISTED).map((peer) => [peer.peerId, peer]));
  const ids = new Set([...connected.keys(), ...remembered.keys()]);
  const seen = [...ids].map((id) => viewOf(id, connected.get(id), remembered.get(id), deps));
  return [...seen, ...blockedUnseen(seen, deps)].slice(0, MAX_LISTED);
}

function viewOf(
  peerId: PeerId,
  peer: PeerInfo | undefined,
  kept: RememberedPeer | undefined,
  deps: PeersDeps,
): PeerView {
  const providerId = peer?.providerId ?? kept?.providerId;
  const displayName = providerId && deps.displayName(providerId);
  return {
    peerId,
    providerId,
    connected: peer !== undefined,
    blocked: deps.trust.isBlocked(peerId, providerId),
    known: providerId !== undefined && deps.trust.isKnown(providerId),
    addresses: peer?.addresses ?? kept?.addresses ?? [],
    ...(displayName ? { displayName } : {}),
    ...(peer ? connectionFacts(peer) : {}),
    ...(kept ? { lastSeenAt: kept.lastSeenAt } : {}),
  };
}

const connectionFacts = ({ agent, connectedAt, direction, features, latencyMs, version }: PeerInfo) => ({
  agent,
  connectedAt,
  direction,
  features,
  version,
  ...(latencyMs === undefined ? {} : { latencyMs }),
});

/** Blocks must stay visible, or nobody could lift them. */
function blockedUnseen(seen: PeerView[], { trust }: PeersDeps): PeerView[] {
  const shown = new Set(seen.flatMap(({ peerId, providerId }) => [peerId, providerId]));
  return trust
    .blocks()
    .filter((id) => !shown.has(id))
    .map((id) => {
      const providerId = id.startsWith('z6Mk') ? { providerId: id } : {};
      return { peerId: id, ...providerId, connected: false, blocked: true, known: false, addresses: [] };
    });
}
