/** The calling half of a link: calls this node made and what comes back for them. */
import type { LinkLimits } from '#shared/features/p2p/hello.ts';
import { decodeFault } from '#shared/features/p2p/hello.ts';
import { p2pError } from '#shared/features/p2p/errors.ts';
import type { Clock } from '#shared/kernel/clock.ts';
import type { AppError } from '#shared/kernel/errors.ts';
import type { RpcCall, RpcCallOptions } from '../network.ts';
import { type Assembler, createAssembler } from './assembler.ts';
import { createDeadlines } from './deadlines.ts';
import { FLAGS, FRAME_TYPES, HEADER_BYTES, readU32, writeU32 } from './frames.ts';
import { createRequestHeads } from './heads.ts';
import type { Lane, Outbox } from './outbox.ts';

export const DEFAULT_TIMEOUT_MS = 30_000;
export const DEFAULT_MAX_RESPONSE_BYTES = 8 * 1024 * 1024;
/** Requests and messages waiting for one peer to take them; beyond it calls fail as `p2p.busy`. */
const MAX_WAITING_BYTES = 128 * 1024 * 1024;
/** Calls under way to one peer, however many it would take. */
const MAX_CALLS = 2048;
/** Encoded heads of requests kept, one per protocol; a node speaks a handful. */
const MAX_KEPT_HEADS = 256;
const MAX_TIMEOUT_MS = 0xffff_ffff;

interface OutgoingCall {
  readonly id: number;
  readonly lane: Lane;
  response: Promise<Uint8Array> | undefined;
  readonly resolve: (response: Uint8Array) => void;
  readonly reject: (error: AppError) => void;
  readonly deadlineAt: number;
  readonly maxResponseBytes: number;
  readonly onMessage: ((message: Uint8Array) => void) | undefined;
  readonly signal: AbortSignal | undefined;
  onAbort: (() => void) | undefined;
  /** The message that is arriving, where it came in fragments. */
  arriving: Assembler | undefined;
  arrivingType: number;
  /** Bytes received for which no credit was given back yet. */
  owed: number;
  over: boolean;
}

export interface CallsDeps {
  clock: Clock;
  outbox: Outbox;
  /** What a peer's message handler threw. */
  onFault(error: unknown): void;
}

export interface CallsOptions {
  /** 1 where this node opened the link, else 2: the ids of both ends never meet. */
  firstId: 1 | 2;
  /** Major of the calls protocol on this link. */
  version: number;
  ours: LinkLimits;
  theirs: LinkLimits;
}

export interface Calls {
  /** Calls under way. */
  readonly size: number;
  call(protocol: string, payload: Uint8Array, options?: RpcCallOptions): RpcCall;
  /** A frame that concerns a call of this node. Throws where it breaks the protocol. */
  receive(type: number, flags: number, id: number, payload: Uint8Array): void;
  /** Ends all calls with `error`. */
  close(error: AppError): void;
}

export function createCalls(deps: CallsDeps, options: CallsOptions): Calls {
  const { clock, outbox } = deps;
  const { ours, theirs } = options;
  const creditStep = ours.window >>> 1;
  const maxCalls = Math.min(theirs.calls, MAX_CALLS);
  const calls = new Map<number, OutgoingCall>();
  const requestHeads = createRequestHeads(options.version);
  const heads = new Map<string, Uint8Array>();
  let nextId: number = options.firstId;
  const deadlines = createDeadlines(clock, sweep);

  function sweep(now: number): number {
    let earliest = Number.POSITIVE_INFINITY;
    for (const call of calls.values()) {
      if (call.deadlineAt <= now) giveUp(call, p2pError('p2p.timeout'));
      else if (call.deadlineAt < earliest) earliest = call.deadlineAt;
    }
    return earliest;
  }

  /** Ids run out after two thousand million calls and begin anew, past those still under way. */
  function takeId(): number {
    let id = nextId;
    while (calls.has(id)) id = id + 2 > 0xffff_ffff ? options.firstId : id + 2;
    nextId = id + 2 > 0xffff_ffff ? options.firstId : id + 2;
    return id;
  }

  /** Most calls of a protocol have the same timeout: its last head is kept. */
  function headOf(protocol: string, timeoutMs: number): Uint8Array {
    const kept = heads.get(protocol);
    if (kept && readU32(kept, 0) === timeoutMs) return kept;
    const head = requestHeads.write(protocol, timeoutMs);
    if (kept || heads.size < MAX_KEPT_HEADS) heads.set(protocol, head);
    return head;
  }

  function refusal(protocol: string, payload: Uint8Array, signal?: AbortSignal): AppError | undefined {
    if (signal?.aborted) return p2pError('p2p.cancelled', { cause: signal.reason });
    if (payload.length > theirs.requestBytes) return p2pError('p2p.too_large');
    if (protocol.length > requestHeads.maxName) return p2pError('p2p.unknown_protocol');
    const crowded = calls.size >= maxCalls || outbox.waitingBytes + payload.length > MAX_WAITING_BYTES;
    return crowded ? p2pError('p2p.busy') : undefined;
  }

  function open(
    protocol: string,
    payload: Uint8Array,
    wanted: RpcCallOptions,
    resolve: (response: Uint8Array) => void,
    reject: (error: AppError) => void,
  ): OutgoingCall | undefined {
    const refused = refusal(protocol, payload, wanted.signal);
    if (refused) {
      reject(refused);
      return undefined;
    }
    const timeoutMs = Math.min(
      Math.max(1, Math.ceil(wanted.timeoutMs ?? DEFAULT_TIMEOUT_MS)),
      MAX_TIMEOUT_MS,
    );
    const id = takeId();
    const call: OutgoingCall = {
      id,
      lane: outbox.openLane(id, theirs.window),
      response: undefined,
      resolve,
      reject,
      deadlineAt: clock.monotonic() + timeoutMs,
      maxResponseBytes: wanted.maxResponseBytes ?? DEFAULT_MAX_RESPONSE_BYTES,
      onMessage: wanted.onMessage,
      signal: wanted.signal,
      onAbort: undefined,
      arriving: undefined,
      arrivingType: 0,
      owed: 0,
      over: false,
    };
    calls.set(id, call);
    if (wanted.signal) listenForAbort(call, wanted.signal);
    deadlines.watch(call.deadlineAt);
    outbox.send(call.lane, FRAME_TYPES.request, payload, headOf(protocol, timeoutMs));
    return call;
  }

  function listenForAbort(call: OutgoingCall, signal: AbortSignal): void {
    call.onAbort = () => giveUp(call, p2pError('p2p.cancelled', { cause: signal.reason }));
    signal.addEventListener('abort', call.onAbort, { once: true });
  }

  /** Ends a call whose other end still works on it. */
  function giveUp(call: OutgoingCall, error: AppError): void {
    outbox.control(FRAME_TYPES.cancel, call.id);
    fail(call, error);
  }

  function fail(call: OutgoingCall, error: AppError): void {
    end(call);
    if (call.response) lookedAtLater(call.response);
    call.reject(error);
  }

  function end(call: OutgoingCall): void {
    call.over = true;
    calls.delete(call.id);
    if (call.onAbort) call.signal?.removeEventListener('abort', call.onAbort);
    if (call.lane.first) outbox.drop(call.lane, p2pError('p2p.call_over'));
  }

  function send(call: OutgoingCall, message: Uint8Array): Promise<void> {
    return new Promise((resolve, reject) => {
      if (call.over) return reject(p2pError('p2p.call_over'));
      if (message.length > theirs.requestBytes) return reject(p2pError('p2p.too_large'));
      if (outbox.waitingBytes + message.length > MAX_WAITING_BYTES) return reject(p2pError('p2p.busy'));
      outbox.send(call.lane, FRAME_TYPES.data, message, undefined, (error) =>
        error ? reject(error) : resolve(),
      );
    });
  }

  /** A message in one frame is handed on as it lies in the receive buffer, without a copy. */
  function takeFragment(call: OutgoingCall, type: number, more: boolean, payload: Uint8Array): void {
    const size = (call.arriving?.size ?? 0) + payload.length;
    if (size > call.maxResponseBytes) return giveUp(call, p2pError('p2p.too_large'));
    if (!call.arriving) {
      call.arrivingType = type;
      if (!more) return deliver(call, payload);
      call.arriving = createAssembler(payload);
    } else {
      call.arriving.add(payload);
    }
    if (!more) {
      const whole = call.arriving.take();
      call.arriving = undefined;
      deliver(call, whole);
    }
  }

  function deliver(call: OutgoingCall, message: Uint8Array): void {
    if (call.arrivingType === FRAME_TYPES.response) {
      end(call);
      call.resolve(message);
      return;
    }
    try {
      call.onMessage?.(message);
    } catch (error) {
      deps.onFault(error);
    }
  }

  /** Everything that arrived is consumed at once: it is bounded by `maxResponseBytes`, not by credit. */
  function giveCredit(call: OutgoingCall, bytes: number): void {
    call.owed += bytes;
    if (call.over || call.owed < creditStep) return;
    const payload = new Uint8Array(4);
    writeU32(payload, 0, call.owed);
    call.owed = 0;
    outbox.control(FRAME_TYPES.credit, call.id, payload);
  }

  return {
    get size() {
      return calls.size;
    },
    call(protocol, payload, wanted = {}) {
      let call: OutgoingCall | undefined;
      const response = new Promise<Uint8Array>((resolve, reject) => {
        call = open(protocol, payload, wanted, resolve, reject);
      });
      if (call) call.response = response;
      else lookedAtLater(response);
      return {
        response,
        send: (message) => (call ? send(call, message) : Promise.reject(p2pError('p2p.call_over'))),
      };
    },
    receive(type, flags, id, payload) {
      const call = calls.get(id);
      // What arrives for a call that has ended crossed its end on the way.
      if (!call) return;
      switch (type) {
        case FRAME_TYPES.response:
        case FRAME_TYPES.data:
          if (type === FRAME_TYPES.response && call.arriving) throw p2pError('p2p.malformed');
          takeFragment(call, type, (flags & FLAGS.more) !== 0, payload);
          giveCredit(call, payload.length + HEADER_BYTES);
          return;
        case FRAME_TYPES.error:
          fail(call, decodeFault(payload));
          return;
        case FRAME_TYPES.credit:
          outbox.addCredit(call.lane, readU32(payload, 0));
          return;
        default:
          throw p2pError('p2p.malformed', { message: `A frame of type ${type} cannot answer a call.` });
      }
    },
    close(error) {
      for (const call of calls.values()) fail(call, error);
      deadlines.close();
    },
  };
}

/** A caller may look at a response late, or never: a peer that goes away must not end the process by that. */
export function lookedAtLater(response: Promise<unknown>): void {
  response.catch(() => undefined);
}

/** A call that never left. */
export function failedCall(error: AppError): RpcCall {
  const response = Promise.reject(error);
  lookedAtLater(response);
  return { response, send: () => Promise.reject(error) };
}
