/**
 * What every network does with its peers, whatever carries the bytes: dial and be dialled, call, remember, and find
 * lost peers again. The libp2p and the simulated adapter differ below this file only.
 */
import { p2pError } from '#shared/features/p2p/errors.ts';
import { VERSIONS, type LinkLimits } from '#shared/features/p2p/hello.ts';
import type { Clock } from '#shared/kernel/clock.ts';
import type { AppError } from '#shared/kernel/errors.ts';
import { createEmitter, type Emitter } from '#shared/kernel/events.ts';
import { type NetworkId, type PeerId, PUBLIC_NETWORK } from '#shared/kernel/ids.ts';
import type { Random } from '#shared/kernel/random.ts';
import type { Log } from '#main/platform/log.ts';
import { createLinks, type Links } from './links.ts';
import type { Admit, NetworkEvents, PeerInfo, RpcCall, RpcCallOptions } from './network.ts';
import { createIncompatible, createPeerClocks } from './peer-notes.ts';
import type { RememberedPeers } from './peers.ts';
import { createRedialler } from './redial.ts';
import { DEFAULT_TIMEOUT_MS, lookedAtLater } from './rpc/calls.ts';
import { abortAfter, raceAbort } from './timing.ts';

/** What one peer may ask of this node unless the options say otherwise. */
export const DEFAULT_LIMITS: LinkLimits = {
  window: 1024 * 1024,
  calls: 1024,
  requestBytes: 8 * 1024 * 1024,
};

/** Names of the optional abilities that this node offers at the moment, and word of every change. */
export interface OfferedFeatures {
  offered(): readonly string[];
  onChanged?(listener: () => void): () => void;
}

export interface PeeringOptions {
  /** Default: the public one. */
  network?: NetworkId;
  /** Multiaddrs tried until they are reached, for ever, and again whenever they are lost. */
  bootstrap?: readonly string[];
  /** Optional abilities. Default: none. */
  features?: OfferedFeatures;
  /** Product and version, shown to the operators of other nodes. */
  agent?: string;
  limits?: LinkLimits;
  /** With so many peers no further ones are sought; lost ones are left alone. Default 40. */
  enoughPeers?: number;
  /** Range of the calls protocol; for tests of the negotiation. */
  versions?: { min: number; max: number };
}

export interface PeeringDeps {
  clock: Clock;
  random: Random;
  log: Log;
  selfId: PeerId;
  /** This node's certificate as others verify it in `admit`; asked for anew with each link, since it is renewed. */
  certificate(): Uint8Array;
  admit: Admit;
  remembered: RememberedPeers;
  /** Connects to a multiaddr or peer id, hands its streams to `links`, and resolves with the peer's id. */
  connect(target: string, addresses: readonly string[], signal: AbortSignal): Promise<PeerId>;
  /** Closes whatever still connects to that peer; its links have ended before. */
  hangUp(peerId: PeerId): Promise<void>;
}

export interface Peering {
  events: Emitter<NetworkEvents>;
  links: Links;
  start(): void;
  stop(): void;
  dial(target: string, signal?: AbortSignal): Promise<PeerInfo>;
  disconnect(peerId: PeerId): Promise<void>;
  call(peerId: PeerId, protocol: string, payload: Uint8Array, options?: RpcCallOptions): RpcCall;
  /** How far the clocks of peers were ahead of ours at their last hello, in ms; those refused included. */
  clocksAhead(): number[];
  /** See {@link Network.refresh}. */
  refresh(): void;
  /** Addresses under which a peer says it listens. */
  learned(peerId: PeerId, addresses: readonly string[]): void;
  /** A peer was seen near by or in the index; it is dialled while peers are few. */
  discovered(peerId: PeerId): void;
}

/** Connection and hello together. */
const DIAL_TIMEOUT_MS = 20_000;
/** Remembered peers dialled at start. */
const REDIAL_AT_START = 16;
/** Disconnected peers that are noted as such; forgetting them costs a connection at worst. */
const MAX_APART = 1000;
/** Discovered peers dialled at the same time. */
const MAX_DISCOVERY_DIALS = 4;

export function createPeering(deps: PeeringDeps, options: PeeringOptions): Peering {
  const { clock, log, remembered, selfId } = deps;
  const enoughPeers = options.enoughPeers ?? 40;
  const events = createEmitter<NetworkEvents>((error) => log.error({ err: error }, 'a listener failed'));
  const clocks = createPeerClocks();
  const offered = () => [...(options.features?.offered() ?? [])];
  const links = createLinks({
    clock,
    log,
    selfId,
    network: options.network ?? PUBLIC_NETWORK,
    admit: deps.admit,
    events,
    onLost,
    onClock: clocks.note,
    hello: {
      ...(options.versions ?? VERSIONS),
      get features() {
        return offered();
      },
      agent: options.agent ?? 'toolswarm',
      limits: options.limits ?? DEFAULT_LIMITS,
      get now() {
        return clock.now();
      },
      get certificate() {
        return deps.certificate();
      },
    },
  });
  const redialler = createRedialler({ clock, random: deps.random, dial: (target) => dial(target) });
  const dials = new Map<string, Promise<PeerInfo>>();
  const bootstrapOf = new Map<PeerId, string>();
  /** Peers that one of the two operators wanted gone: they are not sought again until somebody dials. */
  const apart = new Set<PeerId>();
  const incompatible = createIncompatible(clock);
  let stopTelling: (() => void) | undefined;
  let running = false;
  let discoveryDials = 0;

  events.on('peerConnected', (peer) => {
    apart.delete(peer.peerId);
    incompatible.delete(peer.peerId);
    redialler.settle(peer.peerId);
    const bootstrap = bootstrapOf.get(peer.peerId);
    if (bootstrap) redialler.settle(bootstrap);
    const addresses = peer.direction === 'outbound' ? peer.addresses : [];
    const { peerId, providerId } = peer;
    remembered.remember({ peerId, providerId, addresses, lastSeenAt: clock.now() });
  });

  events.on('peerRefused', ({ code, peerId }) => {
    if (code === 'p2p.too_old' || code === 'p2p.too_new') incompatible.note(peerId);
  });

  /** Lost peers are dialled again, unless one of the two operators wanted them gone. */
  function onLost({ peerId, providerId }: PeerInfo, reason: AppError): void {
    remembered.remember({ peerId, providerId, addresses: [], lastSeenAt: clock.now() });
    if (reason.code === 'p2p.disconnected') return keepApart(peerId);
    if (!running) return;
    const bootstrap = bootstrapOf.get(peerId);
    if (bootstrap) redialler.lost(bootstrap, { permanent: true });
    else if (hasAddress(peerId) && links.peers().length < enoughPeers) redialler.lost(peerId);
  }

  function keepApart(peerId: PeerId): void {
    if (apart.size >= MAX_APART) apart.clear();
    apart.add(peerId);
  }

  const hasAddress = (peerId: PeerId): boolean => (remembered.get(peerId)?.addresses.length ?? 0) > 0;

  function dial(target: string, signal?: AbortSignal): Promise<PeerInfo> {
    const peerId = peerIdIn(target);
    if (!running) return Promise.reject(p2pError('p2p.stopped'));
    if (peerId === selfId) return Promise.reject(p2pError('p2p.self'));
    const open = peerId && links.to(peerId)?.peer;
    if (open) return Promise.resolve({ ...open });
    const dialling = dials.get(target) ?? startDial(target, peerId);
    return signal ? raceAbort(dialling, signal) : dialling;
  }

  function startDial(target: string, peerId: PeerId | undefined): Promise<PeerInfo> {
    const dialling = connect(target, peerId).finally(() => dials.delete(target));
    dials.set(target, dialling);
    return dialling;
  }

  async function connect(target: string, expected: PeerId | undefined): Promise<PeerInfo> {
    const limit = abortAfter(clock, DIAL_TIMEOUT_MS, () => p2pError('p2p.unreachable'));
    try {
      // Listening begins before the connection does: a refusal may come before `connect` returns.
      const early = expected === undefined ? undefined : links.whenOpen(expected, limit.signal);
      early?.catch(() => undefined);
      const addresses = (expected && remembered.get(expected)?.addresses) || [];
      const reached = await Promise.race([
        deps.connect(target, addresses, limit.signal),
        ...(early ? [early.then((peer) => peer.peerId)] : []),
      ]);
      if (options.bootstrap?.includes(target)) bootstrapOf.set(reached, target);
      return { ...(await (early ?? links.whenOpen(reached, limit.signal))) };
    } finally {
      limit.end(p2pError('p2p.unreachable'));
    }
  }

  function call(peerId: PeerId, protocol: string, payload: Uint8Array, wanted: RpcCallOptions = {}): RpcCall {
    const link = links.to(peerId);
    return link ? link.call(protocol, payload, wanted) : callAfterDial(peerId, protocol, payload, wanted);
  }

  /** The time that dialling takes counts against the call's timeout. */
  function callAfterDial(
    peerId: PeerId,
    protocol: string,
    payload: Uint8Array,
    wanted: RpcCallOptions,
  ): RpcCall {
    const timeoutMs = wanted.timeoutMs ?? DEFAULT_TIMEOUT_MS;
    const startedAt = clock.monotonic();
    const limit = abortAfter(clock, timeoutMs, () => p2pError('p2p.timeout'));
    const cancel = () => limit.end(p2pError('p2p.cancelled', { cause: wanted.signal?.reason }));
    if (wanted.signal?.aborted) cancel();
    wanted.signal?.addEventListener('abort', cancel, { once: true });
    const opened = dial(peerId, limit.signal)
      .finally(() => {
        wanted.signal?.removeEventListener('abort', cancel);
        limit.end(p2pError('p2p.call_over'));
      })
      .then(() => {
        const link = links.to(peerId);
        if (!link) throw p2pError('p2p.unreachable');
        const left = Math.max(1, timeoutMs - (clock.monotonic() - startedAt));
        return link.call(protocol, payload, { ...wanted, timeoutMs: left });
      });
    const response = opened.then((rpc) => rpc.response);
    lookedAtLater(response);
    return {
      response,
      send: (message) => opened.then((rpc) => rpc.send(message)),
    };
  }

  function seekRemembered(): void {
    for (const { addresses, peerId } of remembered.list(REDIAL_AT_START))
      if (addresses.length > 0 && peerId !== selfId && !bootstrapOf.has(peerId) && isAway(peerId))
        redialler.pursue(peerId);
  }

  const isAway = (peerId: PeerId): boolean =>
    !links.to(peerId) && !apart.has(peerId) && !incompatible.has(peerId);

  function isWorthDialling(peerId: PeerId): boolean {
    return (
      running &&
      peerId !== selfId &&
      isAway(peerId) &&
      discoveryDials < MAX_DISCOVERY_DIALS &&
      links.peers().length < enoughPeers
    );
  }

  return {
    events,
    links,
    dial,
    call,
    start() {
      running = true;
      stopTelling = options.features?.onChanged?.(() => links.offer(offered()));
      for (const address of options.bootstrap ?? []) {
        const peerId = peerIdIn(address);
        if (peerId) bootstrapOf.set(peerId, address);
        if (peerId !== selfId) redialler.pursue(address, { permanent: true });
      }
      seekRemembered();
    },
    stop() {
      running = false;
      stopTelling?.();
      redialler.close();
      links.endAll(p2pError('p2p.stopped'));
    },
    async disconnect(peerId) {
      redialler.settle(peerId);
      links.end(peerId, p2pError('p2p.disconnected'));
      await deps.hangUp(peerId);
    },
    clocksAhead: clocks.ahead,
    refresh() {
      if (!running) return;
      links.check();
      redialler.hurry();
      seekRemembered();
    },
    learned(peerId, addresses) {
      const providerId = links.to(peerId)?.peer?.providerId;
      if (!providerId || addresses.length === 0) return;
      remembered.remember({ peerId, providerId, addresses: [...addresses], lastSeenAt: clock.now() });
    },
    discovered(peerId) {
      if (!isWorthDialling(peerId)) return;
      discoveryDials++;
      dial(peerId)
        .catch((error: unknown) => log.debug({ peerId, err: error }, 'a discovered peer was not reached'))
        .finally(() => discoveryDials--);
    },
  };
}

/** The peer id in a dial target: the last `/p2p/…` of a multiaddr, or the target itself. */
export function peerIdIn(target: string): PeerId | undefined {
  if (!target.startsWith('/')) return target;
  return /\/p2p\/([1-9A-HJ-NP-Za-km-z]+)$/.exec(target)?.[1];
}
