/** The `Network` port on libp2p: TCP, TLS or noise, yamux, identify, Kademlia under our own name, gossipsub and mDNS. */
import { KEEP_ALIVE } from '@libp2p/interface';
import { peerIdFromPrivateKey, peerIdFromString } from '@libp2p/peer-id';
import { multiaddr } from '@multiformats/multiaddr';
import { isRelayed, type Reach, reachOf, transportOf } from '#shared/features/p2p/addresses.ts';
import type { PrivateAddresses, Refusal } from '#shared/features/p2p/dial-policy.ts';
import { p2pError } from '#shared/features/p2p/errors.ts';
import { VERSIONS } from '#shared/features/p2p/hello.ts';
import type { Clock } from '#shared/kernel/clock.ts';
import { type PeerId, PUBLIC_NETWORK } from '#shared/kernel/ids.ts';
import type { Random } from '#shared/kernel/random.ts';
import type { Log } from '#main/platform/log.ts';
import type { Database } from '#main/platform/sqlite.ts';
import type { Admit, Network } from '../network.ts';
import { createTraversal, type NatSituation, type RelayPolicy, type Traversal } from '../nat/traversal.ts';
import { createPeering, type PeeringOptions, peerIdIn } from '../peering.ts';
import { createRememberedPeers, type RememberedPeers } from '../peers.ts';
import { createConnections, ON_RELAYS, rpcProtocols } from './connections.ts';
import { createDialable } from './dialable.ts';
import { createDialler, withPeer } from './dialler.ts';
import { createGossip } from './gossip.ts';
import { find, provide, withdraw } from './lookup.ts';
import { createNode, type Node, nodeKey } from './node.ts';

export interface Libp2pDeps {
  /** Raw Ed25519 seed of the node key, 32 bytes. */
  privateKey: Uint8Array;
  /** The node certificate that others verify in `admit`; asked for anew with each link, since it is renewed. */
  certificate(): Uint8Array;
  admit: Admit;
  /** Whether a peer may connect at all; false for blocked ones. Asked before anything is exchanged. */
  gate(peerId: PeerId): boolean;
  clock: Clock;
  random: Random;
  log: Log;
  /** Opened with `p2pMigrations`. */
  db: Database;
}

export interface Libp2pOptions extends PeeringOptions {
  /** Multiaddrs to listen on; port 0 takes a free one. Empty: this node only dials. */
  listen: readonly string[];
  /** Finds nodes on the local network. Default true. */
  mdns?: boolean;
  /** Keeps a part of the distributed index for others. Default false. */
  dhtServer?: boolean;
  /** Default 60. */
  maxConnections?: number;
  /** Whether this node carries connections of nodes that cannot be reached. Default `auto`: where it is reached itself. */
  relay?: RelayPolicy;
  /** Holds places at relays where nobody reaches this node, and dials others through them. Default true. */
  useRelays?: boolean;
  /** Direct connections between nodes behind NATs. Default true; never in private networks. */
  webrtc?: boolean;
  /** Asks the router to forward the port (PCP, NAT-PMP, UPnP). Default false. */
  portMapping?: boolean;
  /**
   * Whether inner addresses and names are dialled where only the index or a peer named them. Default `auto`: in private
   * networks alone. What a person gave, the local network told, or has worked before is dialled in any case.
   */
  privateAddresses?: PrivateAddresses;
  /** 32 bytes that all nodes of a private network share; others cannot connect, nor this one to them. */
  networkKey?: Uint8Array | undefined;
}

export interface Libp2pNetwork extends Network {
  /** Peers that survive restarts. */
  readonly remembered: RememberedPeers;
  /** How many peers were dropped or refused since the start, by code. */
  drops(): Record<string, number>;
  /** A person gave this address: it is dialled wherever it leads. */
  vouch(address: string): void;
  setDhtServer(server: boolean): Promise<void>;
  setRelayPolicy(policy: RelayPolicy): void;
  /** How this node is reached from beyond its NAT; undefined while it does not run. */
  nat(): NatSituation | undefined;
  /** What a peer's gossip was worth: 0, and less for each message that a listener rejected; below -80 it is not heard. */
  gossipScore(peerId: PeerId): number;
  /** What the network has found out about this node's own place in it. */
  whereabouts(): Whereabouts;
}

export interface Whereabouts {
  /** How this node looks from outside: the address under which each of up to {@link MAX_OBSERVERS} peers sees it. */
  observed: Array<{ by: PeerId; address: string }>;
  /** Connections that others opened to this node since it started, by where they came from. */
  inbound: Record<Reach, number>;
  /** Nodes of the local network that announced themselves since the start. */
  lanPeers: PeerId[];
  /** How far the clocks of peers were ahead of ours, in ms. */
  clocksAhead: number[];
  /** Addresses that were not dialled since the start, since nobody vouched for them, by the reason. */
  refusedAddresses: Record<Refusal, number>;
}

/** Peers whose view of this node is kept, and neighbours that are remembered; the oldest make room. */
const MAX_OBSERVERS = 64;

const DEFAULT_MAX_CONNECTIONS = 60;

export function createLibp2pNetwork(deps: Libp2pDeps, options: Libp2pOptions): Libp2pNetwork {
  const { clock, log } = deps;
  const key = nodeKey(deps.privateKey);
  const selfId = peerIdFromPrivateKey(key).toString();
  const remembered = createRememberedPeers(deps.db, options.network);
  const gossip = createGossip({ ...deps, network: options.network ?? PUBLIC_NETWORK });
  const maxConnections = options.maxConnections ?? DEFAULT_MAX_CONNECTIONS;
  const usesWebRtc = (options.webrtc ?? true) && (options.useRelays ?? true) && !options.networkKey;
  const useRelays = options.useRelays ?? true;
  let dhtServer = options.dhtServer ?? false;
  let node: Node | undefined;
  let relayPolicy = options.relay ?? 'auto';
  let traversal: Traversal | undefined;
  let told = '';
  const dialable = createDialable(options.networkKey ? 'always' : (options.privateAddresses ?? 'auto'));
  const observed = createBounded<string>(MAX_OBSERVERS);
  const lanPeers = createBounded<true>(MAX_OBSERVERS);
  const inbound: Record<Reach, number> = { machine: 0, lan: 0, internet: 0 };
  const peering = createPeering(
    { ...deps, selfId, remembered, connect, hangUp },
    { enoughPeers: Math.ceil(maxConnections * (2 / 3)), ...options },
  );
  const { events, links } = peering;
  const versions = options.versions ?? VERSIONS;
  const connections = createConnections({
    clock,
    links,
    privateKey: deps.privateKey,
    versions,
    protocolsOf: async (connection) => (await running().services.identify.identify(connection)).protocols,
  });

  const vouch = (address: string): void => dialable.vouch(canonical(address));

  const running = (): Node => {
    if (!node) throw p2pError('p2p.stopped');
    return node;
  };

  const dial = createDialler({
    ...deps,
    dialable,
    useRelays,
    running,
    close: (connection) => connections.close(connection),
  });

  async function connect(target: string, addresses: readonly string[], signal: AbortSignal): Promise<PeerId> {
    if (options.bootstrap?.includes(target)) vouch(target);
    await connections.settled(peerIdIn(target));
    return dial(target, addresses, signal);
  }

  async function hangUp(peerId: PeerId): Promise<void> {
    if (!node) return;
    const id = peerIdFromString(peerId);
    // The index marks some peers as worth keeping, and libp2p would dial those again at once.
    await node.peerStore.merge(id, { tags: { [`${KEEP_ALIVE}-kad-dht`]: undefined } });
    await Promise.all(node.getConnections(id).map(connections.close));
  }

  async function learn(peerId: PeerId): Promise<void> {
    const dialled = links.to(peerId)?.peer;
    const peer = await node?.peerStore.get(peerIdFromString(peerId));
    const listening = (peer?.addresses ?? []).map(({ multiaddr: address }) =>
      withPeer(address.toString(), peerId),
    );
    const reached = dialled?.direction === 'outbound' ? dialled.addresses : [];
    peering.learned(peerId, [...new Set([...reached, ...listening])]);
  }

  const learnLater = (peerId: PeerId): void =>
    void learn(peerId).catch((error: unknown) => log.debug({ err: error, peerId }, 'no addresses of a peer'));

  events.on('peerConnected', (peer) => {
    learnLater(peer.peerId);
    traversal?.met(peer);
  });

  function listen(libp2p: Node): void {
    libp2p.addEventListener('connection:open', ({ detail }) => {
      if (detail.direction === 'inbound') cameIn(libp2p, detail.remoteAddr.toString());
      connections.opened(detail);
    });
    libp2p.addEventListener('peer:identify', ({ detail }) => {
      connections.identified(detail.connection, detail.protocols);
      if (detail.observedAddr) observed.set(detail.peerId.toString(), detail.observedAddr.toString());
      learnLater(detail.peerId.toString());
    });
    libp2p.addEventListener('peer:disconnect', ({ detail }) => libp2p.services.relay.left(detail));
    libp2p.addEventListener('peer:discovery', ({ detail }) => peering.discovered(detail.id.toString()));
    libp2p.addEventListener('self:peer:update', tellAddresses);
  }

  /** Whoever came over TCP without a relay has proven that this node can be reached from where he is. */
  function cameIn(libp2p: Node, address: string): void {
    if (isRelayed(address) || transportOf(address) !== 'tcp') return;
    const reach = reachOf(address);
    inbound[reach]++;
    if (reach === 'internet') traversal?.reached(libp2p.services.listening.bound());
  }

  function createItsTraversal(libp2p: Node): Traversal {
    const { listening, relay } = libp2p.services;
    return createTraversal(
      {
        clock,
        random: deps.random,
        log,
        relay,
        listening,
        addresses,
        peers: links.peers,
        async dialDirect(address, signal) {
          await libp2p.dial(multiaddr(address), { signal, force: true });
        },
      },
      { webrtc: usesWebRtc, relay: relayPolicy, useRelays, portMapping: options.portMapping ?? false },
    );
  }

  /** libp2p tells of every change to itself, its protocols included; only new addresses matter. */
  function tellAddresses(): void {
    const now = addresses();
    if (!node || now.join() === told) return;
    told = now.join();
    events.emit('addressesChanged', { addresses: now });
  }

  const addresses = (): string[] => (node?.getMultiaddrs() ?? []).map((address) => address.toString());

  async function start(signal?: AbortSignal): Promise<void> {
    if (node) return;
    const agent = options.agent ?? 'toolswarm';
    const libp2p = await createNode(key, deps.gate, {
      listen: options.listen,
      mdns: options.mdns ?? true,
      dhtServer,
      maxConnections,
      agent,
      networkKey: options.networkKey,
      webrtc: usesWebRtc,
      useRelays,
      dialable,
      stunServers: () => traversal?.stunServers() ?? [],
      onLanPeer: (peerId) => lanPeers.set(peerId, true),
    });
    await libp2p.handle(rpcProtocols(versions), connections.accept, {
      maxInboundStreams: 1,
      maxOutboundStreams: 1,
      ...ON_RELAYS,
    });
    listen(libp2p);
    try {
      await libp2p.start();
      signal?.throwIfAborted();
    } catch (error) {
      await libp2p.stop();
      throw startFault(error);
    }
    node = libp2p;
    traversal = createItsTraversal(libp2p);
    await traversal.start();
    gossip.attach(libp2p.services.gossip);
    tellAddresses();
    peering.start();
  }

  async function stop(): Promise<void> {
    const libp2p = node;
    if (!libp2p) return;
    peering.stop();
    const farewell = traversal?.stop();
    traversal = undefined;
    gossip.detach();
    node = undefined;
    await farewell;
    await connections.settled();
    await libp2p.stop();
  }

  return {
    peerId: selfId,
    remembered,
    on: events.on,
    start,
    stop,
    addresses,
    peers: links.peers,
    dial: peering.dial,
    disconnect: peering.disconnect,
    refresh() {
      tellAddresses();
      peering.refresh();
    },
    serve: links.serve,
    call: peering.call,
    gossipScore: gossip.score,
    announce: gossip.announce,
    subscribe: gossip.subscribe,
    provide: async (bytes, wanted) => provide(running(), bytes, wanted?.signal),
    withdraw: async (bytes) => withdraw(running(), bytes),
    find: (bytes, wanted) => find(running(), dialable, bytes, wanted),
    drops: links.drops,
    vouch,
    whereabouts: () => ({
      observed: [...observed].map(([by, address]) => ({ by, address })),
      inbound: { ...inbound },
      lanPeers: [...lanPeers.keys()],
      clocksAhead: peering.clocksAhead(),
      refusedAddresses: dialable.refused(),
    }),
    nat: () => traversal?.situation(),
    setRelayPolicy(policy) {
      relayPolicy = policy;
      traversal?.setPolicy(policy);
    },
    async setDhtServer(server) {
      dhtServer = server;
      await node?.services.dht.setMode(server ? 'server' : 'client');
    },
  };
}

/** In the form in which libp2p asks about it. What is no address at all fails when it is dialled. */
const canonical = (address: string): string => {
  try {
    return multiaddr(address).toString();
  } catch {
    return address;
  }
};

/** A map in which the entry set longest ago makes room. */
function createBounded<Value>(limit: number): Map<PeerId, Value> {
  const map = new Map<PeerId, Value>();
  const set = map.set.bind(map);
  map.set = (key, value) => {
    map.delete(key);
    set(key, value);
    const oldest = map.keys().next().value;
    if (map.size > limit && oldest !== undefined) map.delete(oldest);
    return map;
  };
  return map;
}

function startFault(error: unknown): unknown {
  const inUse = /EADDRINUSE/.test(String((error as Error).message));
  return inUse ? p2pError('p2p.port_in_use', { cause: error }) : error;
}
