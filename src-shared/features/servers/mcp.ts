/**
 * MCP as the relay sees it: JSON-RPC requests to one server, each with its own exchange back to the one client that
 * made it. Every server that can be called (a local process, a remote peer's) is an `McpTarget`; every client
 * (HTTP session, modern request, stdio bridge, remote peer) provides an `McpExchange`. Era bridging sits at the edges:
 *
 * - a target over a modern server and a legacy caller turns `input_required` into `ask` and retries;
 * - an exchange for a modern client turns `ask` into a parked `input_required` answer.
 */
import type { JsonObject, JsonValue } from '../../kernel/canonical.ts';

/** `legacy`: revisions with `initialize` and sessions (≤ 2025-11-25). `modern`: stateless revisions (≥ 2026-07-28). */
export type Era = 'legacy' | 'modern';

export const LEGACY_VERSIONS = ['2025-11-25', '2025-06-18', '2025-03-26', '2024-11-05'] as const;
export const MODERN_VERSIONS = ['2026-07-28'] as const;

/** What the relay knows of the client behind a request. Travels with remote calls, so it holds no secrets. */
export interface McpCaller {
  era: Era;
  protocolVersion: string;
  /** MCP `ClientCapabilities` exactly as the client declared them. */
  capabilities: JsonObject;
  clientInfo?: JsonObject;
  /**
   * Identifies the client's session: requests with the same key come from the same client. A server→client request
   * may only be answered by the session that caused it.
   */
  session: string;
  /** Who the session belongs to: `local`, or the provider id of the peer that relays for it. */
  principal: string;
  /** The client's profile, where it is one of ours; never told to others. */
  profile?: string | undefined;
}

export interface McpMessage {
  method: string;
  params?: JsonObject;
}

/** Told by a target how far a request has come, so that the time it takes can be told apart. */
export interface RequestTrace {
  /** `start`: the server is started first. `tool`: the server has the request now. */
  begin(hop: 'start' | 'tool'): void;
}

/** The way back to the one client that made a request, for as long as that request runs. */
export interface McpExchange {
  readonly caller: McpCaller;
  /** Monotonic ms at which the client's request had arrived, where the endpoint noted it. */
  readonly arrivedAt?: number | undefined;
  readonly trace?: RequestTrace;
  /** Grants by which the call of another provider's client is passed on, as base64url, the origin's first. */
  readonly via?: readonly string[] | undefined;
  /** Aborts when the client cancels or goes away; the target then cancels upstream. */
  readonly signal: AbortSignal;
  /** Sends `notifications/progress` or `notifications/message` on the request's own stream. */
  notify(notification: McpMessage): void;
  /**
   * Server→client request (`sampling/createMessage`, `elicitation/create`, `roots/list`). Rejects with `McpError`
   * -32601 where the client declared no such capability.
   */
  ask(request: McpMessage): Promise<JsonObject>;
}

/** One MCP server, near or far. */
export interface McpTarget {
  /**
   * Sends one request and resolves with its raw result (unknown fields untouched, `resultType: "input_required"`
   * included when the caller is modern). Rejects with `McpError` for JSON-RPC errors of the server, `AppError` when
   * the relay itself failed.
   */
  request(request: McpMessage, exchange: McpExchange): Promise<JsonObject>;
}

/** A JSON-RPC error, relayed with code, message and data as the server gave them. */
export class McpError extends Error {
  readonly code: number;
  readonly data: JsonValue | undefined;
  constructor(code: number, message: string, data?: JsonValue) {
    super(message);
    this.name = 'McpError';
    this.code = code;
    this.data = data;
  }
}

export const JSON_RPC = {
  parseError: -32700,
  invalidRequest: -32600,
  methodNotFound: -32601,
  invalidParams: -32602,
  internalError: -32603,
} as const;
