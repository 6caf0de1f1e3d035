/** Calls of this machine's clients to tools of other providers. */
import type { ToolView } from '#shared/features/registry/contract.ts';
import { stripHidden } from '#shared/features/registry/text.ts';
import { RELAY_ERRORS, type RelayErrorCode, relayError } from '#shared/features/relay/errors.ts';
import {
  CALL_PROTOCOL,
  type CallRequest,
  callResponseSchema,
  decodeMessage,
  encodeMessage,
  providerMessageSchema,
} from '#shared/features/relay/messages.ts';
import { McpError, type McpExchange } from '#shared/features/servers/mcp.ts';
import { fromUtf8 } from '#shared/kernel/bytes.ts';
import type { JsonObject } from '#shared/kernel/canonical.ts';
import type { Clock } from '#shared/kernel/clock.ts';
import { AppError } from '#shared/kernel/errors.ts';
import type { PeerId } from '#shared/kernel/ids.ts';
import type { Network, RpcCall } from '../p2p/index.ts';
import type { CallableTool } from '../registry/index.ts';
import { createIdleDeadline } from './deadline.ts';
import type { HopClock } from './hop-clock.ts';
import type { RelayOptions } from './ports.ts';
import type { Validation } from './validation.ts';

/** Questions of a server that wait for the client at the same time, per call. */
const MAX_QUESTIONS = 16;
/** The transport's own limit; the relay's idle deadline is the one that people meet. */
const TRANSPORT_TIMEOUT_MS = 24 * 3_600_000;

export interface RemoteOutcome {
  result: JsonObject;
  peerId: PeerId;
  requestBytes: number;
  responseBytes: number;
}

export interface Outgoing {
  /** Rejects with `McpError` (the server's own error) or `AppError` (see `RELAY_ERRORS`). */
  call(tool: CallableTool, params: JsonObject, exchange: McpExchange, hops: HopClock): Promise<RemoteOutcome>;
}

export function createOutgoing(
  deps: { network: Network; clock: Clock; validation: Validation; isServing(peerId: PeerId): boolean },
  options: Pick<RelayOptions, 'idleTimeoutMs' | 'maxResultBytes'>,
): Outgoing {
  const { network, validation } = deps;

  /** A connected node that serves, with the quickest answers, else one that can be dialled. Nothing was sent yet, so trying another is safe. */
  async function reach({ addresses, nodes }: CallableTool, signal: AbortSignal): Promise<PeerId> {
    const connected = network.peers().filter(({ peerId }) => nodes.includes(peerId));
    const [best] = connected.sort(
      (a, b) =>
        Number(deps.isServing(b.peerId)) - Number(deps.isServing(a.peerId)) ||
        (a.latencyMs ?? Infinity) - (b.latencyMs ?? Infinity),
    );
    if (best) return best.peerId;
    for (const target of [...nodes, ...addresses]) {
      try {
        return (await network.dial(target, signal)).peerId;
      } catch (error) {
        if (signal.aborted) throw relayError('relay.cancelled');
        if (!(error instanceof AppError)) throw error;
      }
    }
    throw relayError('relay.unreachable');
  }

  async function send(peerId: PeerId, request: CallRequest, exchange: McpExchange) {
    const deadline = createIdleDeadline(deps.clock, options.idleTimeoutMs());
    const payload = encodeMessage(request);
    const call: RpcCall = network.call(peerId, CALL_PROTOCOL, payload, {
      signal: AbortSignal.any([exchange.signal, deadline.signal]),
      timeoutMs: TRANSPORT_TIMEOUT_MS,
      maxResponseBytes: options.maxResultBytes(),
      onMessage: (bytes) => {
        deadline.extend();
        answerer(bytes);
      },
    });
    const answerer = createAnswerer(exchange, call.send);
    try {
      const bytes = await call.response;
      return {
        response: decodeMessage(callResponseSchema, bytes),
        requestBytes: payload.length,
        responseBytes: bytes.length,
      };
    } catch (error) {
      throw deadline.signal.aborted && !exchange.signal.aborted
        ? relayError('relay.timeout')
        : translate(error);
    } finally {
      deadline.close();
    }
  }

  return {
    async call(tool, params, exchange, hops) {
      hops.begin('check');
      refuseUnapproved(tool.state);
      validation.checkArguments(tool.tool, tool.fingerprint, (params.arguments ?? {}) as JsonObject);
      hops.begin('connect');
      const peerId = await reach(tool, exchange.signal);
      hops.begin('remote');
      const { principal: _principal, profile: _profile, ...caller } = exchange.caller;
      const request: CallRequest = {
        server: tool.server,
        tool: tool.tool.name,
        fingerprint: tool.fingerprint,
        params,
        caller,
      };
      const { response, ...sizes } = await send(peerId, request, exchange);
      hops.answered(response.hops);
      if ('error' in response)
        throw new McpError(response.error.code, response.error.message, response.error.data);
      validation.checkResult(tool.tool, tool.fingerprint, response.result);
      return { result: response.result, peerId, ...sizes };
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
  if (code in RELAY_ERRORS) {
    const problems = code === 'relay.invalid_arguments' ? shortened(error.message) : undefined;
    return problems
      ? new AppError(code, problems, { advice: error.advice })
      : relayError(code as RelayErrorCode);
  }
  return new AppError(code, shortened(error.message), {
    advice: shortened(error.advice),
    retryable: error.retryable,
  });
}

const shortened = (text: string) => stripHidden(text).slice(0, 500);
