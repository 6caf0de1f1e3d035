/** The libp2p node as this product sets it up: every limit is named here. */
import { createPrivateKey, createPublicKey } from 'node:crypto';
import { yamux } from '@chainsafe/libp2p-yamux';
import { privateKeyFromRaw } from '@libp2p/crypto/keys';
import { type GossipSub, gossipsub, StrictSign } from '@libp2p/gossipsub';
import { type Identify, identify } from '@libp2p/identify';
import type {
  Connection,
  ConnectionGater,
  Libp2p,
  Listener,
  MultiaddrResolver,
  PeerDiscovery,
  PrivateKey,
} from '@libp2p/interface';
import { type KadDHT, kadDHT, passthroughMapper } from '@libp2p/kad-dht';
import { mdns } from '@libp2p/mdns';
import { type Ping, ping } from '@libp2p/ping';
import { peerIdFromPrivateKey } from '@libp2p/peer-id';
import { preSharedKey } from '@libp2p/pnet';
import { circuitRelayTransport } from '@libp2p/circuit-relay-v2';
import { tcp } from '@libp2p/tcp';
import { tls } from '@libp2p/tls';
import { type Multiaddr, multiaddr } from '@multiformats/multiaddr';
import { createLibp2p, dnsaddrResolver } from 'libp2p';
import { hostOf, isRelayed, portOf } from '#shared/features/p2p/addresses.ts';
import { dialRank, isNeighbour } from '#shared/features/p2p/dial-policy.ts';
import { concatBytes, toHex, utf8 } from '#shared/kernel/bytes.ts';
import type { PeerId } from '#shared/kernel/ids.ts';
import { createRelayFilter, type RelayFilter } from '../nat/relay-filter.ts';
import { type RelayServing, relayServing } from '../nat/relay-serving.ts';
import { lazyWebRtc } from '../nat/webrtc.ts';
import type { Dialable } from './dialable.ts';
import { lazyNoise } from './lazy-noise.ts';
import { joiningSmallFrames } from './one-record.ts';

export interface NodeOptions {
  listen: readonly string[];
  mdns: boolean;
  dhtServer: boolean;
  maxConnections: number;
  agent: string;
  /** Only nodes with the same 32 bytes can connect. */
  networkKey?: Uint8Array | undefined;
  /** Direct connections between two nodes behind NATs; never in private networks. */
  webrtc?: boolean;
  /** Dials peers through relays. Default true. */
  useRelays?: boolean;
  /** `host:port` of nodes of this network that answer STUN. */
  stunServers?(): string[];
  /** A node of the local network announced itself. */
  onLanPeer?(peerId: PeerId): void;
  /** Which addresses are dialled at all. */
  dialable: Dialable;
}

export interface Services extends Record<string, unknown> {
  identify: Identify;
  ping: Ping;
  dht: KadDHT;
  gossip: GossipSub;
  relay: RelayServing;
  listening: Listening;
  opening: Opening;
}

export type Node = Libp2p<Services>;

/** What libp2p keeps inside: more addresses to listen on, and those that others proved reachable. */
export interface Listening {
  /** Reserves places at so many relays as soon as some are met, and replaces those that are lost. */
  reserve(relays: number): Promise<void>;
  /** Gives the places at relays back. */
  release(): Promise<void>;
  /** Where the transports listen, announced or not. */
  bound(): string[];
  /** Somebody from outside came in: this address is told to others from now on. */
  confirm(address: string): void;
  /** A router leads here from `outside` (IPv4): it is told to others, for each address that this port is listened on. */
  mapped(port: number, outside: { address: string; port: number }): void;
  /** …and does not any more. */
  unmapped(port: number, outside: { address: string; port: number }): void;
}

/** One address dialled beside others of the same peer, which the library's own dialler tries one after the other. */
export interface Opening {
  /** Passes no gate for addresses: the caller has asked. */
  open(address: Multiaddr, signal: AbortSignal): Promise<Connection>;
}

export const KAD_PROTOCOL = '/toolswarm/kad/1';
export const MDNS_TAG = '_toolswarm._udp.local';

/** New connections a second from one address: whole offices sit behind one, attackers too. */
const INBOUND_PER_SECOND = 30;
const MAX_PENDING_INBOUND = 30;
/** Streams one connection may hold: one for calls, two for gossip, the rest for lookups and identify. */
const MAX_STREAMS = 256;
const DIAL_TIMEOUT_MS = 10_000;
export const ADDRESS_DIAL_TIMEOUT_MS = 6_000;
/** Peers being dialled at the same time. */
export const MAX_PARALLEL_DIALS = 16;
/** Largest gossiped message. */
export const MAX_GOSSIP_BYTES = 64 * 1024;
/** A gossip frame holds a few messages and control data. */
const MAX_GOSSIP_FRAME_BYTES = 1024 * 1024;
/** Beyond this many peers behind one address gossip counts them as one attacker; the default of 10 hits every office. */
const PEERS_PER_ADDRESS = 256;

const PKCS8_ED25519 = Buffer.from('302e020100300506032b657004220420', 'hex');

/** The libp2p key of a raw Ed25519 seed (32 bytes). */
export function nodeKey(seed: Uint8Array): PrivateKey {
  const key = createPrivateKey({
    key: concatBytes(PKCS8_ED25519, seed) as Buffer,
    format: 'der',
    type: 'pkcs8',
  });
  const { x } = createPublicKey(key).export({ format: 'jwk' });
  return privateKeyFromRaw(concatBytes(seed, Buffer.from(x ?? '', 'base64url')));
}

export interface GaterOptions {
  self: PeerId;
  dialable: Dialable;
  useRelays?: boolean | undefined;
}

/**
 * Denies dialling and being dialled wherever `gate` says no, addresses to which hearsay must not lead this node, and relays
 * where none are wanted. Everything that dials passes here, the index and the relays included.
 */
export function gater(
  gate: (peerId: PeerId) => boolean,
  { dialable, self, useRelays = true }: GaterOptions,
): ConnectionGater {
  const deny = (peerId: { toString(): string }) => !gate(peerId.toString());
  return {
    denyDialMultiaddr: (address) =>
      (!useRelays && isRelayed(address.toString())) || dialable.refuse(address.toString()) !== undefined,
    // What is not dialled is not remembered either, so that it is not passed on.
    filterMultiaddrForPeer(peer, address) {
      const [id, text] = [peer.toString(), address.toString()];
      return (
        id === self || dialable.refusal(text.includes('/p2p/') ? text : `${text}/p2p/${id}`) === undefined
      );
    },
    denyDialPeer: deny,
    denyInboundEncryptedConnection: deny,
    denyOutboundEncryptedConnection: deny,
    denyInboundRelayReservation: deny,
    denyOutboundRelayedConnection: (source, destination) => deny(source) || deny(destination),
    denyInboundRelayedConnection: (relay, remote) => deny(relay) || deny(remote),
  };
}

/** Looks up only names that somebody vouched for, and vouches for what they mean. */
const resolving = (dialable: Dialable): MultiaddrResolver => ({
  canResolve: (address) => dnsaddrResolver.canResolve(address),
  async resolve(address, options) {
    if (dialable.refuse(address.toString())) return [];
    const found = await dnsaddrResolver.resolve(address, options);
    for (const one of found) dialable.vouch(one.toString());
    return found;
  },
});

type RelayComponents = Parameters<ReturnType<typeof circuitRelayTransport>>[0];

/** Relays are found among the nodes that are met anyway: nobody walks through the index for one. */
const relayTransport = (discoveryFilter: RelayFilter) => (components: RelayComponents) =>
  circuitRelayTransport({ discoveryFilter })(
    // What libp2p hands out is a proxy that cannot be copied.
    new Proxy(components, {
      get: (target, name) => (name === 'randomWalk' ? NO_WALK : (Reflect.get(target, name) as unknown)),
    }),
  );

const NO_WALK = { walk: async function* () {} };

interface ListeningComponents {
  transportManager: {
    listen(addresses: Multiaddr[]): Promise<void>;
    getAddrs(): Multiaddr[];
    getListeners(): Listener[];
  };
  addressManager: {
    confirmObservedAddr(address: Multiaddr, options?: { type: 'transport' | 'ip-mapping' }): void;
    removeObservedAddr(address: Multiaddr): void;
    addPublicAddressMapping(host: string, port: number, outerHost: string, outerPort: number): void;
    removePublicAddressMapping(host: string, port: number, outerHost: string, outerPort: number): void;
  };
}

const listening =
  (relays: RelayFilter) =>
  ({ addressManager, transportManager }: ListeningComponents): Listening => ({
    async reserve(count) {
      relays.open();
      await transportManager.listen(Array.from({ length: count }, () => multiaddr('/p2p-circuit')));
    },
    async release() {
      relays.close();
      for (const listener of transportManager.getListeners()) {
        const relayed = listener.getAddrs().filter((address) => isRelayed(address.toString()));
        if (relayed.length === 0) continue;
        relayed.forEach((address) => addressManager.removeObservedAddr(address));
        await listener.close();
      }
    },
    bound: () => transportManager.getAddrs().map(String),
    confirm: (address) => addressManager.confirmObservedAddr(multiaddr(address), { type: 'transport' }),
    mapped(port, outside) {
      for (const host of hostsOf(transportManager.getAddrs(), port))
        addressManager.addPublicAddressMapping(host, port, outside.address, outside.port);
      addressManager.confirmObservedAddr(outerAddress(outside), { type: 'ip-mapping' });
    },
    unmapped(port, outside) {
      for (const host of hostsOf(transportManager.getAddrs(), port))
        addressManager.removePublicAddressMapping(host, port, outside.address, outside.port);
    },
  });

const outerAddress = ({ address, port }: { address: string; port: number }): Multiaddr =>
  multiaddr(`/ip4/${address}/tcp/${port}`);

/** IPv4 addresses on which this TCP port is listened on. */
const hostsOf = (addresses: readonly Multiaddr[], port: number): string[] =>
  addresses
    .map(String)
    .filter((address) => address.startsWith('/ip4/') && !isRelayed(address) && portOf(address) === port)
    .flatMap((address) => hostOf(address) ?? []);

const opening = (components: {
  transportManager: { dial(address: Multiaddr, options: { signal: AbortSignal }): Promise<Connection> };
}): Opening => ({
  open: (address, signal) => components.transportManager.dial(address, { signal }),
});

/** The text form that libp2p implementations share. */
const swarmKey = (key: Uint8Array): Uint8Array => utf8(`/key/swarm/psk/1.0.0/\n/base16/\n${toHex(key)}`);

/** mDNS, and a word about each node that it finds: the index finds peers too, and only this says who is near. */
const lanDiscovery =
  (dialable: Dialable, onLanPeer: (peerId: PeerId) => void) =>
  (components: Parameters<ReturnType<typeof mdns>>[0]): PeerDiscovery => {
    const discovery = mdns({ serviceTag: MDNS_TAG, interval: 20_000 })(components);
    discovery.addEventListener('peer', ({ detail }) => {
      const peerId = detail.id.toString();
      // Before the library stores them: what nobody vouched for is not stored.
      for (const address of detail.multiaddrs.map(String))
        if (isNeighbour(address)) dialable.vouch(`${address}/p2p/${peerId}`);
      onLanPeer(peerId);
    });
    return discovery;
  };

export function createNode(
  privateKey: PrivateKey,
  gate: (peerId: PeerId) => boolean,
  options: NodeOptions,
): Promise<Node> {
  const relays = createRelayFilter();
  return createLibp2p<Services>({
    start: false,
    privateKey,
    nodeInfo: { name: 'toolswarm', userAgent: options.agent },
    addresses: { listen: [...options.listen] },
    // A call is small and waits for its answer: it must not wait for company (Nagle).
    transports: [
      tcp({ dialOpts: { noDelay: true }, listenOpts: { noDelay: true } }),
      relayTransport(relays),
      // Its packets carry no pre-shared key: a private network does without.
      ...(options.webrtc && !options.networkKey
        ? [lazyWebRtc({ stunServers: () => options.stunServers?.() ?? [] })]
        : []),
    ],
    // The dialler's order decides: TLS costs half the CPU of noise per call, noise stays for who has nothing else.
    connectionEncrypters: [tls(), lazyNoise()],
    streamMuxers: [
      joiningSmallFrames(
        yamux({
          maxInboundStreams: MAX_STREAMS,
          maxOutboundStreams: MAX_STREAMS,
          keepAliveInterval: 60_000,
        }),
      ),
    ],
    connectionGater: gater(gate, {
      self: peerIdFromPrivateKey(privateKey).toString(),
      dialable: options.dialable,
      useRelays: options.useRelays,
    }),
    ...(options.networkKey
      ? { connectionProtector: preSharedKey({ psk: swarmKey(options.networkKey) }) }
      : {}),
    connectionManager: {
      maxConnections: options.maxConnections,
      inboundConnectionThreshold: INBOUND_PER_SECOND,
      maxIncomingPendingConnections: MAX_PENDING_INBOUND,
      maxParallelDials: MAX_PARALLEL_DIALS,
      dialTimeout: DIAL_TIMEOUT_MS,
      addressDialTimeout: ADDRESS_DIAL_TIMEOUT_MS,
      addressSorter: (a, b) => {
        const apart = dialRank(a.multiaddr.toString()) - dialRank(b.multiaddr.toString());
        return apart < 0 ? -1 : apart > 0 ? 1 : 0;
      },
      resolvers: { dnsaddr: resolving(options.dialable) },
      // Lost peers are brought back by our own redialler, which knows which ones matter.
      reconnectRetries: 0,
    },
    // Every link pings its peer itself; a stream per ping and connection would be waste.
    connectionMonitor: { enabled: false },
    peerDiscovery: options.mdns
      ? [lanDiscovery(options.dialable, (peerId) => options.onLanPeer?.(peerId))]
      : [],
    services: {
      relay: relayServing(),
      listening: listening(relays),
      opening,
      identify: identify(),
      ping: ping(),
      dht: kadDHT({
        protocol: KAD_PROTOCOL,
        clientMode: !options.dhtServer,
        // Private networks and local ones are as good as the internet here; what is dialled, the gater decides.
        peerInfoMapper: passthroughMapper,
        allowQueryWithZeroPeers: true,
        logPrefix: 'toolswarm:kad',
        datastorePrefix: '/toolswarm-kad',
        metricsPrefix: 'toolswarm_kad',
      }),
      gossip: gossipsub({
        globalSignaturePolicy: StrictSign,
        allowPublishToZeroTopicPeers: true,
        fallbackToFloodsub: false,
        emitSelf: false,
        maxInboundDataLength: MAX_GOSSIP_FRAME_BYTES,
        maxOutboundBufferSize: 8 * MAX_GOSSIP_FRAME_BYTES,
        scoreParams: { IPColocationFactorThreshold: PEERS_PER_ADDRESS },
      }),
    },
  });
}
