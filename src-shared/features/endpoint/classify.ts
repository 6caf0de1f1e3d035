/**
 * Which era a message belongs to, and the refusals that the modern era prescribes before any method runs. The body
 * decides: a message is modern when its `_meta` names a protocol version. Headers are checked against the body.
 */
import type { JsonObject } from '../../kernel/canonical.ts';
import { JSON_RPC, MODERN_VERSIONS } from '../servers/mcp.ts';
import { isObject, type RpcError, type RpcNotification, type RpcRequest } from './messages.ts';
import { decodeHeaderValue } from './param-headers.ts';
import { CODES, isLogLevel, isModernVersion, isServedModern, META } from './protocol.ts';

/** The standard headers of a request, white space around their values taken off; absent on a byte stream. */
export interface StandardHeaders {
  version: string | undefined;
  method: string | undefined;
  name: string | undefined;
}

/** What a modern request says about its sender. */
export interface Envelope {
  version: string;
  capabilities: JsonObject;
  clientInfo: JsonObject | undefined;
  logLevel: string | undefined;
}

export type Classified =
  | { era: 'legacy' }
  | { era: 'modern'; envelope: Envelope }
  | { era: 'refused'; status: 400; error: RpcError };

/** @param headers `undefined` where the transport has none. */
export function classify(
  message: RpcRequest | RpcNotification,
  headers: StandardHeaders | undefined,
): Classified {
  const meta = isObject(message.params?.['_meta']) ? message.params['_meta'] : undefined;
  const claim = meta?.[META.protocolVersion];
  if (claim === undefined) return withoutClaim(message, meta, headers);
  const problem = envelopeProblem(meta as JsonObject);
  if (message.method === 'initialize' && (problem || !isModernVersion(claim as string)))
    return { era: 'legacy' };
  if (problem) return invalid(`Invalid _meta for protocol revision 2026-07-28: ${problem}`);
  return (
    headerProblem(message, claim as string, headers) ?? {
      era: 'modern',
      envelope: readEnvelope(meta as JsonObject),
    }
  );
}

function withoutClaim(
  message: RpcRequest | RpcNotification,
  meta: JsonObject | undefined,
  headers: StandardHeaders | undefined,
): Classified {
  const version = headers?.version;
  if (version === undefined || !isModernVersion(version) || !isDate(version)) return { era: 'legacy' };
  if (message.kind === 'notification')
    return {
      era: 'modern',
      envelope: { version, capabilities: {}, clientInfo: undefined, logLevel: undefined },
    };
  if (message.method === 'initialize')
    return mismatch('initialize belongs to earlier revisions than the MCP-Protocol-Version header names');
  const missing = meta ? META.protocolVersion : '_meta';
  return invalid(`The MCP-Protocol-Version header names ${version}, but the request lacks ${missing}.`);
}

/** Keeps words such as `v1` from being read as a date far in the future. */
const isDate = (version: string): boolean => /^\d{4}-\d{2}-\d{2}$/.test(version);

function envelopeProblem(meta: JsonObject): string | undefined {
  if (typeof meta[META.protocolVersion] !== 'string') return `${META.protocolVersion} is not a string`;
  if (!(META.clientCapabilities in meta)) return `${META.clientCapabilities} is missing`;
  if (!isObject(meta[META.clientCapabilities])) return `${META.clientCapabilities} is not an object`;
  const info = meta[META.clientInfo];
  if (
    info !== undefined &&
    !(isObject(info) && typeof info['name'] === 'string' && typeof info['version'] === 'string')
  )
    return `${META.clientInfo} lacks a name or version`;
  const level = meta[META.logLevel];
  return level === undefined || isLogLevel(level) ? undefined : `${META.logLevel} is not a log level`;
}

const readEnvelope = (meta: JsonObject): Envelope => ({
  version: meta[META.protocolVersion] as string,
  capabilities: meta[META.clientCapabilities] as JsonObject,
  clientInfo: meta[META.clientInfo] as JsonObject | undefined,
  logLevel: meta[META.logLevel] as string | undefined,
});

/** In the order of the specification: versions that differ, a version not served, then the headers' presence and names. */
function headerProblem(
  message: RpcRequest | RpcNotification,
  version: string,
  headers: StandardHeaders | undefined,
): Classified | undefined {
  if (headers?.version !== undefined && headers.version !== version)
    return mismatch(
      `the body names protocol version ${version}, the MCP-Protocol-Version header ${headers.version}`,
    );
  if (headers?.method !== undefined && headers.method !== message.method)
    return mismatch(`the body names method ${message.method}, the Mcp-Method header ${headers.method}`);
  if (!isServedModern(version)) return unsupported(version);
  if (!headers || message.kind === 'notification') return undefined;
  if (headers.version === undefined) return mismatch('the required MCP-Protocol-Version header is absent');
  if (headers.method === undefined) return mismatch('the required Mcp-Method header is absent');
  return nameProblem(message, headers.name);
}

const NAMED_BY: Record<string, string> = {
  'tools/call': 'name',
  'prompts/get': 'name',
  'resources/read': 'uri',
};

function nameProblem(message: RpcRequest, header: string | undefined): Classified | undefined {
  const field = Object.hasOwn(NAMED_BY, message.method) ? (NAMED_BY[message.method] as string) : undefined;
  const named = field === undefined ? undefined : message.params?.[field];
  if (typeof named !== 'string') return undefined;
  if (header === undefined)
    return mismatch(`the body names ${named}, but the required Mcp-Name header is absent`);
  const decoded = decodeHeaderValue(header);
  if (decoded === undefined) return mismatch('the Mcp-Name header is not valid Base64');
  return decoded === named ? undefined : mismatch(`the body names ${named}, the Mcp-Name header ${decoded}`);
}

const refuse = (error: RpcError): Classified => ({ era: 'refused', status: 400, error });

const invalid = (message: string): Classified => refuse({ code: JSON_RPC.invalidParams, message });

const mismatch = (what: string): Classified =>
  refuse({ code: CODES.headerMismatch, message: `Headers and body disagree: ${what}.` });

const unsupported = (requested: string): Classified =>
  refuse({
    code: CODES.unsupportedVersion,
    message: `Unsupported protocol version: ${requested}`,
    data: { supported: [...MODERN_VERSIONS], requested },
  });
