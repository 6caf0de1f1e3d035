/**
 * JSON-RPC bookkeeping with one server, whatever carries the messages: ids, progress, cancellation, idle deadlines,
 * and the server's own requests. It costs one map entry a call and no timer a call.
 */
import type { Clock, Timer } from '#shared/kernel/clock.ts';
import type { JsonObject, JsonValue } from '#shared/kernel/canonical.ts';
import { AppError } from '#shared/kernel/errors.ts';
import { JSON_RPC, McpError, type McpExchange } from '#shared/features/servers/mcp.ts';
import {
  type Incoming,
  type RpcId,
  type RpcMessage,
  type RpcRequest,
  sortMessage,
  toRpcError,
} from './messages.ts';

export interface OutgoingRequest {
  method: string;
  params?: JsonObject | undefined;
  /** Whose request this is; absent for our own. */
  exchange?: McpExchange | undefined;
  signal?: AbortSignal | undefined;
  /** Asks the server for progress and receives its params, the token left out. */
  onProgress?: ((params: JsonObject) => void) | undefined;
  /** Overrides the idle deadline; 0 means none. */
  idleTimeoutMs?: number | undefined;
}

/** What carries the messages. */
export interface Carrier {
  /** Throws `servers.busy` when the server does not take what was sent before. */
  send(message: RpcMessage): void;
  /** Tells the server that nobody waits for `id` any more. */
  cancel(id: RpcId, reason: string): void;
}

export interface PeerHandlers {
  /** A request of the server; `via` is the exchange on whose own stream it came, where the carrier can tell. */
  onRequest(
    method: string,
    params: JsonObject | undefined,
    via: McpExchange | undefined,
  ): Promise<JsonObject>;
  onNotification(method: string, params: JsonObject | undefined, via: McpExchange | undefined): void;
  /** Something that is not JSON-RPC, or answers nothing that was asked. */
  onGarbage(note: string): void;
}

export interface PeerOptions {
  clock: Clock;
  /** A request without answer or progress for this long ends with `servers.timeout`. */
  idleTimeoutMs: number;
  /** Requests that may wait for an answer at a time; more are refused with `servers.busy`. */
  maxPending: number;
}

export interface Peer {
  /** Rejects with `McpError` (the server's error) or `AppError` (`servers.timeout`, `servers.cancelled`, `servers.busy`, …). */
  request(request: OutgoingRequest): Promise<JsonObject>;
  notify(method: string, params?: JsonObject): void;
  /** A message from the server. `stream` is the request on whose stream it came, where the carrier can tell. */
  receive(message: JsonValue, stream?: RpcId): void;
  /** The request cannot be answered any more. */
  fail(id: RpcId, error: Error): void;
  /** Fails everything that waits, now and later. */
  end(error: AppError): void;
  readonly pending: number;
}

interface Pending {
  request: OutgoingRequest;
  resolve: (result: JsonObject) => void;
  reject: (error: Error) => void;
  /** Monotonic ms of the last sign of life. */
  aliveAt: number;
  idleTimeoutMs: number;
  onAbort: (() => void) | undefined;
}

/** Requests of the server that may wait for an answer at a time. */
const MAX_ASKS = 64;

export function createPeer(carrier: Carrier, handlers: PeerHandlers, options: PeerOptions): Peer {
  const { clock } = options;
  const pending = new Map<RpcId, Pending>();
  let nextId = 1;
  let asks = 0;
  let sweeper: Timer | undefined;
  let ended: AppError | undefined;

  function settle(id: RpcId): Pending | undefined {
    const entry = pending.get(id);
    if (!entry) return undefined;
    pending.delete(id);
    if (entry.onAbort) entry.request.signal?.removeEventListener('abort', entry.onAbort);
    if (pending.size === 0) {
      sweeper?.cancel();
      sweeper = undefined;
    }
    return entry;
  }

  function abandon(id: RpcId, error: AppError, reason: string): void {
    const entry = settle(id);
    if (!entry) return;
    entry.reject(error);
    carrier.cancel(id, reason);
  }

  function sweep(): void {
    const now = clock.monotonic();
    for (const [id, entry] of pending)
      if (entry.idleTimeoutMs > 0 && now - entry.aliveAt >= entry.idleTimeoutMs)
        abandon(id, timedOut(entry.request.method, entry.idleTimeoutMs), 'timed out');
  }

  /** Starts the one timer that watches all that waits; fine enough for the shortest deadline in use. */
  function watch(idleTimeoutMs: number): void {
    if (idleTimeoutMs > 0) sweeper ??= clock.every(Math.max(10, Math.min(1_000, idleTimeoutMs / 4)), sweep);
  }

  function request(outgoing: OutgoingRequest): Promise<JsonObject> {
    if (ended) return Promise.reject(ended);
    if (outgoing.signal?.aborted) return Promise.reject(cancelled());
    if (pending.size >= options.maxPending) return Promise.reject(tooMany(options.maxPending));
    const id = nextId++;
    return new Promise((resolve, reject) => {
      const idleTimeoutMs = outgoing.idleTimeoutMs ?? options.idleTimeoutMs;
      const onAbort = outgoing.signal ? () => abandon(id, cancelled(), 'the client cancelled') : undefined;
      pending.set(id, {
        request: outgoing,
        resolve,
        reject,
        aliveAt: clock.monotonic(),
        idleTimeoutMs,
        onAbort,
      });
      if (onAbort) outgoing.signal?.addEventListener('abort', onAbort, { once: true });
      watch(idleTimeoutMs);
      try {
        carrier.send(toRequest(id, outgoing));
      } catch (error) {
        settle(id)?.reject(error as Error);
      }
    });
  }

  function onProgress(params: JsonObject | undefined): void {
    const token = params?.['progressToken'];
    const entry = typeof token === 'number' || typeof token === 'string' ? pending.get(token) : undefined;
    if (!entry || !params) return;
    entry.aliveAt = clock.monotonic();
    const { progressToken, ...rest } = params;
    entry.request.onProgress?.(rest);
  }

  function onAsk(
    id: RpcId,
    method: string,
    params: JsonObject | undefined,
    via: McpExchange | undefined,
  ): void {
    if (asks >= MAX_ASKS) return answer(id, Promise.reject(tooManyAsks()));
    asks += 1;
    for (const entry of pending.values()) entry.aliveAt = clock.monotonic();
    answer(
      id,
      handlers.onRequest(method, params, via).finally(() => {
        asks -= 1;
      }),
    );
  }

  function answer(id: RpcId, outcome: Promise<JsonObject>): void {
    outcome.then(
      (result) => reply({ jsonrpc: '2.0', id, result }),
      (error: unknown) => reply({ jsonrpc: '2.0', id, error: toRpcError(error) }),
    );
  }

  function reply(message: RpcMessage): void {
    if (ended) return;
    try {
      carrier.send(message);
    } catch (error) {
      handlers.onGarbage(`an answer could not be sent: ${(error as Error).message}`);
    }
  }

  function dispatch(message: Incoming, stream: RpcId | undefined): void {
    const via = stream === undefined ? undefined : pending.get(stream)?.request.exchange;
    switch (message.kind) {
      case 'result':
        return settle(message.id)?.resolve(message.result);
      case 'error':
        return void (message.id === null ? undefined : settle(message.id)?.reject(message.error));
      case 'request':
        return onAsk(message.id, message.method, message.params, via);
      case 'notification':
        if (message.method === 'notifications/progress') return onProgress(message.params);
        if (message.method === 'notifications/cancelled') return;
        return handlers.onNotification(message.method, message.params, via);
    }
  }

  function receive(message: JsonValue, stream?: RpcId): void {
    // Revision 2025-03-26 allows batches.
    if (Array.isArray(message)) {
      for (const one of message) if (!Array.isArray(one)) receive(one, stream);
      return;
    }
    const sorted = sortMessage(message);
    if (sorted) dispatch(sorted, stream);
    else handlers.onGarbage('a message that is not JSON-RPC');
  }

  return {
    request,
    notify: (method, params) => reply({ jsonrpc: '2.0', method, ...(params ? { params } : {}) }),
    receive,
    fail: (id, error) => settle(id)?.reject(error),
    end(error) {
      ended ??= error;
      for (const id of [...pending.keys()]) settle(id)?.reject(error);
    },
    get pending() {
      return pending.size;
    },
  };
}

function toRequest(id: RpcId, { method, params, onProgress }: OutgoingRequest): RpcRequest {
  if (!onProgress) return params ? { jsonrpc: '2.0', id, method, params } : { jsonrpc: '2.0', id, method };
  const meta = (params?.['_meta'] ?? {}) as JsonObject;
  return { jsonrpc: '2.0', id, method, params: { ...params, _meta: { ...meta, progressToken: id } } };
}

const timedOut = (method: string, idleMs: number): AppError =>
  new AppError(
    'servers.timeout',
    `The server gave no sign of life on ${method} for ${Math.round(idleMs / 1000)} s.`,
    {
      advice: 'Try again; if it happens again, look at the log of the server or raise its time limit.',
      retryable: true,
    },
  );

const cancelled = (): AppError =>
  new AppError('servers.cancelled', 'The client cancelled the call.', { retryable: true });

const tooMany = (limit: number): AppError =>
  new AppError('servers.busy', `${limit} calls to this server wait for an answer already.`, {
    advice: 'Try again in a moment.',
    retryable: true,
  });

const tooManyAsks = (): McpError =>
  new McpError(JSON_RPC.internalError, `${MAX_ASKS} requests of this server wait for an answer already.`);
