/**
 * Gossip as gossipsub spreads it: in each topic a node sends messages to a mesh of about eight neighbours, tells a few
 * others which messages it has seen lately, and sends those that ask; what it says itself goes to all neighbours.
 * Messages that were judged wrong cost their sender's score. The heartbeat runs only while there is something to do.
 */
import { p2pError } from '#shared/features/p2p/errors.ts';
import type { Timer } from '#shared/kernel/clock.ts';
import type { PeerId, NetworkId } from '#shared/kernel/ids.ts';
import type { Network } from '#main/features/p2p/network.ts';
import type { GossipMessage, SimulatedInternet } from './simulated-internet.ts';

type Listener = Parameters<Network['subscribe']>[1];

const MESH = 8;
const MESH_LOW = 6;
const MESH_HIGH = 12;
/** Neighbours outside the mesh that are told at each heartbeat which messages are new. */
const LAZY = 6;
const HEARTBEAT_MS = 1000;
/** Heartbeats for which a message is told of, and for which it can be asked for. */
const TOLD_BEATS = 3;
const KEPT_BEATS = 5;
/** Messages known by id; the oldest are forgotten first. */
const MAX_SEEN = 50_000;
/** Bytes of gossipsub's own around a message (author, sequence, signature, topic), and of one id. */
const MESSAGE_OVERHEAD = 180;
const ID_BYTES = 24;
/** A peer whose wrong messages cost it so much is heard no longer, until its score has recovered. */
export const GRAYLIST = -16;
/** The share of a bad score that is left after a heartbeat. */
const DECAY = 0.99;
export const MAX_GOSSIP_BYTES = 64 * 1024;

export interface SimulatedGossip {
  announce(topic: string, data: Uint8Array): void;
  subscribe(topic: string, listener: Listener): { close(): void };
  /** A message from a neighbour. */
  receive(message: GossipMessage, from: PeerId): void;
  /** A neighbour says which messages it has. */
  told(ids: readonly number[], from: PeerId): void;
  wanted(id: number, from: PeerId): void;
  graft(topic: string, from: PeerId): boolean;
  prune(topic: string, from: PeerId): void;
  connected(peer: PeerId): void;
  disconnected(peer: PeerId): void;
  score(peer: PeerId): number;
  isSubscribed(topic: string): boolean;
  stop(): void;
}

interface Kept {
  message: GossipMessage;
  beat: number;
}

export function createSimulatedGossip(
  internet: SimulatedInternet,
  self: { peerId: PeerId; network: NetworkId; neighbours(): PeerId[]; isRunning(): boolean },
): SimulatedGossip {
  const { clock, random, traffic } = internet;
  const { peerId } = self;
  const topics = new Map<string, Set<Listener>>();
  const meshes = new Map<string, Set<PeerId>>();
  const seen = new Set<number>();
  const kept = new Map<number, Kept>();
  const scores = new Map<PeerId, number>();
  let beat = 0;
  let timer: Timer | undefined;

  const gossipOf = (peer: PeerId) => internet.host(peer)?.gossip;
  const score = (peer: PeerId): number => scores.get(peer) ?? 0;

  function wake(): void {
    timer ??= clock.after(HEARTBEAT_MS * (0.5 + random.float()), heartbeat);
  }

  function heartbeat(): void {
    timer = undefined;
    if (!self.isRunning()) return;
    beat++;
    for (const topic of topics.keys()) tend(topic);
    for (const [topic] of topics) tell(topic);
    for (const [id, { beat: since }] of kept) if (beat - since > KEPT_BEATS) kept.delete(id);
    for (const [peer, value] of scores) {
      if (value > -0.01) scores.delete(peer);
      else scores.set(peer, value * DECAY);
    }
    if (kept.size > 0 || scores.size > 0) wake();
  }

  function tend(topic: string): void {
    const mesh = meshOf(topic);
    for (const peer of mesh) if (score(peer) < 0 || !gossipOf(peer)?.isSubscribed(topic)) leave(topic, peer);
    if (mesh.size < MESH_LOW)
      for (const peer of candidates(topic).slice(0, MESH - mesh.size))
        if (gossipOf(peer)?.graft(topic, peerId)) mesh.add(peer);
    while (mesh.size > MESH_HIGH) leave(topic, pick([...mesh]));
  }

  function leave(topic: string, peer: PeerId): void {
    meshOf(topic).delete(peer);
    gossipOf(peer)?.prune(topic, peerId);
  }

  const pick = (peers: readonly PeerId[]): PeerId =>
    peers[Math.floor(random.float() * peers.length)] as PeerId;

  /** Neighbours in the topic that are not in its mesh and behave, in random order. */
  function candidates(topic: string): PeerId[] {
    const mesh = meshOf(topic);
    const fit = self
      .neighbours()
      .filter((peer) => !mesh.has(peer) && score(peer) >= 0 && gossipOf(peer)?.isSubscribed(topic));
    for (let at = fit.length - 1; at > 0; at--) {
      const other = Math.floor(random.float() * (at + 1));
      [fit[at], fit[other]] = [fit[other] as PeerId, fit[at] as PeerId];
    }
    return fit;
  }

  function tell(topic: string): void {
    const ids = [...kept.values()]
      .filter(({ beat: since, message }) => beat - since <= TOLD_BEATS && message.topic === topic)
      .map(({ message }) => message.id);
    if (ids.length === 0) return;
    for (const peer of candidates(topic).slice(0, LAZY))
      carry(peer, ids.length * ID_BYTES + topic.length, (gossip) => gossip.told(ids, peerId));
  }

  function carry(to: PeerId, bytes: number, deliver: (gossip: SimulatedGossip) => void): void {
    traffic.sent('announce', bytes);
    internet.carry(peerId, to, bytes, () => {
      const gossip = gossipOf(to);
      if (gossip) deliver(gossip);
    });
  }

  function send(to: PeerId, message: GossipMessage): void {
    const bytes = message.data.length + MESSAGE_OVERHEAD + message.topic.length;
    carry(to, bytes, (gossip) => gossip.receive(message, peerId));
  }

  function meshOf(topic: string): Set<PeerId> {
    const mesh = meshes.get(topic) ?? new Set<PeerId>();
    meshes.set(topic, mesh);
    return mesh;
  }

  function remember(message: GossipMessage): void {
    seen.add(message.id);
    if (seen.size > MAX_SEEN) seen.delete(seen.values().next().value as number);
    kept.set(message.id, { message, beat });
    wake();
  }

  async function receive(message: GossipMessage, from: PeerId): Promise<void> {
    const listeners = topics.get(message.topic);
    if (!self.isRunning() || !listeners || seen.has(message.id) || score(from) <= GRAYLIST) return;
    seen.add(message.id);
    const verdicts = await Promise.all(
      [...listeners].map(async (listener) => listener(message.data, message.author, self.network)),
    );
    if (verdicts.includes('reject')) return blame(from);
    if (verdicts.includes('ignore')) return;
    remember(message);
    for (const peer of meshOf(message.topic))
      if (peer !== from && peer !== message.author) send(peer, message);
  }

  function blame(peer: PeerId): void {
    scores.set(peer, score(peer) - 1);
    wake();
  }

  return {
    announce(topic, data) {
      if (data.length > MAX_GOSSIP_BYTES) throw p2pError('p2p.too_large');
      const message = { id: internet.nextMessageId(), topic, data: data.slice(), author: peerId };
      remember(message);
      for (const peer of self.neighbours()) if (gossipOf(peer)?.isSubscribed(topic)) send(peer, message);
    },
    subscribe(topic, listener) {
      const set = topics.get(topic) ?? new Set<Listener>();
      topics.set(topic, set.add(listener));
      wake();
      return {
        close() {
          set.delete(listener);
          if (set.size === 0 && topics.get(topic) === set) topics.delete(topic);
        },
      };
    },
    receive: (message, from) => void receive(message, from),
    told(ids, from) {
      if (score(from) <= GRAYLIST) return;
      for (const id of ids) if (!seen.has(id)) carry(from, ID_BYTES, (gossip) => gossip.wanted(id, peerId));
    },
    wanted(id, from) {
      const message = kept.get(id)?.message;
      if (message) send(from, message);
    },
    graft(topic, from) {
      if (!topics.has(topic) || score(from) < 0 || meshOf(topic).size >= MESH_HIGH) return false;
      meshOf(topic).add(from);
      return true;
    },
    prune(topic, from) {
      meshOf(topic).delete(from);
      wake();
    },
    connected: wake,
    disconnected(peer) {
      for (const mesh of meshes.values()) mesh.delete(peer);
      wake();
    },
    score,
    isSubscribed: (topic) => topics.has(topic),
    stop() {
      timer?.cancel();
      timer = undefined;
      meshes.clear();
      kept.clear();
    },
  };
}
