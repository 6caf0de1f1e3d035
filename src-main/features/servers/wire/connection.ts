/** A server after the handshake, in either era: what it said of itself, and requests with `_meta` made right for it. */
import type { JsonObject, JsonValue } from '#shared/kernel/canonical.ts';
import { AppError } from '#shared/kernel/errors.ts';
import {
  type Era,
  LEGACY_VERSIONS,
  type McpExchange,
  type McpMessage,
  MODERN_VERSIONS,
} from '#shared/features/servers/mcp.ts';
import { fulfilInputs } from './input-required.ts';
import { isObject } from './messages.ts';
import { modernEnvelope, readCallerMeta, withMeta, withoutHopMeta } from './meta.ts';
import type { Wire } from './wire.ts';

export interface Handshake {
  era: Era;
  protocolVersion: string;
  serverInfo: { name: string; version: string; title?: string } & JsonObject;
  capabilities: JsonObject;
  instructions?: string | undefined;
}

export interface Connection extends Handshake {
  readonly pid?: number | undefined;
  /** Resolves with the reason once the connection has ended. */
  readonly closed: Promise<AppError>;
  /** Requests that wait for an answer. */
  readonly pending: number;
  /** A client's request. `logLevel` is what its session asked for, where the era has no other way to say so. */
  request(message: McpMessage, exchange: McpExchange, logLevel?: string): Promise<JsonObject>;
  /** A request of our own, which declares no capabilities. */
  ask(method: string, params?: JsonObject, signal?: AbortSignal): Promise<JsonObject>;
  /** Modern servers only: asks for news until `signal` aborts or the server ends it; news arrive as notifications. */
  listen(notifications: JsonObject, signal: AbortSignal): Promise<void>;
  notify(method: string, params?: JsonObject): void;
  close(): Promise<void>;
  /** Ends the process for a reason that its callers are told; it is started again when it is wanted. */
  endFor?: ((reason: AppError) => void) | undefined;
}

export interface ConnectOptions {
  /** Declared in `initialize`; a modern server hears those of each caller instead. */
  capabilities: JsonObject;
  /** MCP `Implementation` of this node. */
  clientInfo: JsonObject;
  /** Aborts when the handshake has taken too long. */
  signal: AbortSignal;
  /** Requests of our own get no longer than this without a sign of life. */
  ownTimeoutMs: number;
}

/** Says `initialize`. Rejects with `McpError` as the server refused, or `servers.protocol` for an unusable answer. */
export async function initialize(wire: Wire, options: ConnectOptions): Promise<Handshake> {
  const result = await wire.peer.request({
    method: 'initialize',
    params: {
      protocolVersion: LEGACY_VERSIONS[0],
      capabilities: options.capabilities,
      clientInfo: options.clientInfo,
    },
    signal: options.signal,
    idleTimeoutMs: 0,
  });
  const version = result['protocolVersion'];
  if (!(LEGACY_VERSIONS as readonly JsonValue[]).includes(version ?? null))
    throw unusable(`revision ${String(version)}`);
  return { era: 'legacy', protocolVersion: version as string, ...readIdentity(result, result['serverInfo']) };
}

/** Asks a modern server who it is. Rejects with `McpError`, or `servers.protocol` when no revision is shared. */
export async function discover(wire: Wire, options: ConnectOptions): Promise<Handshake> {
  const version = MODERN_VERSIONS[0];
  const envelope = modernEnvelope(version, { capabilities: {} }, options.clientInfo, undefined);
  const result = await wire.peer.request({
    method: 'server/discover',
    params: { _meta: envelope },
    signal: options.signal,
    idleTimeoutMs: 0,
  });
  const supported = result['supportedVersions'];
  if (!Array.isArray(supported) || !supported.includes(version))
    throw unusable(`revisions ${JSON.stringify(supported)}`);
  const meta = isObject(result['_meta']) ? result['_meta'] : {};
  return {
    era: 'modern',
    protocolVersion: version,
    ...readIdentity(result, meta['io.modelcontextprotocol/serverInfo'] ?? result['serverInfo']),
  };
}

function readIdentity(
  result: JsonObject,
  info: JsonValue | undefined,
): Omit<Handshake, 'era' | 'protocolVersion'> {
  const said = isObject(info) ? info : {};
  return {
    serverInfo: { ...said, name: textOf(said['name'], 'unnamed'), version: textOf(said['version'], '0') },
    capabilities: isObject(result['capabilities']) ? result['capabilities'] : {},
    instructions: typeof result['instructions'] === 'string' ? result['instructions'] : undefined,
  };
}

const textOf = (value: JsonValue | undefined, fallback: string): string =>
  typeof value === 'string' ? value : fallback;

const unusable = (said: string): AppError =>
  new AppError(
    'servers.protocol',
    `The server answered with ${said.slice(0, 100)}, which this node does not speak.`,
    {
      advice: `Update the server, or this node. It speaks ${[...MODERN_VERSIONS, ...LEGACY_VERSIONS].join(', ')}.`,
    },
  );

/** A wire and what the handshake over it found, as one thing to send requests to. */
export function createConnection(
  wire: Wire,
  handshake: Handshake,
  { clientInfo, ownTimeoutMs }: Pick<ConnectOptions, 'clientInfo' | 'ownTimeoutMs'>,
): Connection {
  const modern = handshake.era === 'modern';
  const ownEnvelope = modernEnvelope(handshake.protocolVersion, { capabilities: {} }, clientInfo, undefined);

  function send(
    message: McpMessage,
    exchange: McpExchange,
    logLevel: string | undefined,
  ): Promise<JsonObject> {
    const meta = readCallerMeta(message.params);
    const envelope = modern
      ? modernEnvelope(handshake.protocolVersion, exchange.caller, clientInfo, meta.logLevel ?? logLevel)
      : undefined;
    const { progressToken } = meta;
    return wire.peer.request({
      method: message.method,
      params: withMeta(message.params, envelope ? { ...meta.rest, ...envelope } : meta.rest),
      exchange,
      signal: exchange.signal,
      onProgress:
        progressToken === undefined
          ? undefined
          : (params) =>
              exchange.notify({ method: 'notifications/progress', params: { ...params, progressToken } }),
    });
  }

  return {
    ...handshake,
    pid: wire.pid,
    endFor: wire.endFor,
    closed: wire.closed,
    get pending() {
      return wire.peer.pending;
    },
    async request(message, exchange, logLevel) {
      if (!modern) return send(message, exchange, undefined);
      if (exchange.caller.era === 'modern') return withoutHopMeta(await send(message, exchange, logLevel));
      return fulfilInputs(message, exchange, (round) => send(round, exchange, logLevel)).then(withoutHopMeta);
    },
    ask: (method, params, signal) =>
      wire.peer.request({
        method,
        params: modern ? withMeta(params, ownEnvelope) : params,
        signal,
        idleTimeoutMs: ownTimeoutMs,
      }),
    async listen(notifications, signal) {
      const params = { notifications, _meta: ownEnvelope };
      await wire.peer.request({ method: 'subscriptions/listen', params, signal, idleTimeoutMs: 0 });
    },
    notify: (method, params) => wire.peer.notify(method, params),
    close: () => wire.close(),
  };
}
