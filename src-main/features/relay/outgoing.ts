/** Calls of this machine's clients to tools of other providers. */
import type { ToolView } from '#shared/features/registry/contract.ts';
import { stripHidden } from '#shared/features/registry/text.ts';
import { RELAY_ERRORS, type RelayErrorCode, relayError } from '#shared/features/relay/errors.ts';
import {
  CALL_PROTOCOL,
  type CallRequest,
  type CallResponse,
  callResponseSchema,
  decodeMessage,
  encodeMessage,
  providerMessageSchema,
} from '#shared/features/relay/messages.ts';
import { sealedLength } from '#shared/features/relay/sealing.ts';
import { urgencyOf } from '#shared/features/relay/urgency.ts';
import { McpError, type McpExchange } from '#shared/features/servers/mcp.ts';
import { fromUtf8 } from '#shared/kernel/bytes.ts';
import { linkedTo } from '#shared/kernel/abort.ts';
import type { JsonObject } from '#shared/kernel/canonical.ts';
import type { Clock } from '#shared/kernel/clock.ts';
import { AppError } from '#shared/kernel/errors.ts';
import type { PeerId } from '#shared/kernel/ids.ts';
import type { Random } from '#shared/kernel/random.ts';
import type { Network, RpcCall } from '../p2p/index.ts';
import type { CallableTool } from '../registry/index.ts';
import type { Router } from './choose/route.ts';
import { createIdleDeadline } from './deadline.ts';
import type { HopClock } from './hop-clock.ts';
import type { RelayOptions } from './ports.ts';
import type { LoadValidation } from './lazy-validation.ts';
import type { Sealing } from './seal/index.ts';
import type { ConsumerSession } from './seal/sessions.ts';
import { type SealedCall, sealCall } from './seal/sealer.ts';
import type { SecretGuard } from './secret-guard.ts';

/** Questions of a server that wait for the client at the same time, per call. */
const MAX_QUESTIONS = 16;
/** The transport's own limit; the relay's idle deadline is the one that people meet. */
const TRANSPORT_TIMEOUT_MS = 24 * 3_600_000;

export interface RemoteOutcome {
  result: JsonObject;
  peerId: PeerId;
  requestBytes: number;
  responseBytes: number;
  /** It went sealed to the node that ran the tool. */
  sealed?: true;
}

export interface Outgoing {
  /** Rejects with `McpError` (the server's own error) or `AppError` (see `RELAY_ERRORS`). */
  call(
    tool: CallableTool,
    params: JsonObject,
    exchange: McpExchange,
    hops: HopClock,
    guard: SecretGuard,
  ): Promise<RemoteOutcome>;
}

export function createOutgoing(
  deps: {
    network: Network;
    clock: Clock;
    random: Random;
    loadValidation: LoadValidation;
    router: Router;
    sealing: Pick<Sealing, 'session' | 'forget'>;
  },
  options: Pick<RelayOptions, 'idleTimeoutMs' | 'maxResultBytes' | 'tellClient'>,
): Outgoing {
  const { loadValidation, network, router, sealing } = deps;

  /** In the clear or sealed, as its operator wants it and its provider offers. A session that was lost is opened once more. */
  async function send(peerId: PeerId, tool: CallableTool, request: CallRequest, exchange: McpExchange) {
    const session = await sealing.session(tool, peerId).catch(rethrowTranslated);
    if (!session) return sendOne(peerId, inTheClear(request), exchange);
    try {
      return await sendOne(peerId, sealPast(session, tool, request), exchange);
    } catch (error) {
      if (!(error instanceof AppError) || error.code !== 'relay.seal_unknown') throw error;
    }
    sealing.forget(tool, peerId);
    const renewed = await sealing.session(tool, peerId).catch(rethrowTranslated);
    // What was to be sealed is never sent otherwise, whatever the operator has changed meanwhile.
    if (!renewed) throw relayError('relay.seal_unknown');
    return sendOne(peerId, sealPast(renewed, tool, request), exchange);
  }

  async function sendOne(peerId: PeerId, ends: CallEnds, exchange: McpExchange) {
    const deadline = createIdleDeadline(deps.clock, options.idleTimeoutMs());
    const broken = new AbortController();
    const ending = linkedTo(exchange.signal, deadline.signal, broken.signal);
    const call: RpcCall = network.call(peerId, CALL_PROTOCOL, ends.payload, {
      signal: ending.controller.signal,
      timeoutMs: TRANSPORT_TIMEOUT_MS,
      maxResponseBytes: ends.sealed ? sealedLength(options.maxResultBytes()) : options.maxResultBytes(),
      onMessage: (bytes) => {
        deadline.extend();
        try {
          answerer(ends.openMessage(bytes));
        } catch (error) {
          broken.abort(error);
        }
      },
    });
    const answerer = createAnswerer(exchange, (answer) => call.send(ends.sealAnswer(answer)));
    try {
      const bytes = await call.response;
      return {
        response: decodeMessage(callResponseSchema, ends.openResponse(bytes)),
        requestBytes: ends.payload.length,
        responseBytes: bytes.length,
        ...(ends.sealed ? { sealed: ends.sealed } : {}),
      };
    } catch (error) {
      if (broken.signal.aborted) throw broken.signal.reason;
      throw deadline.signal.aborted && !exchange.signal.aborted
        ? relayError('relay.timeout')
        : translate(error);
    } finally {
      ending.release();
      deadline.close();
    }
  }

  return {
    async call(tool, given, exchange, hops, guard) {
      hops.begin('check');
      refuseUnapproved(tool.state);
      const params = guard.clean(given);
      const validation = await loadValidation();
      validation.checkArguments(tool.tool, tool.fingerprint, (params.arguments ?? {}) as JsonObject);
      const request = requestOf(tool, params, exchange, deps, options.tellClient());
      const watched = watch(exchange, guard);
      const { peerId, value } = await router.route({
        tool,
        signal: exchange.signal,
        told: watched.told,
        choosing: () => hops.begin('connect'),
        async send(node) {
          hops.begin('remote');
          const { response, ...sizes } = await send(node, tool, request, watched.exchange);
          hops.answered(response.hops);
          return { result: resultOf(response), ...sizes };
        },
      });
      validation.checkResult(tool.tool, tool.fingerprint, value.result);
      return { ...value, peerId };
    },
  };
}

/** How the frames of one call are written and read. */
type CallEnds = Pick<SealedCall, 'payload' | 'openMessage' | 'openResponse' | 'sealAnswer'> & {
  sealed?: true;
};

const inTheClear = (request: CallRequest): CallEnds => ({
  payload: encodeMessage(request),
  openMessage: (bytes) => bytes,
  openResponse: (bytes) => bytes,
  sealAnswer: (bytes) => bytes,
});

/** Sealed to the node that runs the tool, past those who share it on. */
const sealPast = (session: ConsumerSession, { origin, server }: CallableTool, request: CallRequest) =>
  origin ? sealCall(session, { ...request, server: origin.server }, server) : sealCall(session, request);

function rethrowTranslated(error: unknown): never {
  throw translate(error);
}

/** Random bytes of the key under which a provider knows a call again. */
const KEY_BYTES = 16;

/** What is sent, the same in every attempt: whoever has run the call knows it again by all of this. */
function requestOf(
  { fingerprint, server, tool }: CallableTool,
  params: JsonObject,
  { arrivedAt, caller: { principal: _principal, profile: _profile, ...caller }, via }: McpExchange,
  { clock, random }: { clock: Pick<Clock, 'monotonic'>; random: Random },
  tellClient: boolean,
): CallRequest {
  const { clientInfo, ...unnamed } = caller;
  const key = Buffer.from(random.bytes(KEY_BYTES)).toString('base64url');
  const manner = {
    key,
    ...urgencyOf(params, arrivedAt === undefined ? 0 : clock.monotonic() - arrivedAt),
    ...(via ? { via: [...via] } : {}),
  };
  return {
    server,
    tool: tool.name,
    fingerprint,
    params,
    caller: tellClient && clientInfo ? { ...unnamed, clientInfo } : unnamed,
    manner,
  };
}

function resultOf(response: CallResponse): JsonObject {
  if ('result' in response) return response.result;
  throw new McpError(response.error.code, response.error.message, response.error.data);
}

/** The same exchange, and whether anything has gone to the client through it. */
function watch(exchange: McpExchange, guard: SecretGuard): { exchange: McpExchange; told(): boolean } {
  let told = false;
  return {
    told: () => told,
    exchange: {
      caller: exchange.caller,
      via: exchange.via,
      signal: exchange.signal,
      notify(message) {
        told = true;
        exchange.notify(message);
      },
      async ask(message) {
        told = true;
        return guard.clean(await exchange.ask(message));
      },
    },
  };
}

function refuseUnapproved(state: ToolView['state']): void {
  if (state === 'changed') throw relayError('relay.tool_changed');
  if (state !== 'approved') throw relayError('relay.not_approved');
}

/** Passes notifications on, and questions with their answers; drops what makes no sense, since the call may still end well. */
function createAnswerer(exchange: McpExchange, send: (message: Uint8Array) => Promise<void>) {
  let open = 0;
  return (bytes: Uint8Array): void => {
    const parsed = providerMessageSchema.safeParse(parseJson(bytes));
    if (!parsed.success) return;
    const { method, params } = parsed.data;
    if (parsed.data.t === 'notify') return exchange.notify({ method, ...(params ? { params } : {}) });
    if (open >= MAX_QUESTIONS) return;
    open++;
    const { id } = parsed.data;
    void exchange
      .ask({ method, ...(params ? { params } : {}) })
      .then((result) => encodeMessage({ t: 'answer', id, result }))
      .catch((error: unknown) => encodeMessage({ t: 'answer', id, error: asRpcError(error) }))
      .then(send)
      .catch((error: unknown) => {
        // The call ended while the client was answering: its failure is reported by the call itself.
        if (!(error instanceof AppError)) throw error;
      })
      .finally(() => open--);
  };
}

function parseJson(bytes: Uint8Array): unknown {
  try {
    return JSON.parse(fromUtf8(bytes));
  } catch {
    return undefined;
  }
}

export function asRpcError(error: unknown): { code: number; message: string } {
  if (error instanceof McpError)
    return {
      code: error.code,
      message: error.message,
      ...(error.data === undefined ? {} : { data: error.data }),
    };
  return {
    code: -32603,
    message: error instanceof AppError ? error.message : 'The client could not answer.',
  };
}

const TRANSPORT_CODES: Record<string, RelayErrorCode> = {
  'p2p.unreachable': 'relay.unreachable',
  'p2p.timeout': 'relay.timeout',
  'p2p.cancelled': 'relay.cancelled',
  'p2p.too_large': 'relay.too_large',
  'p2p.busy': 'relay.busy',
};

/** Errors of the wire in the relay's words. Sentences of known codes are our own: another node could write anything. */
function translate(error: unknown): unknown {
  if (!(error instanceof AppError)) return error;
  const code = TRANSPORT_CODES[error.code] ?? error.code;
  const { advice, details, message } = error;
  if (!(code in RELAY_ERRORS))
    return new AppError(code, shortened(message), {
      advice: shortened(advice),
      retryable: error.retryable,
      ...(details ? { details } : {}),
    });
  const problems = code === 'relay.invalid_arguments' ? shortened(message) : undefined;
  return problems
    ? new AppError(code, problems, { advice })
    : relayError(code as RelayErrorCode, undefined, details);
}

const shortened = (text: string) => stripHidden(text).slice(0, 500);
