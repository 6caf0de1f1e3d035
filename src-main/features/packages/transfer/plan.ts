/**
 * Who is asked for which piece. Rarest first, several peers at once, each with a window that grows while it answers in
 * time; at the end, what is late is asked of a second peer. Pure: events in, requests out; time and chance are given.
 *
 * After BitTorrent's piece selection (BEP 3: rarest first, endgame). Since a piece travels whole over one authenticated
 * link, a wrong one is proof against its sender, who is asked no more.
 */
import type { PeerId } from '#shared/kernel/ids.ts';
import type { Random } from '#shared/kernel/random.ts';

/** Requests to one peer that wait for an answer, at most. */
const MAX_WINDOW = 16;
const FIRST_WINDOW = 2;
/** A peer that answers within this may be asked for more at a time. */
const PROMPT_MS = 2_000;
/** How often in a row a peer may fail before it is left alone for this download. */
const MAX_FAILURES = 3;
/** After a failure it is not asked for so long, and longer each time. */
const COOL_MS = 500;
/** Peers that a piece is asked of at the same time, in the endgame. */
const MAX_DUPLICATES = 2;
/** Peers of one download. More are not needed, and each costs a bitmap. */
export const MAX_PEERS = 32;

export interface PlanOptions {
  pieces: number;
  pieceSize: number;
  /** Bytes that may be under way at a time. */
  maxInFlightBytes: number;
  random: Random;
  /** Pieces that are there already. */
  has?: (index: number) => boolean;
}

export interface PieceRequest {
  peer: PeerId;
  piece: number;
}

export interface PeerProgress {
  peer: PeerId;
  /** Pieces it gave. */
  pieces: number;
  bytes: number;
  inFlight: number;
  window: number;
  state: 'active' | 'cooling' | 'banned' | 'given_up';
}

export interface Plan {
  /** A peer says what it has; again, when it has more. False where there are enough. */
  peerHas(peer: PeerId, has: (index: number) => boolean): boolean;
  peerLeft(peer: PeerId): void;
  /** What to ask for now; each is under way from here on. */
  next(now: number): PieceRequest[];
  /** A piece came and is good. Returns other peers that were asked for it. */
  arrived(request: PieceRequest, bytes: number, tookMs: number): PeerId[];
  /** Nothing came in time, or a refusal: it is asked of somebody else. */
  failed(request: PieceRequest, now: number): void;
  /** The peer is not to blame: the request was called off. */
  released(request: PieceRequest): void;
  /** The peer sent something else than the piece. */
  poisoned(request: PieceRequest): void;
  isDone(): boolean;
  /** Whether nobody who may be asked has anything that is missing. */
  isStuck(): boolean;
  /** When the next peer has cooled down; undefined: none is cooling. */
  wakeAt(now: number): number | undefined;
  missing(): number;
  peers(): PeerProgress[];
}

interface PeerState {
  has: Uint8Array;
  window: number;
  inFlight: Set<number>;
  failures: number;
  coolUntil: number;
  banned: boolean;
  pieces: number;
  bytes: number;
}

export function createPlan({ has, maxInFlightBytes, pieceSize, pieces, random }: PlanOptions): Plan {
  const peers = new Map<PeerId, PeerState>();
  /** Peers who are asked for each missing piece. */
  const asked = new Map<number, Set<PeerId>>();
  /** How many peers have each piece. */
  const copies = new Uint16Array(pieces);
  const maxInFlight = Math.max(1, Math.floor(maxInFlightBytes / pieceSize));
  let inFlight = 0;
  for (let piece = 0; piece < pieces; piece += 1) if (!has?.(piece)) asked.set(piece, new Set());

  const isUsable = (peer: PeerState) => !peer.banned && peer.failures < MAX_FAILURES;

  function count(peer: PeerState, by: 1 | -1): void {
    for (let piece = 0; piece < pieces; piece += 1)
      if (peer.has[piece]) copies[piece] = (copies[piece] ?? 0) + by;
  }

  function forget(id: PeerId, peer: PeerState): void {
    count(peer, -1);
    for (const piece of peer.inFlight) release(id, peer, piece);
  }

  function release(id: PeerId, peer: PeerState, piece: number): void {
    if (!peer.inFlight.delete(piece)) return;
    inFlight -= 1;
    asked.get(piece)?.delete(id);
  }

  /** The rarest piece that `peer` has and nobody is asked for; among equals any. */
  function rarest(peer: PeerState): number | undefined {
    let best: number | undefined;
    let fewest = Number.POSITIVE_INFINITY;
    let ties = 0;
    for (const [piece, by] of asked) {
      if (by.size > 0 || !peer.has[piece]) continue;
      const copiesOf = copies[piece] ?? 0;
      if (copiesOf > fewest) continue;
      ties = copiesOf < fewest ? 1 : ties + 1;
      fewest = copiesOf;
      if (random.float() * ties < 1) best = piece;
    }
    return best;
  }

  /** In the endgame: what somebody else is asked for already. */
  function late(id: PeerId, peer: PeerState): number | undefined {
    for (const [piece, by] of asked)
      if (peer.has[piece] && by.size > 0 && by.size < MAX_DUPLICATES && !by.has(id)) return piece;
    return undefined;
  }

  function ask(id: PeerId, peer: PeerState, piece: number): PieceRequest {
    peer.inFlight.add(piece);
    asked.get(piece)?.add(id);
    inFlight += 1;
    return { peer: id, piece };
  }

  function pick(id: PeerId, peer: PeerState): number | undefined {
    const fresh = rarest(peer);
    if (fresh !== undefined) return fresh;
    // Only who has nothing else to do helps out, so that a link is not filled twice.
    return peer.inFlight.size === 0 ? late(id, peer) : undefined;
  }

  return {
    peerHas(id, hasPiece) {
      const known = peers.get(id);
      if (known?.banned || (!known && peers.size >= MAX_PEERS)) return false;
      if (known) count(known, -1);
      const bitmap = new Uint8Array(pieces);
      for (let piece = 0; piece < pieces; piece += 1) bitmap[piece] = hasPiece(piece) ? 1 : 0;
      const peer = known ?? {
        has: bitmap,
        window: FIRST_WINDOW,
        inFlight: new Set<number>(),
        failures: 0,
        coolUntil: 0,
        banned: false,
        pieces: 0,
        bytes: 0,
      };
      peer.has = bitmap;
      count(peer, 1);
      peers.set(id, peer);
      return true;
    },
    peerLeft(id) {
      const peer = peers.get(id);
      if (!peer) return;
      forget(id, peer);
      // Who was banned stays banned, also after coming back.
      if (peer.banned) peer.has = new Uint8Array(pieces);
      else peers.delete(id);
    },
    next(now) {
      const requests: PieceRequest[] = [];
      // One each in turn, so that the first in the list does not get everything.
      for (let gave = true; gave && inFlight < maxInFlight; ) {
        gave = false;
        for (const [id, peer] of peers) {
          if (inFlight >= maxInFlight) break;
          if (!isUsable(peer) || peer.coolUntil > now || peer.inFlight.size >= peer.window) continue;
          const piece = pick(id, peer);
          if (piece === undefined) continue;
          requests.push(ask(id, peer, piece));
          gave = true;
        }
      }
      return requests;
    },
    arrived({ peer: id, piece }, bytes, tookMs) {
      const others = [...(asked.get(piece) ?? [])].filter((other) => other !== id);
      const peer = peers.get(id);
      if (peer) {
        release(id, peer, piece);
        peer.failures = 0;
        peer.pieces += 1;
        peer.bytes += bytes;
        if (tookMs < PROMPT_MS) peer.window = Math.min(MAX_WINDOW, peer.window + 1);
        else peer.window = Math.max(1, peer.window - 1);
      }
      for (const other of others) {
        const state = peers.get(other);
        if (state) release(other, state, piece);
      }
      asked.delete(piece);
      return others;
    },
    failed({ peer: id, piece }, now) {
      const peer = peers.get(id);
      if (!peer) return;
      release(id, peer, piece);
      peer.failures += 1;
      peer.window = Math.max(1, peer.window >> 1);
      peer.coolUntil = now + COOL_MS * 2 ** (peer.failures - 1);
    },
    released({ peer: id, piece }) {
      const peer = peers.get(id);
      if (peer) release(id, peer, piece);
    },
    poisoned({ peer: id }) {
      const peer = peers.get(id);
      if (!peer) return;
      forget(id, peer);
      peer.has = new Uint8Array(pieces);
      peer.banned = true;
    },
    isDone: () => asked.size === 0,
    isStuck: () =>
      asked.size > 0 &&
      ![...peers.values()].some(
        (peer) =>
          isUsable(peer) &&
          (peer.inFlight.size > 0 || [...asked.keys()].some((piece) => peer.has[piece] === 1)),
      ),
    wakeAt(now) {
      const times = [...peers.values()].filter(isUsable).map(({ coolUntil }) => coolUntil);
      const soonest = Math.min(...times.filter((time) => time > now));
      return Number.isFinite(soonest) ? soonest : undefined;
    },
    missing: () => asked.size,
    peers: () =>
      [...peers].map(([peer, state]) => ({
        peer,
        pieces: state.pieces,
        bytes: state.bytes,
        inFlight: state.inFlight.size,
        window: state.window,
        state: stateOf(state),
      })),
  };
}

function stateOf({ banned, coolUntil, failures }: PeerState): PeerProgress['state'] {
  if (banned) return 'banned';
  if (failures >= MAX_FAILURES) return 'given_up';
  return coolUntil > 0 && failures > 0 ? 'cooling' : 'active';
}
