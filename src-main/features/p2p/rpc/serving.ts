/** The serving half of a link: calls the peer made, the handlers that run for them, and their answers. */
import { encodeFault, type LinkLimits } from '#shared/features/p2p/hello.ts';
import { p2pError } from '#shared/features/p2p/errors.ts';
import type { Clock } from '#shared/kernel/clock.ts';
import { type AppError, toErrorShape } from '#shared/kernel/errors.ts';
import type { PeerInfo, RpcExchange, RpcHandler } from '../network.ts';
import { createAssembler } from './assembler.ts';
import { createDeadlines } from './deadlines.ts';
import { Exchange } from './exchange.ts';
import { FLAGS, FRAME_TYPES, HEADER_BYTES, readU32, writeU32 } from './frames.ts';
import { createRequestHeads } from './heads.ts';
import { type IncomingCall, incomingCall } from './incoming-call.ts';
import type { Outbox } from './outbox.ts';

/** Largest response a handler may give. */
export const MAX_RESPONSE_BYTES = 64 * 1024 * 1024;
/** Requests and messages of one peer in memory, those that handlers work on included. */
export const MAX_INBOUND_BYTES = 128 * 1024 * 1024;
/** Responses waiting for one peer to take them; beyond it further calls are answered `p2p.busy`. */
const MAX_WAITING_BYTES = 256 * 1024 * 1024;
/** What a message costs that waits for its handler to listen, beside its bytes. */
const KEPT_OVERHEAD = 128;

export interface ServingDeps {
  clock: Clock;
  outbox: Outbox;
  handler(protocol: string): RpcHandler | undefined;
  peer: PeerInfo;
  /** A handler threw what is no `AppError`, or a message listener threw. */
  onFault(error: unknown): void;
}

export interface Serving {
  /** Calls under way, those included whose answer the peer has not taken yet. */
  readonly size: number;
  /** A frame that concerns a call of the peer. Throws where it breaks the protocol. */
  receive(type: number, flags: number, id: number, payload: Uint8Array): void;
  /** Aborts all handlers. */
  close(error: AppError): void;
}

export interface ServingOptions {
  /** Major of the calls protocol on this link. */
  version: number;
  ours: LinkLimits;
  theirs: LinkLimits;
}

export function createServing(deps: ServingDeps, { ours, theirs, version }: ServingOptions): Serving {
  const { clock, outbox } = deps;
  const creditStep = ours.window >>> 1;
  const calls = new Map<number, IncomingCall>();
  const heads = createRequestHeads(version);
  let heldBytes = 0;
  /** Handlers that run on although their call has ended. */
  let stragglers = 0;
  const deadlines = createDeadlines(clock, sweep);

  function sweep(now: number): number {
    let earliest = Number.POSITIVE_INFINITY;
    for (const call of calls.values()) {
      if (call.deadlineAt <= now) end(call, p2pError('p2p.timeout'));
      else if (call.deadlineAt < earliest) earliest = call.deadlineAt;
    }
    return earliest;
  }

  function begin(flags: number, id: number, payload: Uint8Array): void {
    if (calls.has(id)) throw p2pError('p2p.malformed', { message: 'The peer used one call id twice.' });
    const { end: headEnd, protocol, timeoutMs } = heads.read(payload);
    if (calls.size + stragglers >= ours.calls || outbox.waitingBytes > MAX_WAITING_BYTES)
      return refuse(id, p2pError('p2p.busy'));
    const handler = deps.handler(protocol);
    if (!handler) return refuse(id, p2pError('p2p.unknown_protocol'));
    const lane = outbox.openLane(id, theirs.window);
    const call = incomingCall({ id, lane, handler, deadlineAt: clock.monotonic() + timeoutMs });
    calls.set(id, call);
    deadlines.watch(call.deadlineAt);
    takeFragment(call, FRAME_TYPES.request, (flags & FLAGS.more) !== 0, payload.subarray(headEnd));
  }

  function takeFragment(call: IncomingCall, type: number, more: boolean, payload: Uint8Array): void {
    if ((call.arriving?.size ?? 0) + payload.length > ours.requestBytes)
      return refuseCall(call, p2pError('p2p.too_large'));
    if (heldBytes + payload.length > MAX_INBOUND_BYTES) return refuseCall(call, p2pError('p2p.busy'));
    hold(call, payload.length);
    if (!call.arriving) {
      call.arrivingType = type;
      if (!more) return deliver(call, payload, payload.length + HEADER_BYTES);
      call.arriving = createAssembler(payload);
    } else {
      call.arriving.add(payload);
    }
    if (more) return takeCost(call, payload.length + HEADER_BYTES);
    const whole = call.arriving.take();
    call.arriving = undefined;
    deliver(call, whole, payload.length + HEADER_BYTES);
  }

  function deliver(call: IncomingCall, message: Uint8Array, cost: number): void {
    if (call.arrivingType === FRAME_TYPES.request) {
      consume(call, cost);
      run(call, message);
    } else if (call.onMessage) {
      hand(call, call.onMessage, message);
      consume(call, cost);
    } else {
      keep(call, message, cost);
    }
  }

  /** A part of a message came: credit is given back at once only where someone waits for the whole. */
  function takeCost(call: IncomingCall, cost: number): void {
    if (call.arrivingType === FRAME_TYPES.request || call.onMessage) return consume(call, cost);
    call.unconsumed += cost;
    if (call.unconsumed > ours.window) throw p2pError('p2p.flooding');
  }

  /** The handler does not listen yet: the message waits, its credit is not given back. */
  function keep(call: IncomingCall, message: Uint8Array, cost: number): void {
    takeCost(call, cost);
    hold(call, KEPT_OVERHEAD);
    call.kept ??= [];
    // A copy: the view would hold the whole receive buffer for as long as the handler does not listen.
    call.kept.push(message.slice());
  }

  function hold(call: IncomingCall, bytes: number): void {
    call.held += bytes;
    heldBytes += bytes;
  }

  function hand(call: IncomingCall, listener: (message: Uint8Array) => void, message: Uint8Array): void {
    hold(call, -message.length);
    try {
      listener(message);
    } catch (error) {
      deps.onFault(error);
    }
  }

  function consume(call: IncomingCall, bytes: number): void {
    call.owed += bytes;
    if (call.ended || call.owed < creditStep) return;
    const payload = new Uint8Array(4);
    writeU32(payload, 0, call.owed);
    call.owed = 0;
    outbox.control(FRAME_TYPES.credit, call.id, payload);
  }

  function run(call: IncomingCall, request: Uint8Array): void {
    call.running = true;
    try {
      const result = call.handler(request, exchangeOf(call));
      if (result instanceof Uint8Array) respond(call, result);
      else
        result.then(
          (response) => respond(call, response),
          (error: unknown) => respondFault(call, error),
        );
    } catch (error) {
      respondFault(call, error);
    }
  }

  /** The handler is done: what it held is free, whether or not anyone still waits for its answer. */
  function settle(call: IncomingCall): boolean {
    call.running = false;
    heldBytes -= call.held;
    call.held = 0;
    if (!call.ended) return true;
    stragglers--;
    return false;
  }

  function respond(call: IncomingCall, response: Uint8Array): void {
    if (!settle(call)) return;
    if (response.length > MAX_RESPONSE_BYTES) return refuseCall(call, p2pError('p2p.too_large'));
    outbox.send(call.lane, FRAME_TYPES.response, response, undefined, (error) => {
      if (!error) end(call);
    });
  }

  function respondFault(call: IncomingCall, error: unknown): void {
    const shape = toErrorShape(error);
    if (shape.code === 'internal') deps.onFault(error);
    if (settle(call)) refuseCall(call, error);
  }

  function refuseCall(call: IncomingCall, error: unknown): void {
    refuse(call.id, error);
    end(call);
  }

  function refuse(id: number, error: unknown): void {
    outbox.control(FRAME_TYPES.error, id, encodeFault(toErrorShape(error)));
  }

  /** `broken`: why nobody waits for the answer any more. */
  function end(call: IncomingCall, broken?: AppError): void {
    if (call.ended) return;
    call.ended = true;
    call.broken = broken;
    calls.delete(call.id);
    call.arriving = undefined;
    call.kept = undefined;
    if (call.lane.first) outbox.drop(call.lane, broken ?? p2pError('p2p.call_over'));
    if (call.running) stragglers++;
    else {
      heldBytes -= call.held;
      call.held = 0;
    }
    if (broken) call.abort?.abort(broken);
  }

  function exchangeOf(call: IncomingCall): RpcExchange {
    return new Exchange(
      deps.peer,
      () => signalOf(call),
      (message) => sendMessage(call, message),
      (listener) => listen(call, listener),
    );
  }

  function signalOf(call: IncomingCall): AbortSignal {
    if (!call.abort) {
      call.abort = new AbortController();
      if (call.broken) call.abort.abort(call.broken);
    }
    return call.abort.signal;
  }

  function listen(call: IncomingCall, listener: (message: Uint8Array) => void): void {
    call.onMessage = listener;
    const kept = call.kept ?? [];
    call.kept = undefined;
    for (const message of kept) hand(call, listener, message);
    hold(call, -kept.length * KEPT_OVERHEAD);
    consume(call, call.unconsumed);
    call.unconsumed = 0;
  }

  function sendMessage(call: IncomingCall, message: Uint8Array): Promise<void> {
    return new Promise((resolve, reject) => {
      if (call.ended) return reject(call.broken ?? p2pError('p2p.call_over'));
      if (message.length > MAX_RESPONSE_BYTES) return reject(p2pError('p2p.too_large'));
      if (outbox.waitingBytes > MAX_WAITING_BYTES) return reject(p2pError('p2p.busy'));
      outbox.send(call.lane, FRAME_TYPES.data, message, undefined, (error) =>
        error ? reject(error) : resolve(),
      );
    });
  }

  return {
    get size() {
      return calls.size + stragglers;
    },
    receive(type, flags, id, payload) {
      if (type === FRAME_TYPES.request) return begin(flags, id, payload);
      const call = calls.get(id);
      // What arrives for a call that has ended crossed its end on the way.
      if (!call) return;
      switch (type) {
        case FRAME_TYPES.data:
          takeFragment(call, type, (flags & FLAGS.more) !== 0, payload);
          return;
        case FRAME_TYPES.credit:
          outbox.addCredit(call.lane, readU32(payload, 0));
          return;
        case FRAME_TYPES.cancel:
          end(call, p2pError('p2p.cancelled'));
          return;
        default:
          throw p2pError('p2p.malformed', { message: `A frame of type ${type} cannot belong to a request.` });
      }
    },
    close(error) {
      for (const call of calls.values()) end(call, error);
      deadlines.close();
    },
  };
}
