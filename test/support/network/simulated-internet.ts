/**
 * Many nodes in one process and in virtual time. Bytes between them take a while, arrive in order, and stop at
 * partitions; above the bytes runs the very code of the real network: links, calls, redialling. The index and gossip
 * are modelled plainly.
 */
import { p2pError } from '#shared/features/p2p/errors.ts';
import { toHex } from '#shared/kernel/bytes.ts';
import type { PeerId } from '#shared/kernel/ids.ts';
import type { Random } from '#shared/kernel/random.ts';
import type { VirtualClock } from '#test/support/virtual-clock.ts';
import type { Duplex, Link } from '#main/features/p2p/rpc/link.ts';

export interface InternetOptions {
  clock: VirtualClock;
  random: Random;
  /** One-way delay, drawn evenly for each write. Default 1 to 5. */
  latencyMs?: { min: number; max: number };
  /** Share of writes that arrive late, as after a retransmission. Default 0. */
  loss?: number;
}

/** What a node shows to the others. */
export interface Host {
  readonly peerId: PeerId;
  readonly address: string;
  readonly dhtServer: boolean;
  /** Whether it lets that peer in. */
  gate(peerId: PeerId): boolean;
  /** How many peers it is linked to. */
  peers(): number;
  /** Takes one end of a connection and returns its link. */
  accept(peerId: PeerId, duplex: Duplex, initiator: boolean): Link;
  /** A gossiped message from a neighbour. */
  gossip(message: GossipMessage, from: PeerId): void;
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
  join(host: Host): void;
  /** The host is gone at once; the others see its connections reset. */
  leave(peerId: PeerId): void;
  /** Connects two hosts; resolves with the peer reached. Throws `p2p.unreachable` or `p2p.blocked`. */
  connect(from: Host, target: string): Promise<PeerId>;
  /** Runs `deliver` after the delay between two hosts, unless a partition lies between them by then. */
  carry(from: PeerId, to: PeerId, deliver: () => void): void;
  host(peerId: PeerId): Host | undefined;
  /** Splits the hosts into groups that cannot reach each other; connections across fall silent, they are not closed. */
  partition(...groups: PeerId[][]): void;
  heal(): void;
  provide(host: Host, key: Uint8Array): void;
  find(host: Host, key: Uint8Array): PeerId[];
  nextMessageId(): number;
}

/** Bytes on their way in one direction before the writer is told to wait. */
const PIPE_BYTES = 256 * 1024;
const RETRANSMISSION_MS = 200;

interface Wire {
  a: PeerId;
  b: PeerId;
  reset(): void;
}

export function createSimulatedInternet(options: InternetOptions): SimulatedInternet {
  const { clock, random } = options;
  const latency = options.latencyMs ?? { min: 1, max: 5 };
  const hosts = new Map<PeerId, Host>();
  const wires = new Set<Wire>();
  const providers = new Map<string, Set<PeerId>>();
  let groups: Map<PeerId, number> | undefined;
  let messageId = 0;

  function delay(): number {
    const base = latency.min + random.float() * (latency.max - latency.min);
    return random.float() < (options.loss ?? 0) ? base + RETRANSMISSION_MS : base;
  }

  function reachable(a: PeerId, b: PeerId): boolean {
    return hosts.has(a) && hosts.has(b) && (!groups || groups.get(a) === groups.get(b));
  }

  /** One direction of a wire: in order, late, bounded. What a partition swallows is lost. */
  function createPipe(from: PeerId, to: PeerId, wire: { open: boolean }) {
    let underWay = 0;
    let lastArrival = 0;
    let full = false;
    return {
      /** When everything written has arrived. */
      remainingMs: () => Math.max(0, lastArrival - clock.monotonic()),
      write(bytes: Uint8Array, receiver: Link, sender: Link): boolean {
        underWay += bytes.length;
        lastArrival = Math.max(lastArrival, clock.monotonic() + delay());
        clock.after(lastArrival - clock.monotonic(), () => {
          if (!wire.open || !reachable(from, to)) return;
          underWay -= bytes.length;
          receiver.receive(bytes);
          if (!full || underWay >= PIPE_BYTES) return;
          full = false;
          sender.drained();
        });
        full = underWay >= PIPE_BYTES;
        return !full;
      },
    };
  }

  function lay(from: Host, to: Host): void {
    const state = { open: true };
    const ends: { near?: Link; far?: Link } = {};
    const there = createPipe(from.peerId, to.peerId, state);
    const back = createPipe(to.peerId, from.peerId, state);
    const wire: Wire = {
      a: from.peerId,
      b: to.peerId,
      reset() {
        if (!wires.delete(wire)) return;
        clock.after(delay(), () => {
          state.open = false;
          ends.near?.closed();
          ends.far?.closed();
        });
      },
    };
    wires.add(wire);
    const duplex = (pipe: typeof there, write: (bytes: Uint8Array) => boolean): Duplex => ({
      write,
      close: () => void clock.after(pipe.remainingMs(), wire.reset),
      abort: wire.reset,
    });
    const link = (end: Link | undefined): Link => {
      if (!end) throw new Error('both ends exist before the first write');
      return end;
    };
    const near = duplex(there, (bytes) => there.write(bytes, link(ends.far), link(ends.near)));
    const far = duplex(back, (bytes) => back.write(bytes, link(ends.near), link(ends.far)));
    ends.near = from.accept(to.peerId, near, true);
    ends.far = to.accept(from.peerId, far, false);
  }

  function lookUp(from: Host, target: string): Host | undefined {
    if (!target.startsWith('/')) return hosts.get(target);
    const host = [...hosts.values()].find((candidate) => target.startsWith(candidate.address));
    return host && host !== from ? host : undefined;
  }

  return {
    clock,
    random,
    join: (host) => void hosts.set(host.peerId, host),
    leave(peerId) {
      for (const wire of [...wires]) if (wire.a === peerId || wire.b === peerId) wire.reset();
      for (const set of providers.values()) set.delete(peerId);
      hosts.delete(peerId);
    },
    async connect(from, target) {
      const host = lookUp(from, target);
      if (host && !from.gate(host.peerId)) throw p2pError('p2p.blocked');
      await new Promise<void>((resolve) => void clock.after(delay() + delay(), resolve));
      if (!host || !hosts.has(host.peerId) || !reachable(from.peerId, host.peerId) || !host.gate(from.peerId))
        throw p2pError('p2p.unreachable');
      lay(from, host);
      return host.peerId;
    },
    carry(from, to, deliver) {
      clock.after(delay(), () => {
        if (reachable(from, to)) deliver();
      });
    },
    host: (peerId) => hosts.get(peerId),
    partition(...parts) {
      groups = new Map(parts.flatMap((part, index) => part.map((peerId) => [peerId, index] as const)));
    },
    heal() {
      groups = undefined;
    },
    provide(host, key) {
      if (!hasIndex(host)) throw p2pError('p2p.no_index');
      const set = providers.get(toHex(key)) ?? new Set<PeerId>();
      providers.set(toHex(key), set.add(host.peerId));
    },
    find(host, key) {
      if (!hasIndex(host)) return [];
      const claimed = [...(providers.get(toHex(key)) ?? [])];
      return claimed.filter((peerId) => peerId !== host.peerId && reachable(host.peerId, peerId));
    },
    nextMessageId: () => messageId++,
  };

  /** The index is kept by servers; without one in reach, or without any peer to ask, there is none. */
  function hasIndex(host: Host): boolean {
    if (host.peers() === 0) return false;
    return [...hosts.values()].some(
      (other) => other !== host && other.dhtServer && reachable(host.peerId, other.peerId),
    );
  }
}
