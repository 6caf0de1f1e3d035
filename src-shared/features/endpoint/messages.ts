/** JSON-RPC 2.0 as it reaches the endpoint: hostile until sorted here, and the texts that answer it. */
import type { JsonObject, JsonValue } from '../../kernel/canonical.ts';

export type RequestId = string | number;

export interface RpcRequest {
  kind: 'request';
  id: RequestId;
  method: string;
  params: JsonObject | undefined;
  /** Monotonic ms at which its last byte was here. */
  arrivedAt: number | undefined;
}
export interface RpcNotification {
  kind: 'notification';
  method: string;
  params: JsonObject | undefined;
}
/** A client's answer to a request of ours. */
export interface RpcAnswer {
  kind: 'answer';
  id: RequestId;
  result: JsonObject | undefined;
  error: RpcError | undefined;
}
export type RpcMessage = RpcRequest | RpcNotification | RpcAnswer;

export interface RpcError {
  code: number;
  message: string;
  data?: JsonValue;
}

/**
 * JSON text ready for the wire. In parts where a prepared list is among them, so that its bytes are not copied for
 * every client.
 */
export type Wire = string | readonly (string | Uint8Array)[];

export const isObject = (value: unknown): value is JsonObject =>
  typeof value === 'object' && value !== null && !Array.isArray(value);

const isId = (value: unknown): value is RequestId =>
  typeof value === 'string' || (typeof value === 'number' && Number.isSafeInteger(value));

/** Sorts a parsed JSON value; `undefined` for what is no JSON-RPC message. */
export function sortMessage(value: unknown, arrivedAt?: number): RpcMessage | undefined {
  if (!isObject(value) || value['jsonrpc'] !== '2.0') return undefined;
  const { id, method, params, result, error } = value;
  if (typeof method === 'string') {
    if (params !== undefined && !isObject(params)) return undefined;
    if (id === undefined) return { kind: 'notification', method, params };
    return isId(id) ? { kind: 'request', id, method, params, arrivedAt } : undefined;
  }
  if (!isId(id)) return undefined;
  if (isObject(result)) return { kind: 'answer', id, result, error: undefined };
  return isObject(error) ? { kind: 'answer', id, result: undefined, error: readError(error) } : undefined;
}

function readError(error: JsonObject): RpcError {
  const { code, message, data } = error;
  return {
    code: Number.isSafeInteger(code) ? (code as number) : -32_603,
    message: typeof message === 'string' ? message : 'The client gave no message.',
    ...(data === undefined ? {} : { data }),
  };
}

/** The id to answer a message with that could not be sorted: its own where it has one, else null. */
export const idOf = (value: unknown): RequestId | null =>
  isObject(value) && isId(value['id']) ? value['id'] : null;

export const resultText = (id: RequestId, result: JsonObject): string =>
  `{"jsonrpc":"2.0","id":${JSON.stringify(id)},"result":${JSON.stringify(result)}}`;

/** An answer around a result whose bytes are ready. */
export const preparedResult = (id: RequestId, result: Uint8Array): Wire => [
  `{"jsonrpc":"2.0","id":${JSON.stringify(id)},"result":`,
  result,
  '}',
];

export const errorText = (id: RequestId | null, error: RpcError): string =>
  JSON.stringify({ jsonrpc: '2.0', id, error });

export const notificationText = (method: string, params?: JsonObject): string =>
  JSON.stringify(params ? { jsonrpc: '2.0', method, params } : { jsonrpc: '2.0', method });

export const requestText = (id: RequestId, method: string, params?: JsonObject): string =>
  JSON.stringify(params ? { jsonrpc: '2.0', id, method, params } : { jsonrpc: '2.0', id, method });
