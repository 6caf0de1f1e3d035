/**
 * Many nodes in one process and in virtual time. Bytes between them take a while, arrive in order, and stop at
 * partitions; above the bytes runs the very code of the real network: links, calls, redialling. The index is a modelled
 * Kademlia (`simulated-index.ts`), gossip a modelled gossipsub (`simulated-gossip.ts`).
 */
import { p2pError } from '#shared/features/p2p/errors.ts';
import type { PeerId } from '#shared/kernel/ids.ts';
import type { Random } from '#shared/kernel/random.ts';
import type { Duplex, Link } from '#main/features/p2p/rpc/link.ts';
import type { VirtualClock } from '#test/support/virtual-clock.ts';
import { createPipe, type Line, type Pipe } from './pipe.ts';
import type { SimulatedGossip } from './simulated-gossip.ts';
import { createSimulatedIndex, type IndexHost, type SimulatedIndex } from './simulated-index.ts';
import { createTrace, createTraffic, type Trace, type Traffic } from './traffic.ts';

export interface InternetOptions {
  clock: VirtualClock;
  random: Random;
  /** One-way delay between two hosts lies between these, drawn per pair; each packet varies by a tenth. Default 1 to 5. */
  latencyMs?: { min: number; max: number };
  /** Share of packets that are lost, and so arrive late. Default 0. */
  loss?: number;
  /** Bytes a socket takes before it says it is full. Default 256 KiB. */
  bufferBytes?: number;
  /** Sees what is said: `request /protocol/1`, `response …`, `gossip topic`, and `wire` for what links write. */
  tap?(kind: string, bytes: Uint8Array): void;
  /** Moments are rounded up to this many ms, so that a large world computes many events at once. Default 0: exact. */
  tickMs?: number;
}

/** How a host is connected: who can open a connection to it, and how much fits through. */
export interface Access {
  /** `open`: anybody; `cone`: through a signalled punch; `symmetric`: not with another NAT that is strict. */
  nat?: 'open' | 'cone' | 'symmetric';
  /** Bytes per second in each direction; absent: no limit. */
  upBytesPerSecond?: number;
  downBytesPerSecond?: number;
}

/** What a node shows to the others. */
export interface Host extends IndexHost {
  readonly address: string;
  readonly access: Access;
  readonly gossip: SimulatedGossip;
  /** Whether it lets that peer in. */
  gate(peerId: PeerId): boolean;
  /** How many peers it is linked to. */
  peers(): number;
  /** Takes one end of a connection and returns its link. */
  accept(
    peerId: PeerId,
    duplex: Duplex,
    initiator: boolean,
    path: 'direct' | 'relayed',
  ): Pick<Link, 'receive' | 'drained' | 'closed'>;
}

export interface GossipMessage {
  id: number;
  topic: string;
  data: Uint8Array;
  author: PeerId;
}

export interface SimulatedInternet {
  readonly clock: VirtualClock;
  readonly random: Random;
  readonly index: SimulatedIndex;
  readonly traffic: Traffic;
  readonly trace: Trace;
  tap(kind: string, bytes: Uint8Array): void;
  join(host: Host): void;
  /** The host is gone at once; the others see its connections reset. */
  leave(peerId: PeerId): void;
  /** Connects two hosts; resolves with the peer reached. Throws `p2p.unreachable` or `p2p.blocked`. */
  connect(from: Host, target: string): Promise<PeerId>;
  /** Runs `deliver` after the delay between two hosts, unless a partition lies between them by then. */
  carry(from: PeerId, to: PeerId, bytes: number, deliver: () => void): void;
  host(peerId: PeerId): Host | undefined;
  hosts(): Host[];
  isReachable(from: PeerId, to: PeerId): boolean;
  /** Splits the hosts into groups that cannot reach each other; connections across fall silent, they are not closed. */
  partition(...groups: PeerId[][]): void;
  heal(): void;
  /** Resets a share of all connections at once, as when routers restart. */
  breakWires(share: number): number;
  /** Packets lost from now on. */
  setLoss(share: number): void;
  provide(host: Host, key: Uint8Array): Promise<void>;
  find(host: Host, key: Uint8Array): Promise<PeerId[]>;
  nextMessageId(): number;
}

const BUFFER_BYTES = 256 * 1024;
/** A relay on the way costs its own way. */
const RELAY_DETOUR = 2;

interface Wire {
  a: PeerId;
  b: PeerId;
  open: boolean;
  reset(): void;
}

export function createSimulatedInternet(options: InternetOptions): SimulatedInternet {
  const { clock, random } = options;
  const latency = options.latencyMs ?? { min: 1, max: 5 };
  const tap = options.tap ?? (() => undefined);
  const traffic = createTraffic();
  const trace = createTrace();
  const hosts = new Map<PeerId, Host>();
  const byAddress = new Map<string, Host>();
  const wires = new Set<Wire>();
  const wiresOf = new Map<PeerId, Set<Wire>>();
  const lines = new Map<PeerId, { up: Line | undefined; down: Line | undefined }>();
  const index = createSimulatedIndex({ traffic, trace, roundTripMs: () => latency.min + latency.max });
  let loss = options.loss ?? 0;
  let groups: Map<PeerId, number> | undefined;
  let messageId = 0;

  /** The way between two hosts is as long as their ids say: always the same, in both directions. */
  function wayMs(a: PeerId, b: PeerId): number {
    const share = (hash(a) ^ hash(b)) / 0x1_0000_0000;
    return latency.min + (share < 0 ? share + 1 : share) * (latency.max - latency.min);
  }

  const hashes = new Map<PeerId, number>();
  function hash(peerId: PeerId): number {
    let known = hashes.get(peerId);
    if (known === undefined) {
      known = 0x811c9dc5;
      for (let at = 0; at < peerId.length; at++) known = Math.imul(known ^ peerId.charCodeAt(at), 0x01000193);
      hashes.set(peerId, known);
    }
    return known;
  }

  const packetDelay = (base: number): number => onTick(base * (0.95 + random.float() * 0.1));

  function onTick(delayMs: number): number {
    const tick = options.tickMs ?? 0;
    if (tick === 0) return delayMs;
    const at = clock.monotonic() + delayMs;
    return Math.ceil(at / tick) * tick - clock.monotonic();
  }

  function reachable(a: PeerId, b: PeerId): boolean {
    return hosts.has(a) && hosts.has(b) && (!groups || groups.get(a) === groups.get(b));
  }

  /** The narrower of the sender's and the receiver's line. */
  function lineBetween(from: PeerId, to: PeerId): Line | undefined {
    const [up, down] = [lines.get(from)?.up, lines.get(to)?.down];
    if (!up || !down) return up ?? down;
    return up.bytesPerSecond <= down.bytesPerSecond ? up : down;
  }

  function lay(from: Host, to: Host, path: 'direct' | 'relayed'): void {
    const wayTakes = wayMs(from.peerId, to.peerId) * (path === 'relayed' ? RELAY_DETOUR : 1);
    type End = ReturnType<Host['accept']>;
    const ends: { near?: End; far?: End } = {};
    const end = (which: 'near' | 'far'): End => {
      const one = ends[which];
      if (!one) throw new Error('both ends exist before the first write');
      return one;
    };
    const pipe = (a: PeerId, b: PeerId, sender: 'near' | 'far', receiver: 'near' | 'far'): Pipe =>
      createPipe({
        clock,
        random,
        delay: () => packetDelay(wayTakes),
        loss: () => loss,
        line: lineBetween(a, b),
        bufferBytes: options.bufferBytes ?? BUFFER_BYTES,
        carries: () => wire.open && reachable(a, b),
        deliver(bytes) {
          trace.note(1, clock.monotonic(), hash(a), hash(b), bytes.length);
          end(receiver).receive(bytes);
        },
        drained: () => end(sender).drained(),
      });
    const wire: Wire = {
      a: from.peerId,
      b: to.peerId,
      open: true,
      reset() {
        if (!wires.delete(wire)) return;
        wiresOf.get(wire.a)?.delete(wire);
        wiresOf.get(wire.b)?.delete(wire);
        clock.after(packetDelay(wayTakes), () => {
          wire.open = false;
          ends.near?.closed();
          ends.far?.closed();
        });
      },
    };
    note(wire);
    const there = pipe(from.peerId, to.peerId, 'near', 'far');
    const back = pipe(to.peerId, from.peerId, 'far', 'near');
    const duplex = (way: Pipe): Duplex => ({
      write(bytes) {
        traffic.sent('links', bytes.length);
        tap('wire', bytes);
        return way.write(bytes);
      },
      close: () => void clock.after(way.remainingMs(), wire.reset),
      abort: wire.reset,
    });
    trace.note(2, clock.monotonic(), hash(from.peerId), hash(to.peerId));
    ends.near = from.accept(to.peerId, duplex(there), true, path);
    ends.far = to.accept(from.peerId, duplex(back), false, path);
  }

  function note(wire: Wire): void {
    wires.add(wire);
    for (const peer of [wire.a, wire.b]) {
      const set = wiresOf.get(peer) ?? new Set<Wire>();
      wiresOf.set(peer, set.add(wire));
    }
  }

  function lookUp(from: Host, target: string): Host | undefined {
    const host = target.startsWith('/') ? byAddress.get(target.replace(/\/p2p\/.*$/, '')) : hosts.get(target);
    return host && host !== from ? host : undefined;
  }

  /** Nobody behind a NAT is reached without help; two strict ones are not even with it. */
  function pathBetween(from: Host, to: Host): 'direct' | 'punched' | 'relayed' {
    const [a, b] = [from.access.nat ?? 'open', to.access.nat ?? 'open'];
    if (b === 'open') return 'direct';
    if (a === 'open') return 'punched';
    return a === 'cone' && b === 'cone' ? 'punched' : 'relayed';
  }

  const hasRelay = (a: PeerId, b: PeerId): boolean => {
    for (const host of hosts.values())
      if ((host.access.nat ?? 'open') === 'open' && reachable(a, host.peerId) && reachable(host.peerId, b))
        return true;
    return false;
  };

  return {
    clock,
    random,
    index,
    traffic,
    trace,
    tap,
    join(host) {
      hosts.set(host.peerId, host);
      byAddress.set(host.address, host);
      const line = (bytesPerSecond: number | undefined): Line | undefined =>
        bytesPerSecond === undefined ? undefined : { bytesPerSecond, freeAt: 0 };
      lines.set(host.peerId, {
        up: line(host.access.upBytesPerSecond),
        down: line(host.access.downBytesPerSecond),
      });
      index.joined(host);
      trace.note(3, clock.monotonic(), hash(host.peerId));
    },
    leave(peerId) {
      for (const wire of [...(wiresOf.get(peerId) ?? [])]) wire.reset();
      index.left(peerId);
      const host = hosts.get(peerId);
      if (host && byAddress.get(host.address) === host) byAddress.delete(host.address);
      hosts.delete(peerId);
      trace.note(4, clock.monotonic(), hash(peerId));
    },
    async connect(from, target) {
      const host = lookUp(from, target);
      if (host && !from.gate(host.peerId)) throw p2pError('p2p.blocked');
      const way = host ? pathBetween(from, host) : 'direct';
      const base = host ? wayMs(from.peerId, host.peerId) : latency.max;
      // A handshake takes a round trip, signalling through a relay another two.
      const roundTrips = way === 'direct' ? 1 : 3;
      await new Promise<void>((resolve) => void clock.after(packetDelay(2 * roundTrips * base), resolve));
      if (!host || !hosts.has(host.peerId) || !reachable(from.peerId, host.peerId) || !host.gate(from.peerId))
        throw p2pError('p2p.unreachable');
      if (way !== 'direct' && !hasRelay(from.peerId, host.peerId)) throw p2pError('p2p.unreachable');
      lay(from, host, way === 'relayed' ? 'relayed' : 'direct');
      return host.peerId;
    },
    carry(from, to, bytes, deliver) {
      const lost = loss > 0 && random.float() < loss;
      const base = packetDelay(wayMs(from, to));
      clock.after(lost ? 3 * base + 200 : base, () => {
        if (!reachable(from, to)) return;
        trace.note(5, clock.monotonic(), hash(from), hash(to), bytes);
        deliver();
      });
    },
    host: (peerId) => hosts.get(peerId),
    hosts: () => [...hosts.values()],
    isReachable: reachable,
    partition(...parts) {
      groups = new Map(parts.flatMap((part, number) => part.map((peerId) => [peerId, number] as const)));
    },
    heal() {
      groups = undefined;
    },
    breakWires(share) {
      const broken = [...wires].filter(() => random.float() < share);
      for (const wire of broken) wire.reset();
      return broken.length;
    },
    setLoss(share) {
      loss = share;
    },
    async provide(host, key) {
      if (!hasIndex(host)) throw p2pError('p2p.no_index');
      const cost = index.provide(host.peerId, key, (peer) => reachable(host.peerId, peer));
      await new Promise<void>((resolve) => void clock.after(onTick(cost.tookMs), resolve));
    },
    async find(host, key) {
      if (!hasIndex(host)) return [];
      const { cost, providers } = index.find(host.peerId, key, (peer) => reachable(host.peerId, peer));
      await new Promise<void>((resolve) => void clock.after(onTick(cost.tookMs), resolve));
      return providers.filter((peerId) => peerId !== host.peerId);
    },
    nextMessageId: () => messageId++,
  };

  /** The index is kept by servers; without one in reach, or without any peer to ask, there is none. */
  function hasIndex(host: Host): boolean {
    if (host.peers() === 0 || index.servers === 0) return false;
    for (const other of hosts.values())
      if (other !== host && other.dhtServer && reachable(host.peerId, other.peerId)) return true;
    return false;
  }
}
