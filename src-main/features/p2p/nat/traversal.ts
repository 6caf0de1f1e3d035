/**
 * How a node is reached from beyond its NAT: one that others reach relays for those that nobody does; one that nobody
 * reaches holds places at relays, and goes on to a direct connection as soon as a relayed one stands.
 */
import { hostOf, isRelayed, portOf, reachOf } from '#shared/features/p2p/addresses.ts';
import type { MappingState } from '#shared/features/p2p/port-mapping.ts';
import type { Clock } from '#shared/kernel/clock.ts';
import type { PeerId } from '#shared/kernel/ids.ts';
import type { Random } from '#shared/kernel/random.ts';
import type { Log } from '#main/platform/log.ts';
import type { PeerInfo } from '../network.ts';
import type { Listening } from '../libp2p/node.ts';
import type { PortMapping } from './mapping/port-mapping.ts';
import type { RelayServing } from './relay-serving.ts';
import { serveStun, type StunResponder } from './stun.ts';

/** Whether this node relays: where it can be reached, never, or even where nobody knows whether it can. */
export type RelayPolicy = 'auto' | 'off' | 'on';

/** Relays at which a node that cannot be reached holds a place. */
export const RELAYS_WANTED = 2;
/** STUN servers asked for one connection. */
const MAX_STUN_SERVERS = 3;
/** A direct connection that did not come about is tried again after this, for as long as the relayed one lasts. */
const UPGRADE_RETRY_MS = 10 * 60_000;
const UPGRADE_TIMEOUT_MS = 15_000;
/** A node with an address of the internet is given this long to be reached before it looks for relays. */
const PUBLIC_GRACE_MS = 60_000;
/** The first attempt comes a moment after the link: both ends have said hello by then. */
const UPGRADE_DELAY_MS = 200;

export interface TraversalDeps {
  clock: Clock;
  random: Random;
  log: Log;
  relay: RelayServing;
  listening: Listening;
  /** Under which others can dial this node, relayed addresses included. */
  addresses(): string[];
  peers(): PeerInfo[];
  /** Opens one more connection to a peer that is connected already. */
  dialDirect(address: string, signal: AbortSignal): Promise<void>;
}

export interface NatSituation {
  /** Somebody from beyond the local network has come in. */
  reachable: boolean;
  serving: boolean;
  /** Nodes that hold a place here. */
  clients: number;
  /** Carried for them since the start. */
  relayedBytes: number;
  usesRelays: boolean;
  /** Relays at which this node holds a place. */
  relays: PeerId[];
  /** Direct connections through NATs that were tried from here since the start, and how many of them came about. */
  upgrades: { tried: number; direct: number };
  /** What came of asking the router for the port. */
  mapping: MappingState;
  /** UDP ports on which STUN is answered. */
  stunPorts: number[];
  /** `host:port` of nodes that answer STUN. */
  stunServers: string[];
}

export interface Traversal {
  start(): Promise<void>;
  /** Resolves once the router has the port back, or has had its time. */
  stop(): Promise<void>;
  /** Somebody came in from `reach`, over TCP and not through a relay. */
  reached(localPortAddresses: readonly string[]): void;
  /** A peer passed hello. */
  met(peer: PeerInfo): void;
  setPolicy(policy: RelayPolicy): void;
  /** `host:port` of our relays and of the relays that carry our peers. */
  stunServers(): string[];
  situation(): NatSituation;
}

export function createTraversal(
  deps: TraversalDeps,
  options: { webrtc: boolean; relay: RelayPolicy; useRelays: boolean; portMapping: boolean },
): Traversal {
  const { clock, listening, log, relay } = deps;
  const upgrades = { tried: 0, direct: 0 };
  const stopping = new AbortController();
  const pursued = new Set<PeerId>();
  let policy = options.relay;
  let reachable = false;
  let stun: StunResponder | undefined;
  let mapping: PortMapping | undefined;
  let turning: Promise<void> = Promise.resolve();

  const wantsToServe = (): boolean => policy === 'on' || (policy === 'auto' && reachable);

  async function serve(): Promise<void> {
    const serving = wantsToServe() && !stopping.signal.aborted;
    await relay.setServing(serving);
    if (serving && !stun) stun = await serveStun({ clock }, tcpSockets(listening.bound()));
    if (!serving || stopping.signal.aborted) closeStun();
  }

  function closeStun(): void {
    void stun?.close();
    stun = undefined;
  }

  /** One turn after the other: two at once would both ask for the port of STUN. */
  function serveLater(): void {
    turning = turning
      .then(serve)
      .catch((error: unknown) => log.warn({ err: error }, 'this node cannot serve as a relay'));
  }

  /** Nothing of it is loaded where it is not wanted. */
  async function openPort(): Promise<void> {
    const port = listening
      .bound()
      .map(ownPort)
      .find((one) => one !== undefined);
    if (port === undefined) return;
    const { createPortMapping } = await import('./mapping/port-mapping.ts');
    if (stopping.signal.aborted) return;
    mapping = createPortMapping({
      clock,
      random: deps.random,
      log,
      internalPort: port,
      opened: (outside) => listening.mapped(port, outside),
      closed: (outside) => listening.unmapped(port, outside),
    });
  }

  async function reserve(): Promise<void> {
    if (!reachable && !stopping.signal.aborted) await listening.reserve(RELAYS_WANTED);
  }

  const stunServers = (): string[] =>
    stunServersIn([...deps.addresses(), ...deps.peers().flatMap(({ addresses }) => addresses)]);

  const cannotReserve = (error: unknown): void =>
    log.warn({ err: error }, 'places at relays could not be changed');

  /** The initiator of the relayed connection tries, the other end answers: never both at once. */
  function pursue(peer: PeerInfo, delayMs: number): void {
    if (pursued.has(peer.peerId)) return;
    pursued.add(peer.peerId);
    const timer = clock.after(delayMs, () => {
      pursued.delete(peer.peerId);
      void upgrade(peer.peerId);
    });
    stopping.signal.addEventListener('abort', () => timer.cancel(), { once: true });
  }

  async function upgrade(peerId: PeerId): Promise<void> {
    const peer = deps.peers().find((other) => other.peerId === peerId);
    const address = peer && webRtcAddress(peer);
    if (!address || stopping.signal.aborted) return;
    upgrades.tried++;
    const late = new AbortController();
    const limit = clock.after(UPGRADE_TIMEOUT_MS, () =>
      late.abort(new Error('no direct connection in time')),
    );
    try {
      await deps.dialDirect(address, AbortSignal.any([stopping.signal, late.signal]));
      upgrades.direct++;
    } catch (error) {
      log.debug({ peerId, err: error }, 'the connection stays relayed');
      if (!stopping.signal.aborted) pursue(peer, UPGRADE_RETRY_MS);
    } finally {
      limit.cancel();
    }
  }

  return {
    async start() {
      serveLater();
      if (options.portMapping) await openPort();
      if (!options.useRelays) return;
      if (!listening.bound().some((address) => reachOf(address) === 'internet')) return reserve();
      const timer = clock.after(PUBLIC_GRACE_MS, () => void reserve().catch(cannotReserve));
      stopping.signal.addEventListener('abort', () => timer.cancel(), { once: true });
    },
    async stop() {
      stopping.abort();
      closeStun();
      await mapping?.stop();
    },
    reached(addresses) {
      for (const address of addresses) if (reachOf(address) === 'internet') listening.confirm(address);
      if (reachable) return;
      reachable = true;
      serveLater();
      // Places are for those whom nobody reaches.
      listening.release().catch(cannotReserve);
    },
    met(peer) {
      if (options.webrtc && peer.direction === 'outbound' && webRtcAddress(peer))
        pursue(peer, UPGRADE_DELAY_MS);
    },
    setPolicy(wanted) {
      policy = wanted;
      serveLater();
    },
    stunServers,
    situation: () => ({
      reachable,
      serving: relay.isServing(),
      clients: relay.clients(),
      relayedBytes: relay.relayedBytes(),
      usesRelays: options.useRelays,
      relays: [...new Set(deps.addresses().flatMap((address) => relayIn(address) ?? []))],
      upgrades: { ...upgrades },
      mapping: mapping?.state() ?? { state: 'off' },
      stunPorts: stun?.ports ?? [],
      stunServers: stunServers(),
    }),
  };
}

/** Where a relayed peer is met directly; undefined where it is met without a relay already. */
export function webRtcAddress({ addresses, carrier }: PeerInfo): string | undefined {
  const relayed = carrier.path === 'relayed' ? addresses.find(isRelayed) : undefined;
  return relayed?.replace('/p2p-circuit/', '/p2p-circuit/webrtc/');
}

/** The relay that an address goes through. */
export const relayIn = (address: string): PeerId | undefined =>
  /\/p2p\/([1-9A-HJ-NP-Za-km-z]+)\/p2p-circuit/.exec(address)?.[1];

/** A relay answers STUN on the UDP port of the same number as its TCP port. */
export function stunServersIn(addresses: readonly string[]): string[] {
  const servers = addresses
    .filter((address) => address.includes('/p2p-circuit') && reachOf(address) !== 'machine')
    .flatMap((address) => {
      const [host, port] = [hostOf(address), portOf(address)];
      if (host === undefined || port === undefined) return [];
      return [host.includes(':') ? `[${host}]:${port}` : `${host}:${port}`];
    });
  return [...new Set(servers)].slice(0, MAX_STUN_SERVERS);
}

/** The port of an IPv4 address that a router can lead to. */
const ownPort = (address: string): number | undefined =>
  address.startsWith('/ip4/') && reachOf(address) !== 'machine' && !address.includes('/p2p-circuit')
    ? portOf(address)
    : undefined;

/** Host and port of each address where TCP is listened on. */
const tcpSockets = (addresses: readonly string[]): Array<{ host: string; port: number }> =>
  addresses.flatMap((address) => {
    const [host, port] = [hostOf(address), portOf(address)];
    return host !== undefined && port !== undefined && !address.includes('/p2p-circuit')
      ? [{ host, port }]
      : [];
  });
