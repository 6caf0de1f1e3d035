/** A connection to a server before any handshake: messages both ways, and how it ends. */
import type { AppError } from '#shared/kernel/errors.ts';
import type { McpExchange } from '#shared/features/servers/mcp.ts';
import type { JsonObject } from '#shared/kernel/canonical.ts';
import type { Peer, PeerOptions } from './peer.ts';

export interface WireHandlers {
  onRequest(
    method: string,
    params: JsonObject | undefined,
    via: McpExchange | undefined,
  ): Promise<JsonObject>;
  onNotification(method: string, params: JsonObject | undefined, via: McpExchange | undefined): void;
  /** Something noteworthy for the server's log: garbage, a flood, a message that was too long. */
  onNote(text: string): void;
  /** The server lost the session and has a new one, which knows nothing of the one before. */
  onRenewed(): void;
}

export interface WireOptions extends PeerOptions {
  /** Longest message from the server; longer ones end their call with `servers.too_large`. */
  maxMessageBytes: number;
  /** Takes the values of secrets out of what a server said, before it is shown. */
  redact(text: string): string;
}

export interface Wire {
  readonly peer: Peer;
  readonly pid?: number;
  /** Resolves with the reason when the connection has ended. Never rejects. */
  readonly closed: Promise<AppError>;
  /** Ends it and whatever stands behind it. */
  close(): Promise<void>;
  /** Ends the process for a reason that its callers are told. Absent where there is none. */
  endFor?(reason: AppError): void;
}
