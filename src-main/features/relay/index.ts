/**
 * Calls, near and far: chooses where a catalog tool is run, checks arguments before they travel and results after, and
 * keeps the record of every call.
 *
 *     const relay = createRelay(deps, options);
 *     await relay.callTool(id, { name: 'echo', arguments: { message: 'hi' } }, exchange);
 *
 * Invariants: a provider judges every call anew (rule, tool, fingerprint, arguments); a call ends with one result or one
 * error of the documented table; cancellation and progress cross the network; what rules no longer allow ends at once.
 */
import type { Invocation } from '#shared/features/relay/contract.ts';
import { relayError } from '#shared/features/relay/errors.ts';
import { McpError, type McpExchange, type McpMessage } from '#shared/features/servers/mcp.ts';
import { toHex } from '#shared/kernel/bytes.ts';
import type { JsonObject, JsonValue } from '#shared/kernel/canonical.ts';
import type { Clock } from '#shared/kernel/clock.ts';
import { createDisposableStore } from '#shared/kernel/disposables.ts';
import { AppError } from '#shared/kernel/errors.ts';
import type { PeerId } from '#shared/kernel/ids.ts';
import type { Random } from '#shared/kernel/random.ts';
import type { Log } from '../../platform/log.ts';
import type { Database } from '../../platform/sqlite.ts';
import type { Network } from '../p2p/index.ts';
import type { CallableTool } from '../registry/index.ts';
import { createIncoming, encodeFailure, type IncomingCall } from './incoming.ts';
import { createInvocations, type InvocationFilter } from './invocations.ts';
import { createOutgoing, type RemoteOutcome } from './outgoing.ts';
import type { LocalServers, MayCall, RelayOptions } from './ports.ts';
import { createValidation } from './validation.ts';

export { createRelayHandlers } from './handlers.ts';
export { relayMigrations } from './migrations.ts';

export interface Relay {
  start(): void;
  stop(): Promise<void>;
  /** `tools/call` of a catalog tool; `params` carries the tool's own name. Rejects with `McpError` or `AppError`. */
  callTool(id: string, params: JsonObject, exchange: McpExchange): Promise<JsonObject>;
  /** Any other request to one local server. */
  request(server: string, message: McpMessage, exchange: McpExchange): Promise<JsonObject>;
  sessionEnded(session: string): void;
  /** Sharing, blocks or tools changed: calls in flight that are no longer allowed end. */
  recheck(): void;
  invocations(filter: InvocationFilter): Invocation[];
  onInvocation(listener: (invocation: Invocation) => void): () => void;
}

export interface RelayDeps {
  db: Database;
  network: Network;
  clock: Clock;
  random: Random;
  log: Log;
  servers: LocalServers;
  mayCall: MayCall;
  /** Whether peers are not served now; calls in flight may end. Default: never. */
  isPaused?(): boolean;
  /** Whether a connected peer takes calls now, as far as it told. Default: it does. */
  isServing?(peerId: PeerId): boolean;
  /** Throws `registry.unknown_tool` and its kin. */
  callable(id: string): CallableTool;
  findLocal(server: string, tool: string): CallableTool | undefined;
}

export function createRelay(deps: RelayDeps, options: RelayOptions): Relay {
  const { clock } = deps;
  const owned = createDisposableStore();
  const validation = createValidation();
  const invocations = owned.add(createInvocations(deps, options));
  const outgoing = createOutgoing({ isServing: () => true, ...deps, validation }, options);
  const incoming = createIncoming({ isPaused: () => false, ...deps, validation }, options);

  /** Runs one call and records what came of it, whatever that is. */
  async function recorded<T>(facts: CallFacts, run: () => Promise<T & CallSizes>): Promise<T> {
    const startedAt = clock.now();
    const from = clock.monotonic();
    const note = (end: Partial<Invocation>) =>
      invocations.add({
        id: callId(startedAt, deps.random),
        startedAt,
        durationMs: Math.round((clock.monotonic() - from) * 1000) / 1000,
        responseBytes: 0,
        outcome: 'ok',
        ...facts,
        ...end,
      });
    try {
      const outcome = await run();
      note({
        ...sizesOf(outcome),
        outcome: outcome.result?.isError === true ? 'tool_error' : 'ok',
        ...payload(outcome.result),
      });
      return outcome;
    } catch (error) {
      note(failureOf(error));
      throw error;
    }
  }

  const payload = (result: JsonObject | undefined) =>
    options.keepPayloads() && result ? { response: payloadText(result) } : {};
  const requestPayload = (params: JsonObject | undefined) =>
    options.keepPayloads() && params ? { request: payloadText(params) } : {};

  function factsOf(
    exchange: McpExchange,
    method: string,
    server: string,
    params: JsonObject | undefined,
  ): CallFacts {
    const client = exchange.caller.clientInfo?.name;
    return {
      direction: 'local',
      method,
      server,
      requestBytes: params ? approximateBytes(params) : 0,
      ...(typeof client === 'string' ? { client: client.slice(0, 64) } : {}),
      ...requestPayload(params),
    };
  }

  async function toLocal(
    server: string,
    message: McpMessage,
    exchange: McpExchange,
    tool?: string,
  ): Promise<JsonObject> {
    const target = deps.servers.target(server);
    if (!target) throw relayError('relay.no_such_tool');
    const facts = { ...factsOf(exchange, message.method, server, message.params), ...(tool ? { tool } : {}) };
    const { result } = await recorded(facts, async () => {
      const result = await target.request(message, exchange);
      return { result, responseBytes: approximateBytes(result) };
    });
    return result;
  }

  async function toRemote(
    tool: CallableTool,
    params: JsonObject,
    exchange: McpExchange,
  ): Promise<JsonObject> {
    const facts: CallFacts = {
      ...factsOf(exchange, 'tools/call', tool.server, params),
      direction: 'outgoing',
      tool: tool.tool.name,
      providerId: tool.provider,
    };
    const { result } = await recorded<RemoteOutcome>(facts, () => outgoing.call(tool, params, exchange));
    return result;
  }

  async function answer(call: IncomingCall): Promise<Uint8Array> {
    const { peerId, providerId, request, requestBytes } = call;
    const facts: CallFacts = {
      direction: 'incoming',
      method: 'tools/call',
      server: request.server,
      tool: request.tool,
      providerId,
      peerId,
      requestBytes,
      ...requestPayload(request.params),
    };
    try {
      return (await recorded(facts, call.run)).bytes;
    } catch (error) {
      return encodeFailure(error);
    }
  }

  return {
    start: () => void owned.add(incoming.start(answer)),
    stop: () => owned.close(),
    async callTool(id, params, exchange) {
      const tool = deps.callable(id);
      if (!tool.local) return toRemote(tool, params, exchange);
      return toLocal(
        tool.server,
        { method: 'tools/call', params: { ...params, name: tool.tool.name } },
        exchange,
        tool.tool.name,
      );
    },
    request: (server, message, exchange) => toLocal(server, message, exchange),
    sessionEnded: (session) => deps.servers.sessionEnded(session),
    recheck: () => incoming.recheck(),
    invocations: (filter) => invocations.list(filter),
    onInvocation: (listener) => invocations.onAdded(listener),
  };
}

/**
 * Unique, and later calls have greater ones: rows then join the end of the store's index, where random ones would touch a
 * page each.
 */
const callId = (startedAt: number, random: Random): string =>
  startedAt.toString(16).padStart(12, '0') + toHex(random.bytes(6));

type CallFacts = Omit<Invocation, 'id' | 'startedAt' | 'durationMs' | 'outcome' | 'responseBytes'>;

interface CallSizes {
  result?: JsonObject;
  requestBytes?: number;
  responseBytes: number;
  peerId?: string;
}

const sizesOf = ({ peerId, requestBytes, responseBytes }: CallSizes): Partial<Invocation> => ({
  responseBytes,
  ...(requestBytes === undefined ? {} : { requestBytes }),
  ...(peerId === undefined ? {} : { peerId }),
});

/** Characters kept of arguments and of results; a peer that is refused sends arguments as well. */
const MAX_PAYLOAD_CHARS = 32 * 1024;

function payloadText(payload: JsonObject): string {
  const text = JSON.stringify(payload);
  return text.length <= MAX_PAYLOAD_CHARS ? text : `${text.slice(0, MAX_PAYLOAD_CHARS).toWellFormed()}…`;
}

/** How a cancellation is called here and on the wire. */
const CANCELLED = new Set(['relay.cancelled', 'p2p.cancelled', 'servers.cancelled']);

function failureOf(error: unknown): Partial<Invocation> {
  if (error instanceof McpError) return { outcome: 'error', code: `mcp.${error.code}` };
  if (error instanceof AppError)
    return CANCELLED.has(error.code)
      ? { outcome: 'cancelled', code: 'relay.cancelled' }
      : { outcome: 'error', code: error.code };
  const isAbort = error instanceof DOMException && error.name === 'AbortError';
  return isAbort ? { outcome: 'cancelled', code: 'relay.cancelled' } : { outcome: 'error', code: 'internal' };
}

/** Size of a value as JSON without writing it: strings count by their length, so large results cost nothing to measure. */
export function approximateBytes(value: JsonValue | undefined): number {
  if (typeof value === 'string') return value.length + 2;
  if (value === null || typeof value !== 'object') return 5;
  let sum = 2;
  if (Array.isArray(value)) for (const item of value) sum += approximateBytes(item) + 1;
  else for (const key in value) sum += key.length + 4 + approximateBytes(value[key]);
  return sum;
}
