/**
 * `_meta` between two hops. Keys under `io.modelcontextprotocol/` describe one hop (version, client, capabilities, log
 * level) and are never carried over; they are rebuilt for a modern server. A progress token belongs to one hop too.
 * Everything else (`traceparent`, a tool's own keys) passes through.
 */
import type { JsonObject, JsonValue } from '#shared/kernel/canonical.ts';
import type { McpCaller } from '#shared/features/servers/mcp.ts';
import { isObject } from './messages.ts';

export const META = {
  protocolVersion: 'io.modelcontextprotocol/protocolVersion',
  clientInfo: 'io.modelcontextprotocol/clientInfo',
  clientCapabilities: 'io.modelcontextprotocol/clientCapabilities',
  logLevel: 'io.modelcontextprotocol/logLevel',
  subscriptionId: 'io.modelcontextprotocol/subscriptionId',
} as const;

const HOP_PREFIX = 'io.modelcontextprotocol/';
/** About a task, not about a hop. */
const RELATED_TASK = 'io.modelcontextprotocol/related-task';

const isHopKey = (key: string): boolean => key.startsWith(HOP_PREFIX) && key !== RELATED_TASK;

export interface CallerMeta {
  /** What passes through; absent when nothing is left. */
  rest: JsonObject | undefined;
  progressToken: string | number | undefined;
  logLevel: string | undefined;
}

/** Takes a caller's `_meta` apart. */
export function readCallerMeta(params: JsonObject | undefined): CallerMeta {
  const meta = params?.['_meta'];
  if (!isObject(meta)) return { rest: undefined, progressToken: undefined, logLevel: undefined };
  const rest: JsonObject = {};
  let kept = false;
  for (const [key, value] of Object.entries(meta)) {
    if (key === 'progressToken' || isHopKey(key)) continue;
    rest[key] = value;
    kept = true;
  }
  const token = meta['progressToken'];
  const level = meta[META.logLevel];
  return {
    rest: kept ? rest : undefined,
    progressToken: typeof token === 'string' || typeof token === 'number' ? token : undefined,
    logLevel: typeof level === 'string' ? level : undefined,
  };
}

/** `params` with another `_meta`; without any when `meta` is empty. */
export function withMeta(
  params: JsonObject | undefined,
  meta: JsonObject | undefined,
): JsonObject | undefined {
  if (meta) return { ...params, _meta: meta };
  if (!params || !('_meta' in params)) return params;
  const { _meta, ...rest } = params;
  return rest;
}

/** The envelope that a modern server demands on every request: exactly what the caller declared, nothing more. */
export function modernEnvelope(
  protocolVersion: string,
  caller: Pick<McpCaller, 'capabilities' | 'clientInfo'>,
  ownInfo: JsonObject,
  logLevel: string | undefined,
): JsonObject {
  const envelope: Record<string, JsonValue> = {
    [META.protocolVersion]: protocolVersion,
    [META.clientInfo]: caller.clientInfo ?? ownInfo,
    [META.clientCapabilities]: caller.capabilities,
  };
  if (logLevel !== undefined) envelope[META.logLevel] = logLevel;
  return envelope;
}

/** A result without the `_meta` keys that a modern server addressed to this hop. */
export function withoutHopMeta(result: JsonObject): JsonObject {
  const meta = result['_meta'];
  if (!isObject(meta) || !Object.keys(meta).some(isHopKey)) return result;
  const rest = Object.fromEntries(Object.entries(meta).filter(([key]) => !isHopKey(key)));
  return withMeta(result, Object.keys(rest).length > 0 ? rest : undefined) as JsonObject;
}
