/**
 * The distributed index as a Kademlia of whoever serves it: every server knows up to 20 others per shared prefix, a lookup
 * asks three at a time and goes nearer with each answer. Routing tables are drawn when they are asked, always alike, from
 * those who were there when the world last grew; who has left since costs a timeout, as in a real table.
 */
import { createHash } from 'node:crypto';
import { toHex } from '#shared/kernel/bytes.ts';
import type { PeerId } from '#shared/kernel/ids.ts';
import type { Traffic, Trace } from './traffic.ts';

/** Entries of one bucket, and holders of one key. */
const BUCKET = 20;
/** Peers asked at the same time. */
const PARALLEL = 3;
const MAX_ROUNDS = 24;
/** Bytes of a question, and of one peer in its answer (id, addresses), with framing. */
const QUESTION_BYTES = 120;
const PEER_BYTES = 90;
/** Until a peer that has left is given up. */
const TIMEOUT_MS = 3000;
/** Claims that one holder keeps for one key; as in libp2p, more are not answered anyway. */
const MAX_CLAIMS = 256;

export interface IndexHost {
  readonly peerId: PeerId;
  readonly dhtServer: boolean;
  /** A hostile server's answer to who serves a key, and which servers it names as nearer. */
  lie?(key: Uint8Array): { providers: PeerId[]; nearer: PeerId[] } | undefined;
}

export interface LookupCost {
  /** Rounds of questions until the nearest server was found; the rounds that make sure of it are not hops. */
  hops: number;
  messages: number;
  timeouts: number;
  /** Round trips in sequence, for the caller's delay. */
  tookMs: number;
}

export interface SimulatedIndex {
  joined(host: IndexHost): void;
  left(peerId: PeerId): void;
  provide(from: PeerId, key: Uint8Array, isReachable: (peer: PeerId) => boolean): LookupCost;
  find(
    from: PeerId,
    key: Uint8Array,
    isReachable: (peer: PeerId) => boolean,
  ): { providers: PeerId[]; cost: LookupCost };
  /** Servers near a random point, as the walks that refill routing tables meet them. */
  sample(point: Uint8Array, count: number): PeerId[];
  readonly servers: number;
}

interface Place {
  id: bigint;
  peerId: PeerId;
}

const idOf = (bytes: Uint8Array | string): bigint =>
  createHash('sha256').update(bytes).digest().readBigUInt64BE(0);

export function createSimulatedIndex(deps: {
  traffic: Traffic;
  trace: Trace;
  roundTripMs(): number;
}): SimulatedIndex {
  const hosts = new Map<PeerId, IndexHost>();
  const claims = new Map<PeerId, Map<string, Set<PeerId>>>();
  const ids = new Map<PeerId, bigint>();
  let places: Place[] = [];
  let stale = false;

  function sorted(): Place[] {
    if (!stale) return places;
    places = [...ids].map(([peerId, id]) => ({ id, peerId })).sort((a, b) => (a.id < b.id ? -1 : 1));
    stale = false;
    return places;
  }

  const lowerBound = (list: Place[], id: bigint): number => {
    let [low, high] = [0, list.length];
    while (low < high) {
      const middle = (low + high) >>> 1;
      if ((list[middle] as Place).id < id) low = middle + 1;
      else high = middle;
    }
    return low;
  };

  /** Servers whose ids begin with the first `bits` of `key`. */
  function range(key: bigint, bits: number): [number, number] {
    const list = sorted();
    if (bits <= 0) return [0, list.length];
    const shift = 64n - BigInt(Math.min(bits, 64));
    const from = (key >> shift) << shift;
    const to = from + (1n << shift);
    return [lowerBound(list, from), to > 0xffff_ffff_ffff_ffffn ? list.length : lowerBound(list, to)];
  }

  /** What a server's table says of a key: of those that share one bit more with it, up to 20, always the same. */
  function nearestIn(table: PeerId, key: bigint): PeerId[] {
    const own = ids.get(table) ?? idOf(table);
    const [from, to] = range(key, commonBits(own, key) + 1);
    const list = sorted();
    const picked: Place[] = [];
    if (to - from <= BUCKET) picked.push(...list.slice(from, to));
    else
      for (let n = 0, at = Number((own ^ (key >> 40n)) % BigInt(to - from)); n < BUCKET; n++) {
        picked.push(list[from + at] as Place);
        at = (at * 5 + 7919 * (n + 1)) % (to - from);
      }
    // Nobody is nearer than this server: it names its own neighbours.
    if (picked.length < BUCKET) picked.push(...around(own, BUCKET));
    return [...new Set(picked.sort((a, b) => nearer(a.id, b.id, key)).map(({ peerId }) => peerId))];
  }

  function around(id: bigint, count: number): Place[] {
    const list = sorted();
    const at = lowerBound(list, id);
    return list.slice(Math.max(0, at - count), at + count);
  }

  function closest(key: bigint, count: number): PeerId[] {
    return around(key, 4 * count)
      .sort((a, b) => nearer(a.id, b.id, key))
      .slice(0, count)
      .map(({ peerId }) => peerId);
  }

  function lookUp(from: PeerId, point: Uint8Array, isReachable: (peer: PeerId) => boolean) {
    const key = idOf(point);
    const cost: LookupCost = { hops: 0, messages: 0, timeouts: 0, tookMs: 0 };
    const asked = new Set<PeerId>([from]);
    const answered: PeerId[] = [];
    const lies = new Set<PeerId>();
    const known = new Map<PeerId, bigint>();
    const meet = (peers: readonly PeerId[]) => {
      for (const peer of peers) if (!known.has(peer)) known.set(peer, ids.get(peer) ?? idOf(peer));
    };
    meet(nearestIn(from, key));
    let best = 1n << 64n;
    for (let round = 0; round < MAX_ROUNDS; round++) {
      const next = [...known]
        .filter(([peer]) => !asked.has(peer))
        .sort((a, b) => nearer(a[1], b[1], key))
        .slice(0, PARALLEL);
      if (next.length === 0) break;
      const before = best;
      for (const [peer, id] of next) {
        asked.add(peer);
        cost.messages++;
        deps.traffic.sent('lookup', QUESTION_BYTES);
        const host = hosts.get(peer);
        if (!host || !isReachable(peer)) {
          cost.timeouts++;
          known.delete(peer);
          continue;
        }
        const lie = host.lie?.(point);
        const named = lie?.nearer ?? nearestIn(peer, key);
        for (const provider of lie?.providers ?? claims.get(peer)?.get(toHex(point)) ?? [])
          lies.add(provider);
        deps.traffic.sent('lookup', QUESTION_BYTES + named.length * PEER_BYTES);
        answered.push(peer);
        if ((id ^ key) < best) best = id ^ key;
        meet(named);
      }
      if (best < before) cost.hops = round + 1;
      cost.tookMs += next.some(([peer]) => !hosts.has(peer)) ? TIMEOUT_MS : deps.roundTripMs();
      if (best === before && answered.length >= BUCKET) break;
    }
    deps.trace.note(7, cost.hops, cost.messages, cost.timeouts);
    const holders = answered
      .sort((a, b) => nearer(ids.get(a) ?? idOf(a), ids.get(b) ?? idOf(b), key))
      .slice(0, BUCKET);
    return { cost, holders, providers: [...lies] };
  }

  return {
    joined(host) {
      hosts.set(host.peerId, host);
      if (!host.dhtServer || ids.has(host.peerId)) return;
      ids.set(host.peerId, idOf(host.peerId));
      stale = true;
    },
    left(peerId) {
      // The tables of others name it on; what it held is gone with it.
      hosts.delete(peerId);
      claims.delete(peerId);
    },
    provide(from, key, isReachable) {
      const { cost, holders } = lookUp(from, key, isReachable);
      for (const holder of holders) {
        deps.traffic.sent('lookup', QUESTION_BYTES + PEER_BYTES);
        cost.messages++;
        if (hosts.get(holder)?.lie?.(key)) continue;
        const kept = claims.get(holder) ?? new Map<string, Set<PeerId>>();
        claims.set(holder, kept);
        const set = kept.get(toHex(key)) ?? new Set<PeerId>();
        kept.set(toHex(key), set);
        if (set.size < MAX_CLAIMS) set.add(from);
      }
      return cost;
    },
    find(from, key, isReachable) {
      const { cost, providers } = lookUp(from, key, isReachable);
      return { providers, cost };
    },
    sample: (point, count) => closest(idOf(point), count),
    get servers() {
      return ids.size;
    },
  };
}

function commonBits(a: bigint, b: bigint): number {
  const differs = a ^ b;
  return differs === 0n ? 64 : 64 - differs.toString(2).length;
}

const nearer = (a: bigint, b: bigint, key: bigint): number => ((a ^ key) < (b ^ key) ? -1 : 1);
