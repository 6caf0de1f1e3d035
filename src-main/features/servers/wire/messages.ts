/** JSON-RPC 2.0 as MCP uses it. What arrives is hostile: it is sorted by shape here, once, and copied nowhere. */
import type { JsonObject, JsonValue } from '#shared/kernel/canonical.ts';
import { AppError } from '#shared/kernel/errors.ts';
import { JSON_RPC, McpError } from '#shared/features/servers/mcp.ts';

export type RpcId = number | string;

export interface RpcRequest {
  jsonrpc: '2.0';
  id: RpcId;
  method: string;
  params?: JsonObject;
}

export interface RpcNotification {
  jsonrpc: '2.0';
  method: string;
  params?: JsonObject;
}

export interface RpcErrorObject {
  code: number;
  message: string;
  data?: JsonValue;
}

export type RpcResponse =
  | { jsonrpc: '2.0'; id: RpcId; result: JsonObject }
  | { jsonrpc: '2.0'; id: RpcId; error: RpcErrorObject };

export type RpcMessage = RpcRequest | RpcNotification | RpcResponse;

export type Incoming =
  | { kind: 'request'; id: RpcId; method: string; params: JsonObject | undefined }
  | { kind: 'notification'; method: string; params: JsonObject | undefined }
  | { kind: 'result'; id: RpcId; result: JsonObject }
  | { kind: 'error'; id: RpcId | null; error: McpError };

export const isObject = (value: unknown): value is JsonObject =>
  typeof value === 'object' && value !== null && !Array.isArray(value);

/** `undefined` for what is not JSON: servers print banners and stray debugging, which the caller notes. */
export function parseJson(text: string): JsonValue | undefined {
  try {
    return JSON.parse(text) as JsonValue;
  } catch {
    return undefined;
  }
}

const isId = (value: unknown): value is RpcId => typeof value === 'number' || typeof value === 'string';

/** Sorts one message; `undefined` for what is not JSON-RPC. Members beyond the ones sorted by are not looked at. */
export function sortMessage(message: JsonValue): Incoming | undefined {
  if (!isObject(message)) return undefined;
  const { id, method, params, result, error } = message;
  if (typeof method === 'string') {
    if (params !== undefined && !isObject(params)) return undefined;
    if (id === undefined) return { kind: 'notification', method, params };
    return isId(id) ? { kind: 'request', id, method, params } : undefined;
  }
  if (isObject(result) && isId(id)) return { kind: 'result', id, result };
  if (isObject(error)) return { kind: 'error', id: isId(id) ? id : null, error: readError(error) };
  return undefined;
}

function readError(error: JsonObject): McpError {
  const code = Number.isInteger(error['code']) ? (error['code'] as number) : JSON_RPC.internalError;
  const message = typeof error['message'] === 'string' ? error['message'] : 'The server gave no message.';
  return new McpError(code, message, error['data']);
}

/** Any thrown value as the error of a response to the server. */
export function toRpcError(error: unknown): RpcErrorObject {
  if (error instanceof McpError)
    return {
      code: error.code,
      message: error.message,
      ...(error.data === undefined ? {} : { data: error.data }),
    };
  if (error instanceof AppError)
    return { code: JSON_RPC.internalError, message: error.message, data: { code: error.code } };
  return { code: JSON_RPC.internalError, message: 'The client could not answer.' };
}
