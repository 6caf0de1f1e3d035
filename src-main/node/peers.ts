/** The operator's view of peers and his power over them: what p2p knows of connections and trust of people, in one list. */
import type { PeerView, p2pContract } from '#shared/features/p2p/contract.ts';
import type { Clock } from '#shared/kernel/clock.ts';
import type { Handlers } from '#shared/kernel/contract.ts';
import { AppError } from '#shared/kernel/errors.ts';
import type { PeerId, ProviderId } from '#shared/kernel/ids.ts';
import { watch } from '#shared/kernel/watch.ts';
import type { Networks, PeerInfo, RememberedPeer } from '../features/p2p/index.ts';
import type { Trust } from '../features/trust/index.ts';
import type { Platform } from './platform.ts';
import type { Presence } from './presence.ts';
import type { NodeSlices } from './slices.ts';

/** Peers listed at most: those connected, then the most recently seen. */
const MAX_LISTED = 500;

/** Measured round trips are told at most this often. */
const MEASURED_MS = 5000;

export interface PeersDeps {
  network: Networks;
  trust: Trust;
  /** What a provider calls himself, where an entry or certificate told. */
  displayName(providerId: ProviderId): string | undefined;
  clock: Clock;
  /** Tools of the network that are listed here, by provider. */
  toolCounts(): ReadonlyMap<ProviderId, number>;
  /** Which connected peers take calls now. */
  presence: Pick<Presence, 'isServing' | 'on'>;
}

/** The list of peers as a node's slices feed it. */
export const peersDeps = (
  { clock }: Pick<Platform, 'clock'>,
  { network, presence, registry, trust }: NodeSlices,
): PeersDeps => ({
  network,
  trust,
  clock,
  displayName: registry.providerName,
  toolCounts: () => countByProvider(registry.list('network')),
  presence,
});

function countByProvider(tools: ReadonlyArray<{ providerId: string }>): Map<string, number> {
  const counts = new Map<string, number>();
  for (const { providerId } of tools) counts.set(providerId, (counts.get(providerId) ?? 0) + 1);
  return counts;
}

/** A connected peer as the list shows it. */
export const viewOfPeer = (peer: PeerInfo, deps: PeersDeps): PeerView =>
  viewOf(peer.peerId, [peer], deps.network.remembered.get(peer.peerId), deps, deps.toolCounts());

export function createPeersHandlers(deps: PeersDeps): Handlers<typeof p2pContract> {
  const { network, trust } = deps;
  const list = () => listPeers(deps);
  return {
    'peers.list': () => ({ items: list() }),
    async 'peers.connect'({ address, network: within }, { signal }) {
      network.vouch(address.trim(), within);
      const peer = await network.dial(address.trim(), signal, within);
      trust.setKnown(peer.providerId, true);
      return viewOfPeer(peer, deps);
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
          const measured = atMostEvery(deps.clock, MEASURED_MS, changed);
          const subscriptions = [
            network.on('peerConnected', changed),
            network.on('peerDisconnected', changed),
            network.on('networksChanged', changed),
            trust.on('blocked', changed),
            trust.on('unblocked', changed),
            trust.on('knownChanged', changed),
            network.on('peerMeasured', measured),
            deps.presence.on('changed', changed),
          ];
          return () => subscriptions.forEach((unsubscribe) => unsubscribe());
        },
      ),
  };
}

/** `run`, but not again before `intervalMs` have passed; what comes sooner is left to the next time. */
function atMostEvery(clock: Clock, intervalMs: number, run: () => void): () => void {
  let last = -Infinity;
  return () => {
    if (clock.monotonic() - last < intervalMs) return;
    last = clock.monotonic();
    run();
  };
}

/** The connected peers that a provider id or peer id means. Throws `peers.not_connected`. */
function peersOf(network: Networks, id: ProviderId | PeerId): PeerId[] {
  const found = network.peers().filter((peer) => peer.peerId === id || peer.providerId === id);
  if (found.length > 0) return [...new Set(found.map((peer) => peer.peerId))];
  throw new AppError('peers.not_connected', 'No connected peer has this id.', {
    advice: 'Look at `toolswarm peers list`.',
  });
}

function listPeers(deps: PeersDeps): PeerView[] {
  const connected = Map.groupBy(deps.network.peers(), (peer) => peer.peerId);
  const remembered = new Map(deps.network.remembered.list(MAX_LISTED).map((peer) => [peer.peerId, peer]));
  const ids = new Set([...connected.keys(), ...remembered.keys()]);
  const counts = deps.toolCounts();
  const seen = [...ids].map((id) => viewOf(id, connected.get(id) ?? [], remembered.get(id), deps, counts));
  return [...seen, ...blockedUnseen(seen, deps)].slice(0, MAX_LISTED);
}

function viewOf(
  peerId: PeerId,
  links: readonly PeerInfo[],
  kept: RememberedPeer | undefined,
  deps: PeersDeps,
  counts: ReadonlyMap<ProviderId, number>,
): PeerView {
  // Who is met in several networks is one peer; the link of the longest standing speaks for him.
  const [peer] = links;
  const providerId = peer?.providerId ?? kept?.providerId;
  const displayName = providerId && deps.displayName(providerId);
  return {
    peerId,
    providerId,
    connected: peer !== undefined,
    blocked: deps.trust.isBlocked(peerId, providerId),
    known: providerId !== undefined && deps.trust.isKnown(providerId),
    addresses: peer ? [...new Set(links.flatMap(({ addresses }) => addresses))] : (kept?.addresses ?? []),
    ...(peer ? { networks: [...new Set(links.map(({ network }) => network))] } : {}),
    ...(displayName ? { displayName } : {}),
    ...(providerId ? { tier: deps.trust.standing(providerId).tier, tools: counts.get(providerId) ?? 0 } : {}),
    ...(peer ? { ...connectionFacts(peer), paused: !deps.presence.isServing(peerId) } : {}),
    ...(kept ? { lastSeenAt: kept.lastSeenAt } : {}),
  };
}

function connectionFacts(peer: PeerInfo) {
  const { agent, carrier, connectedAt, direction, features, latencies, receivedBytes, sentBytes } = peer;
  const { clockAheadMs, latencyMs, version } = peer;
  const always = { agent, connectedAt, direction, features, latencies, receivedBytes, sentBytes, version };
  return {
    ...always,
    ...carrier,
    ...(latencyMs === undefined ? {} : { latencyMs }),
    ...(clockAheadMs === undefined ? {} : { clockAheadMs }),
  };
}

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
