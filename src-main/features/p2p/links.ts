/**
 * All links of a node, by peer. A peer may hold several (both sides dialled at once, or an old connection is dying
 * unnoticed): calls go over one of them, chosen alike at both ends, the others stand by.
 */
import { p2pError } from '#shared/features/p2p/errors.ts';
import type { Hello } from '#shared/features/p2p/hello.ts';
import type { Clock } from '#shared/kernel/clock.ts';
import type { Closeable } from '#shared/kernel/disposables.ts';
import type { AppError } from '#shared/kernel/errors.ts';
import type { Emitter } from '#shared/kernel/events.ts';
import type { NetworkId, PeerId } from '#shared/kernel/ids.ts';
import type { Log } from '#main/platform/log.ts';
import type { Admit, Carrier, NetworkEvents, PeerInfo, RpcHandler } from './network.ts';
import type { Channel } from './nat/channel.ts';
import { createLink, type Duplex, type Link } from './rpc/link.ts';

/** Links one peer may hold; further ones are refused. */
const MAX_LINKS_PER_PEER = 4;

export interface LinksDeps {
  clock: Clock;
  log: Log;
  selfId: PeerId;
  network: NetworkId;
  hello: Hello;
  /** What a peer's hello says of its clock, admitted or not. */
  onClock(peerId: PeerId, aheadMs: number): void;
  admit: Admit;
  events: Emitter<NetworkEvents>;
  /** The last link to a peer ended, for this reason; `peerDisconnected` follows. */
  onLost(peer: PeerInfo, reason: AppError): void;
}

export interface LinkRequest {
  peerId: PeerId;
  duplex: Duplex;
  initiator: boolean;
  addresses(): string[];
  carrier(): Carrier;
  /** Where the connection's own handshake proves no node keys. */
  channel?: Channel | undefined;
  /** The link has ended; what carried it can go. `byUs`: the peer may still be reading our goodbye. */
  onClosed(byUs: boolean): void;
}

export interface Links {
  open(request: LinkRequest): Link;
  /** The link that calls go over. */
  to(peerId: PeerId): Link | undefined;
  peers(): PeerInfo[];
  /** Resolves with the peer once a link is open; rejects when the last attempt under way fails, or with the signal. */
  whenOpen(peerId: PeerId, signal: AbortSignal): Promise<PeerInfo>;
  /** A connection was ended before it came to a link. */
  refused(peerId: PeerId, error: AppError): void;
  /** Asks every peer at once whether it is still there. */
  check(): void;
  /** This node offers other features from now on. */
  offer(features: readonly string[]): void;
  /** Ends all links to a peer, its calls in flight included. */
  end(peerId: PeerId, error: AppError): void;
  endAll(error: AppError): void;
  serve(protocol: string, handler: RpcHandler): Closeable;
  /** How many peers were dropped or refused, by code. */
  drops(): Record<string, number>;
}

/** A relayed link stays this long beside a direct one, and longer while calls still run over it. */
const RELEASE_CHECK_MS = 1000;

/** Ends that are nobody's fault. */
const QUIET_ENDS = new Set(['p2p.disconnected', 'p2p.stopped', 'p2p.unreachable']);

interface Waiter {
  resolve(peer: PeerInfo): void;
  reject(error: AppError): void;
}

export function createLinks(deps: LinksDeps): Links {
  const { clock, events, log } = deps;
  const links = new Map<PeerId, Set<Link>>();
  const initiated = new WeakSet<Link>();
  const relayed = new WeakSet<Link>();
  const waiters = new Map<PeerId, Waiter[]>();
  const handlers = new Map<string, RpcHandler>();
  const drops = new Map<string, number>();

  const openLinks = (peerId: PeerId): Link[] => [...(links.get(peerId) ?? [])].filter((link) => link.peer);

  /** Direct links come first, then those opened by the lower peer id, then older ones: both ends choose the same. */
  function to(peerId: PeerId): Link | undefined {
    const set = links.get(peerId);
    if (!set) return undefined;
    let best: Link | undefined;
    for (const link of set) if (link.peer && (!best || isBetter(peerId, link, best))) best = link;
    return best;
  }

  function isBetter(peerId: PeerId, link: Link, than: Link): boolean {
    if (relayed.has(link) !== relayed.has(than)) return relayed.has(than);
    const weOpen = deps.selfId < peerId;
    const a = initiated.has(link) === weOpen;
    const b = initiated.has(than) === weOpen;
    return a === b ? link.openedAt < than.openedAt : a;
  }

  function open(request: LinkRequest): Link {
    const { peerId } = request;
    const set = links.get(peerId) ?? new Set<Link>();
    links.set(peerId, set);
    const link = createLink(
      {
        clock,
        duplex: request.duplex,
        peerId,
        network: deps.network,
        hello: request.channel ? { ...deps.hello, channel: request.channel.proof } : deps.hello,
        admit: (certificate) => deps.admit(peerId, certificate),
        handler: (protocol) => handlers.get(protocol),
        addresses: request.addresses,
        carrier: request.carrier,
        isProvenBy: request.channel?.isProvenBy,
        onClock: (aheadMs) => deps.onClock(peerId, aheadMs),
        onMeasured: () => events.emit('peerMeasured', { peerId }),
        onReady: (peer) => onReady(peerId, peer),
        onClosed: (error, byUs) => {
          set.delete(link);
          request.onClosed(byUs);
          onClosed(peerId, error, link.peer);
        },
        onFault: (error) => log.error({ err: error, peerId }, 'a handler of calls failed'),
      },
      { initiator: request.initiator },
    );
    if (request.initiator) initiated.add(link);
    if (request.carrier().path === 'relayed') relayed.add(link);
    set.add(link);
    if (set.size > MAX_LINKS_PER_PEER) link.end(p2pError('p2p.crowded'));
    return link;
  }

  function onReady(peerId: PeerId, peer: PeerInfo): void {
    if (openLinks(peerId).length === 1) events.emit('peerConnected', peer);
    for (const waiter of takeWaiters(peerId)) waiter.resolve(peer);
    releaseRelayed(peerId);
  }

  /** Once there is a direct link the relay is let go, after the calls that still run over it. */
  function releaseRelayed(peerId: PeerId): void {
    const open = openLinks(peerId);
    if (open.every((link) => relayed.has(link))) return;
    for (const link of open) if (relayed.has(link)) endWhenIdle(link);
  }

  function endWhenIdle(link: Link): void {
    clock.after(RELEASE_CHECK_MS, () => {
      if (link.calls > 0) endWhenIdle(link);
      else link.end(p2pError('p2p.unreachable'));
    });
  }

  function onClosed(peerId: PeerId, error: AppError, peer: PeerInfo | undefined): void {
    count(error.code);
    if (links.get(peerId)?.size === 0) links.delete(peerId);
    if (openLinks(peerId).length > 0) return;
    if (!peer) return failed(peerId, error);
    deps.onLost(peer, error);
    events.emit('peerDisconnected', { peerId, providerId: peer.providerId });
  }

  function refused(peerId: PeerId, error: AppError): void {
    count(error.code);
    failed(peerId, error);
  }

  /** Unless another attempt is under way, who waits for that peer waits in vain. */
  function failed(peerId: PeerId, error: AppError): void {
    if ((links.get(peerId)?.size ?? 0) > 0) return;
    log.debug({ peerId, code: error.code }, 'a peer was not admitted');
    events.emit('peerRefused', { peerId, code: error.code });
    for (const waiter of takeWaiters(peerId)) waiter.reject(error);
  }

  function takeWaiters(peerId: PeerId): Waiter[] {
    const taken = waiters.get(peerId) ?? [];
    waiters.delete(peerId);
    return taken;
  }

  function dismiss(peerId: PeerId, waiter: Waiter, reason: AppError): void {
    const left = (waiters.get(peerId) ?? []).filter((other) => other !== waiter);
    if (left.length > 0) waiters.set(peerId, left);
    else waiters.delete(peerId);
    waiter.reject(reason);
  }

  function count(code: string): void {
    if (QUIET_ENDS.has(code)) return;
    drops.set(code, (drops.get(code) ?? 0) + 1);
  }

  function end(peerId: PeerId, error: AppError): void {
    for (const link of [...(links.get(peerId) ?? [])]) link.end(error);
  }

  return {
    open,
    to,
    peers: () =>
      [...links.keys()].flatMap((peerId) => {
        const peer = to(peerId)?.peer;
        return peer ? [{ ...peer }] : [];
      }),
    whenOpen(peerId, signal) {
      const peer = to(peerId)?.peer;
      if (peer) return Promise.resolve(peer);
      return new Promise((resolve, reject) => {
        const waiter: Waiter = { resolve, reject };
        waiters.set(peerId, [...(waiters.get(peerId) ?? []), waiter]);
        signal.addEventListener('abort', () => dismiss(peerId, waiter, signal.reason as AppError), {
          once: true,
        });
      });
    },
    refused,
    check() {
      for (const set of links.values()) for (const link of set) link.check();
    },
    offer(features) {
      for (const set of links.values()) for (const link of set) link.offer(features);
    },
    end,
    endAll(error) {
      for (const peerId of [...links.keys()]) end(peerId, error);
      for (const peerId of [...waiters.keys()])
        for (const waiter of takeWaiters(peerId)) waiter.reject(error);
    },
    serve(protocol, handler) {
      if (handlers.has(protocol)) throw p2pError('p2p.protocol_taken');
      handlers.set(protocol, handler);
      return { close: () => void handlers.delete(protocol) };
    },
    drops: () => Object.fromEntries(drops),
  };
}
