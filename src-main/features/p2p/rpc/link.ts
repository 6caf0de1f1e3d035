/**
 * A link: one byte stream to one peer. It opens with a hello from both ends, each of which the other answers with a
 * welcome or a goodbye; after both welcomes it carries calls in both directions, and pings that tell whether the peer
 * is still there. It knows nothing of libp2p: the simulated network drives the very same code.
 */
import { p2pError } from '#shared/features/p2p/errors.ts';
import {
  decodeFault,
  decodeFeatures,
  decodeHello,
  encodeFault,
  encodeFeatures,
  encodeHello,
  type Hello,
} from '#shared/features/p2p/hello.ts';
import { FEATURE_CHANGES } from '#shared/features/p2p/features.ts';
import { commonFeatures, negotiateVersion } from '#shared/features/p2p/rules.ts';
import type { Clock, Timer } from '#shared/kernel/clock.ts';
import { AppError, toErrorShape } from '#shared/kernel/errors.ts';
import type { NetworkId, PeerId, ProviderId } from '#shared/kernel/ids.ts';
import {
  type Carrier,
  MAX_LATENCIES,
  type PeerInfo,
  type RpcCall,
  type RpcCallOptions,
  type RpcHandler,
} from '../network.ts';
import { type Calls, createCalls, failedCall } from './calls.ts';
import { createFrameDecoder, FLAGS, FRAME_TYPES } from './frames.ts';
import { createOutbox } from './outbox.ts';
import { createPace } from './pace.ts';
import { createServing, type Serving } from './serving.ts';

/** The bytes below a link. Its other half calls `receive`, `drained` and `closed` of the link. */
export interface Duplex {
  /** False: the transport is full, write no more until `drained`. */
  write(bytes: Uint8Array): boolean;
  /** Sends what was written, then ends. */
  close(): void;
  /** Ends at once. */
  abort(reason: Error): void;
}

export interface LinkDeps {
  clock: Clock;
  duplex: Duplex;
  peerId: PeerId;
  network: NetworkId;
  /** Read once, when the link opens. */
  hello: Hello;
  /** On connections whose handshake proves no node keys: whether their hello proves this one. */
  isProvenBy?: ((proof: Uint8Array | undefined) => boolean) | undefined;
  admit(
    certificate: Uint8Array,
  ): { ok: true; providerId: ProviderId } | { ok: false; code: string; message: string };
  handler(protocol: string): RpcHandler | undefined;
  addresses(): string[];
  carrier(): Carrier;
  /** The peer's clock against ours at its hello, admitted or not (ms, positive: ahead). */
  onClock?(aheadMs: number): void;
  onMeasured?(): void;
  onReady(peer: PeerInfo): void;
  /** The link is gone, for this reason. `byUs`: the peer may still be reading our goodbye. */
  onClosed(error: AppError, byUs: boolean): void;
  /** What a handler threw. */
  onFault(error: unknown): void;
}

export interface LinkOptions {
  /** Whether this node opened the link. */
  initiator: boolean;
  helloTimeoutMs?: number;
  pingIntervalMs?: number;
}

export interface Link {
  /** Set once both ends have welcomed each other. */
  readonly peer: PeerInfo | undefined;
  /** Monotonic ms of the moment the link was made. */
  readonly openedAt: number;
  readonly calls: number;
  call(protocol: string, payload: Uint8Array, options?: RpcCallOptions): RpcCall;
  receive(chunk: Uint8Array): void;
  drained(): void;
  /** This node offers other features from now on; a peer that can be told is told. */
  offer(features: readonly string[]): void;
  /** Asks at once whether the peer is still there; without an answer within {@link CHECK_TIMEOUT_MS} the link ends. */
  check(): void;
  /** The transport is gone. */
  closed(cause?: unknown): void;
  /** Tells the peer why and ends the link. */
  end(error: AppError): void;
}

/** A peer that did not finish its hello by then is dropped. */
export const HELLO_TIMEOUT_MS = 10_000;
/** A ping this often; a peer from which nothing came between two pings is gone. */
export const PING_INTERVAL_MS = 15_000;
/** A peer that is asked whether it is still there answers by then. */
export const CHECK_TIMEOUT_MS = 5000;

const CALLER_FRAMES = new Set<number>([FRAME_TYPES.request, FRAME_TYPES.cancel]);
const SERVER_FRAMES = new Set<number>([FRAME_TYPES.response, FRAME_TYPES.error]);
const SHARED_FRAMES = new Set<number>([FRAME_TYPES.data, FRAME_TYPES.credit]);

export function createLink(deps: LinkDeps, options: LinkOptions): Link {
  const { clock, duplex } = deps;
  const ours = { ...deps.hello };
  let received = 0;
  let sent = 0;
  const pace = createPace(clock.monotonic);
  const outbox = createOutbox({ write, onFault: fail, pace });
  const decoder = createFrameDecoder(onFrame);
  const openedAt = clock.monotonic();
  /** Ids of calls this node makes are odd where it opened the link. */
  const parity = options.initiator ? 1 : 0;
  let greeted: { hello: Hello; providerId: ProviderId; version: number } | undefined;
  let welcomed = false;
  let clockAheadMs: number | undefined;
  let peer: PeerInfo | undefined;
  let calls: Calls | undefined;
  let serving: Serving | undefined;
  let over: AppError | undefined;
  let heard = true;
  let framesHeard = 0;
  let pinged = false;
  let pings: Timer | undefined;
  let checkTimer: Timer | undefined;
  const helloTimer = clock.after(options.helloTimeoutMs ?? HELLO_TIMEOUT_MS, () =>
    end(p2pError('p2p.no_hello')),
  );

  function write(bytes: Uint8Array): boolean {
    sent += bytes.length;
    if (peer) peer.sentBytes = sent;
    return duplex.write(bytes);
  }

  function onFrame(type: number, flags: number, id: number, payload: Uint8Array): void {
    if (over) return;
    heard = true;
    framesHeard++;
    if (calls && serving) onOpenFrame(calls, serving, type, flags, id, payload);
    else onGreeting(type, flags, payload);
  }

  function onGreeting(type: number, flags: number, payload: Uint8Array): void {
    switch (type) {
      case FRAME_TYPES.hello:
        return onHello(payload);
      case FRAME_TYPES.welcome:
        welcomed = true;
        return openIfReady();
      case FRAME_TYPES.goodbye:
        return close(decodeFault(payload));
      default:
        if ((flags & FLAGS.ignorable) === 0)
          throw p2pError('p2p.malformed', { message: `The peer sent type ${type} before its hello.` });
    }
  }

  function onHello(payload: Uint8Array): void {
    if (greeted) throw p2pError('p2p.malformed', { message: 'The peer said hello twice.' });
    const hello = decodeHello(payload);
    if (hello.now !== undefined) clockAheadMs = hello.now - clock.now();
    if (clockAheadMs !== undefined) deps.onClock?.(clockAheadMs);
    if (deps.isProvenBy && !deps.isProvenBy(hello.channel)) return end(p2pError('p2p.unproven'));
    const agreed = negotiateVersion(ours, hello);
    if (!agreed.ok) return end(p2pError(agreed.code));
    const admitted = deps.admit(hello.certificate);
    if (!admitted.ok)
      return end(new AppError(admitted.code, admitted.message, { advice: adviceFor(admitted.code) }));
    greeted = { hello, providerId: admitted.providerId, version: agreed.version };
    outbox.control(FRAME_TYPES.welcome, 0);
    openIfReady();
  }

  function openIfReady(): void {
    if (!greeted || !welcomed || peer) return;
    helloTimer.cancel();
    const { hello, providerId, version } = greeted;
    peer = {
      peerId: deps.peerId,
      network: deps.network,
      providerId,
      addresses: deps.addresses(),
      direction: options.initiator ? 'outbound' : 'inbound',
      agent: hello.agent,
      version,
      features: commonFeatures(ours.features, hello.features),
      connectedAt: clock.now(),
      latencies: [],
      receivedBytes: received,
      sentBytes: sent,
      carrier: deps.carrier(),
      ...(clockAheadMs === undefined ? {} : { clockAheadMs }),
    };
    const common = { version, ours: ours.limits, theirs: hello.limits };
    calls = createCalls(
      { clock, outbox, onFault: deps.onFault },
      { firstId: options.initiator ? 1 : 2, ...common },
    );
    serving = createServing({ clock, outbox, handler: deps.handler, peer, onFault: deps.onFault }, common);
    pings = clock.every(options.pingIntervalMs ?? PING_INTERVAL_MS, ping);
    ping();
    deps.onReady(peer);
  }

  function ping(): void {
    if (!heard && pinged) return fail(p2pError('p2p.unreachable'));
    heard = false;
    pinged = true;
    outbox.control(FRAME_TYPES.ping, 0);
  }

  function onPong(): void {
    const answer = pace.answered();
    outbox.resume();
    if (!peer || !answer || answer.paced) return;
    const latencyMs = round(answer.roundTripMs);
    peer.latencyMs = latencyMs;
    peer.latencies = [...peer.latencies, latencyMs].slice(-MAX_LATENCIES);
    deps.onMeasured?.();
  }

  function check(): void {
    if (!peer || over) return;
    const heardBefore = framesHeard;
    pinged = true;
    outbox.control(FRAME_TYPES.ping, 0);
    checkTimer?.cancel();
    checkTimer = clock.after(CHECK_TIMEOUT_MS, () => {
      if (framesHeard === heardBefore) fail(p2pError('p2p.unreachable'));
    });
  }

  function onOpenFrame(
    ourCalls: Calls,
    theirCalls: Serving,
    type: number,
    flags: number,
    id: number,
    payload: Uint8Array,
  ): void {
    const mine = (id & 1) === parity;
    if (SHARED_FRAMES.has(type)) (mine ? ourCalls : theirCalls).receive(type, flags, id, payload);
    else if (SERVER_FRAMES.has(type) && mine) ourCalls.receive(type, flags, id, payload);
    else if (CALLER_FRAMES.has(type) && !mine) theirCalls.receive(type, flags, id, payload);
    else onLinkFrame(type, flags, payload);
  }

  function onLinkFrame(type: number, flags: number, payload: Uint8Array): void {
    switch (type) {
      case FRAME_TYPES.ping:
        outbox.control(FRAME_TYPES.pong, 0);
        return;
      case FRAME_TYPES.pong:
        return onPong();
      case FRAME_TYPES.features:
        return onFeatures(payload);
      case FRAME_TYPES.goodbye:
        return close(decodeFault(payload));
      default:
        if ((flags & FLAGS.ignorable) === 0)
          throw p2pError('p2p.malformed', { message: `The peer sent a frame of type ${type} out of place.` });
    }
  }

  /** Calls under way go on as they began; what begins from now on uses what both have. */
  function onFeatures(payload: Uint8Array): void {
    if (!peer || !greeted || !peer.features.includes(FEATURE_CHANGES)) return;
    greeted.hello.features = decodeFeatures(payload);
    peer.features = commonFeatures(ours.features, greeted.hello.features);
  }

  function offer(features: readonly string[]): void {
    ours.features = [...features];
    if (!peer || !greeted || over) return;
    if (peer.features.includes(FEATURE_CHANGES))
      outbox.control(FRAME_TYPES.features, 0, encodeFeatures(ours.features));
    peer.features = commonFeatures(ours.features, greeted.hello.features);
  }

  /** Something went wrong at this end or below it: what is thrown while frames are read ends up here. */
  function fail(error: unknown): void {
    if (error instanceof AppError) end(error);
    else {
      deps.onFault(error);
      end(p2pError('p2p.unreachable', { cause: error }));
    }
  }

  function end(error: AppError): void {
    if (over) return;
    outbox.control(FRAME_TYPES.goodbye, 0, encodeFault(toErrorShape(error)));
    outbox.flush();
    close(error, true);
  }

  function close(error: AppError, byUs = false): void {
    if (over) return;
    over = error;
    helloTimer.cancel();
    pings?.cancel();
    checkTimer?.cancel();
    outbox.close();
    const lost = error.code === 'p2p.unreachable' ? error : p2pError('p2p.unreachable', { cause: error });
    calls?.close(lost);
    serving?.close(lost);
    duplex.close();
    deps.onClosed(error, byUs);
  }

  outbox.control(FRAME_TYPES.hello, 0, encodeHello(ours));

  return {
    get peer() {
      return peer;
    },
    openedAt,
    get calls() {
      return (calls?.size ?? 0) + (serving?.size ?? 0);
    },
    call(protocol, payload, wanted) {
      if (calls && !over) return calls.call(protocol, payload, wanted);
      return failedCall(p2pError('p2p.unreachable'));
    },
    receive(chunk) {
      if (over) return;
      received += chunk.length;
      if (peer) peer.receivedBytes = received;
      try {
        decoder.push(chunk);
      } catch (error) {
        fail(error);
      }
    },
    check,
    offer,
    drained: () => outbox.drained(),
    closed: (cause) => close(p2pError('p2p.unreachable', { cause })),
    end,
  };
}

/** Sub-millisecond round trips matter on a LAN; more digits are noise. */
const round = (ms: number): number => Math.round(ms * 100) / 100;

const adviceFor = (code: string): string =>
  code === 'p2p.blocked'
    ? p2pError('p2p.blocked').advice
    : 'Check which node is asking, and its certificate.';
