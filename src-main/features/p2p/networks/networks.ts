/**
 * Several networks as one: the public one, and private ones, each on a node of its own with its own port, peers, gossip
 * and index, under one node key. What comes through one network leaves through no other: who sends says where.
 */
import { p2pError } from '#shared/features/p2p/errors.ts';
import { type Closeable, createDisposableStore, type DisposableStore } from '#shared/kernel/disposables.ts';
import type { AppError } from '#shared/kernel/errors.ts';
import { createEmitter, type EventSource } from '#shared/kernel/events.ts';
import { type NetworkId, type PeerId, PUBLIC_NETWORK } from '#shared/kernel/ids.ts';
import type { Log } from '#main/platform/log.ts';
import type { Libp2pNetwork } from '../libp2p/network.ts';
import type { FindOptions, Network, NetworkEvents, PeerInfo, RpcCall, RpcCallOptions } from '../network.ts';
import { peerIdIn } from '../peering.ts';
import { lookedAtLater } from '../rpc/calls.ts';
import { mergeFound } from './merge.ts';
import { createMeetings } from './meetings.ts';
import { rememberedOf } from './remembered.ts';

/** Private networks that a node can be in beside the public one: each costs a port, an index and a gossip mesh. */
export const MAX_PRIVATE_NETWORKS = 8;

export interface NetworkSummary {
  id: NetworkId;
  state: 'running' | 'starting' | 'off';
  peers: number;
  /** Under which others of that network can dial this node. */
  addresses: string[];
}

export interface NetworksEvents extends NetworkEvents {
  /** A network came, went, or changed its state. */
  networksChanged: { id: NetworkId };
}

/**
 * The `Network` port over all of them. `peerConnected` comes once for each network in which a peer is met (its
 * `network` says which); `peerDisconnected` once it is met in none any more.
 */
export interface Networks extends Omit<Libp2pNetwork, 'on'>, EventSource<NetworksEvents> {
  /** The public one first, whether it runs or not. */
  networks(): NetworkSummary[];
  /** One of them by itself. */
  within(id: NetworkId): Libp2pNetwork | undefined;
  /** Brings a network in and, where the node runs, starts it. Rejects as its start does; it is out again then. */
  add(id: NetworkId, network: Libp2pNetwork): Promise<void>;
  /** Ends its connections and calls; the others notice nothing. */
  remove(id: NetworkId): Promise<void>;
  /** Switches the public network on or off. */
  setPublic(on: boolean): Promise<void>;
  /** Of one network, or of all, the public one first. */
  addresses(network?: NetworkId): string[];
  /**
   * Without a network: where the peer is met or remembered, else the public one. An address does not say to which network it
   * belongs, and one of a private network is never tried in another.
   */
  dial(target: string, signal?: AbortSignal, network?: NetworkId): Promise<PeerInfo>;
  /** A person gave this address, in the public network where none is named. */
  vouch(address: string, network?: NetworkId): void;
  /** In all networks, or in one. */
  disconnect(peerId: PeerId, network?: NetworkId): Promise<void>;
}

interface Part {
  id: NetworkId;
  network: Libp2pNetwork;
  state: NetworkSummary['state'];
  owned: DisposableStore;
}

/** Something that is done on every network: those of now and those that come. */
interface Installation {
  install(network: Network): Closeable;
  on: Map<NetworkId, Closeable>;
}

export function createNetworks(
  { log }: { log: Log },
  { publicNetwork, isPublic = true }: { publicNetwork: Libp2pNetwork; isPublic?: boolean },
): Networks {
  const events = createEmitter<NetworksEvents>((error) => log.error({ err: error }, 'a listener failed'));
  const meetings = createMeetings();
  const parts = new Map<NetworkId, Part>();
  const installations = new Set<Installation>();
  let wantsPublic = isPublic;
  let isStarted = false;
  register(PUBLIC_NETWORK, publicNetwork);

  function register(id: NetworkId, network: Libp2pNetwork): Part {
    const part: Part = { id, network, state: 'off', owned: createDisposableStore() };
    parts.set(id, part);
    for (const installation of installations) installation.on.set(id, installation.install(network));
    const { owned } = part;
    owned.defer(network.on('peerMeasured', (event) => events.emit('peerMeasured', event)));
    owned.defer(network.on('peerRefused', (event) => events.emit('peerRefused', event)));
    owned.defer(
      network.on('addressesChanged', () => events.emit('addressesChanged', { addresses: addresses() })),
    );
    owned.defer(
      network.on('peerConnected', (peer) => {
        meetings.met(peer.peerId, id);
        events.emit('peerConnected', peer);
      }),
    );
    owned.defer(
      network.on('peerDisconnected', (event) => {
        // Who waits for somebody to be gone waits until he is met nowhere; lists look at it again all the same.
        if (meetings.parted(event.peerId, id)) events.emit('peerDisconnected', event);
        else events.emit('networksChanged', { id });
      }),
    );
    return part;
  }

  async function startPart(part: Part, signal?: AbortSignal): Promise<void> {
    turn(part, 'starting');
    try {
      await part.network.start(signal);
      turn(part, 'running');
    } catch (error) {
      turn(part, 'off');
      throw error;
    }
  }

  async function stopPart(part: Part): Promise<void> {
    turn(part, 'off');
    await part.network.stop();
  }

  function turn(part: Part, state: Part['state']): void {
    part.state = state;
    events.emit('networksChanged', { id: part.id });
  }

  const all = (): Part[] => [...parts.values()];
  const running = (): Part[] => all().filter(({ state }) => state === 'running');
  const publicPart = (): Part => parts.get(PUBLIC_NETWORK) as Part;
  /** The public network, or, where it is off, the first of the others. */
  const main = (): Libp2pNetwork =>
    (publicPart().state === 'off' ? (running()[0] ?? publicPart()) : publicPart()).network;

  function addresses(network?: NetworkId): string[] {
    if (network !== undefined) return parts.get(network)?.network.addresses() ?? [];
    return running().flatMap((part) => part.network.addresses());
  }

  /** The networks that something concerns. Throws `p2p.stopped` where there is none. */
  function chosen(network: NetworkId | undefined): Libp2pNetwork[] {
    const found = running().filter(({ id }) => network === undefined || id === network);
    if (found.length === 0) throw p2pError('p2p.stopped');
    return found.map((part) => part.network);
  }

  /** Where a peer is to be called or dialled; undefined where the network that was named does not run. */
  function toward(peerId: PeerId | undefined, wanted: NetworkId | undefined): Libp2pNetwork | undefined {
    if (wanted !== undefined) return running().find(({ id }) => id === wanted)?.network;
    const met = peerId === undefined ? undefined : meetings.where(peerId);
    if (!met) return main();
    // The same one that lists of peers name first.
    return running().find(({ id }) => met.has(id))?.network ?? main();
  }

  function towardRemembered(peerId: PeerId): Libp2pNetwork {
    const knows = ({ network }: Part) => (network.remembered.get(peerId)?.addresses.length ?? 0) > 0;
    return running().find(knows)?.network ?? main();
  }

  function dial(target: string, signal?: AbortSignal, within?: NetworkId): Promise<PeerInfo> {
    const peerId = peerIdIn(target);
    const isMet = peerId !== undefined && meetings.where(peerId) !== undefined;
    const network =
      within === undefined && !isMet && peerId !== undefined && !target.startsWith('/')
        ? towardRemembered(peerId)
        : toward(peerId, within);
    if (!network) return Promise.reject(p2pError('p2p.unreachable'));
    // A peer that is met already is not dialled under an address that may be another network's.
    return network.dial(isMet && within === undefined ? peerId : target, signal);
  }

  function call(peerId: PeerId, protocol: string, payload: Uint8Array, options?: RpcCallOptions): RpcCall {
    const network =
      options?.network === undefined && meetings.where(peerId) === undefined
        ? towardRemembered(peerId)
        : toward(peerId, options?.network);
    return network
      ? network.call(peerId, protocol, payload, options)
      : failedCall(p2pError('p2p.unreachable'));
  }

  function everywhere(install: Installation['install']): Closeable {
    const installation: Installation = { install, on: new Map() };
    installations.add(installation);
    for (const { id, network } of parts.values()) installation.on.set(id, install(network));
    return {
      close() {
        installations.delete(installation);
        for (const installed of installation.on.values()) void installed.close();
      },
    };
  }

  return {
    // What only libp2p knows of (its surroundings, the index) is said of the public network unless it stands below.
    ...publicNetwork,
    on: events.on,
    remembered: rememberedOf(() => all().map(({ network }) => network.remembered)),
    networks: () =>
      all().map(({ id, network, state }) => ({
        id,
        state,
        peers: network.peers().length,
        addresses: network.addresses(),
      })),
    within: (id) => parts.get(id)?.network,
    async add(id, network) {
      if (parts.has(id)) return;
      if (parts.size > MAX_PRIVATE_NETWORKS) throw p2pError('p2p.crowded');
      const part = register(id, network);
      try {
        if (isStarted) await startPart(part);
      } catch (error) {
        await unregister(part);
        throw error;
      }
    },
    async remove(id) {
      const part = parts.get(id);
      if (!part || id === PUBLIC_NETWORK) return;
      await stopPart(part);
      await unregister(part);
      events.emit('networksChanged', { id });
    },
    async setPublic(on) {
      wantsPublic = on;
      const part = publicPart();
      if (!isStarted || on === (part.state !== 'off')) return;
      await (on ? startPart(part) : stopPart(part));
      events.emit('addressesChanged', { addresses: addresses() });
    },
    async start(signal) {
      if (isStarted) return;
      isStarted = true;
      for (const part of all()) if (part.id !== PUBLIC_NETWORK || wantsPublic) await startPart(part, signal);
    },
    async stop() {
      isStarted = false;
      await Promise.all(all().map(stopPart));
    },
    addresses,
    peers: () => running().flatMap((part) => part.network.peers()),
    dial,
    async disconnect(peerId, within) {
      const from = running().filter(({ id }) => within === undefined || id === within);
      await Promise.all(from.map(({ network }) => network.disconnect(peerId)));
    },
    refresh: () => running().forEach(({ network }) => network.refresh()),
    serve: (protocol, handler) => everywhere((network) => network.serve(protocol, handler)),
    call,
    announce: (topic, message, options) =>
      inAll(
        () => chosen(options?.network),
        (network) => network.announce(topic, message),
      ),
    subscribe: (topic, listener) => everywhere((network) => network.subscribe(topic, listener)),
    provide: (key, options) =>
      inAll(
        () => chosen(options?.network),
        (network) => network.provide(key, options),
      ),
    withdraw: (key, options) =>
      inAll(
        () => chosen(options?.network),
        (network) => network.withdraw(key, options),
      ),
    find: (key, options: FindOptions = {}) =>
      mergeFound(
        chosen(options.network).map((network) => network.find(key, options)),
        options.limit,
      ),
    gossipScore: (peerId) => Math.min(0, ...running().map(({ network }) => network.gossipScore(peerId))),
    drops: () => sumOf(all().map(({ network }) => network.drops())),
    vouch: (address, id = PUBLIC_NETWORK) => parts.get(id)?.network.vouch(address),
    whereabouts: () => main().whereabouts(),
    setDhtServer: (server) => publicNetwork.setDhtServer(server),
    nat: () => main().nat(),
    setRelayPolicy: (policy) => all().forEach(({ network }) => network.setRelayPolicy(policy)),
  };

  async function unregister(part: Part): Promise<void> {
    parts.delete(part.id);
    for (const { on } of installations) {
      await on.get(part.id)?.close();
      on.delete(part.id);
    }
    await part.owned.close();
  }
}

/** Succeeds where it succeeded in one network; fails as the first where it failed in all. */
async function inAll(
  networks: () => Libp2pNetwork[],
  run: (network: Libp2pNetwork) => Promise<void>,
): Promise<void> {
  const results = await Promise.allSettled(networks().map(run));
  const failed = results.find((result) => result.status === 'rejected');
  if (failed && results.every(({ status }) => status === 'rejected')) throw failed.reason;
}

function failedCall(error: AppError): RpcCall {
  const response = Promise.reject<Uint8Array>(error);
  lookedAtLater(response);
  return { response, send: () => Promise.reject(error) };
}

function sumOf(counts: ReadonlyArray<Record<string, number>>): Record<string, number> {
  const sum: Record<string, number> = {};
  for (const count of counts)
    for (const [code, times] of Object.entries(count)) sum[code] = (sum[code] ?? 0) + times;
  return sum;
}
