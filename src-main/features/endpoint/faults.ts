/**
 * Faults as clients see them, in one pattern (docs/protocol/mcp-endpoint.md): a server's own JSON-RPC error passes as it
 * is; a fault of ours is a result with `isError` for `tools/call`, so that the model reads it, and a JSON-RPC error
 * -32603 with the same facts in `data` for everything else.
 */
import type { JsonObject, JsonValue } from '#shared/kernel/canonical.ts';
import { AppError, type ErrorShape, toErrorShape } from '#shared/kernel/errors.ts';
import { JSON_RPC, McpError } from '#shared/features/servers/mcp.ts';
import { CODES, ERROR_META } from '#shared/features/endpoint/protocol.ts';
import type { RpcError } from '#shared/features/endpoint/messages.ts';
import type { Log } from '#main/platform/log.ts';

export type Era = 'legacy' | 'modern';

/** What a request that failed is answered with. */
export type FaultAnswer = { result: JsonObject } | { error: RpcError };

/** @param log hears of faults that nobody foresaw; clients get no more of them than that they happened. */
export function answerFault(fault: unknown, method: string, era: Era, log: Log): FaultAnswer {
  if (fault instanceof McpError) return { error: rpcErrorOf(fault, era) };
  if (!(fault instanceof AppError)) log.error({ err: fault, method }, 'a request failed unexpectedly');
  const shape = toErrorShape(fault);
  return method === 'tools/call' ? { result: toolFault(shape, era) } : { error: appFault(shape) };
}

function rpcErrorOf(fault: McpError, era: Era): RpcError {
  const code =
    era === 'modern' && fault.code === CODES.resourceNotFound ? JSON_RPC.invalidParams : fault.code;
  return { code, message: fault.message, ...(fault.data === undefined ? {} : { data: fault.data }) };
}

/** A fault of ours as a JSON-RPC error. */
export const appFault = (shape: ErrorShape): RpcError => ({
  code: JSON_RPC.internalError,
  message: shape.message,
  data: factsOf(shape),
});

function toolFault(shape: ErrorShape, era: Era): JsonObject {
  const text = shape.advice ? `${shape.message} ${shape.advice}` : shape.message;
  return {
    ...(era === 'modern' ? { resultType: 'complete' } : {}),
    content: [{ type: 'text', text }],
    isError: true,
    _meta: { [ERROR_META]: { ...factsOf(shape), message: shape.message } },
  };
}

const factsOf = (shape: ErrorShape): JsonObject => ({
  code: shape.code,
  advice: shape.advice,
  retryable: shape.retryable,
  ...(shape.details ? { details: shape.details as JsonObject } : {}),
});

export const invalidParams = (message: string, data?: JsonValue): McpError =>
  new McpError(JSON_RPC.invalidParams, message, data);

export const methodNotFound = (method: string): McpError =>
  new McpError(JSON_RPC.methodNotFound, `Method not found: ${method.slice(0, 100)}`);

export const busy = (what: string): AppError =>
  new AppError('endpoint.busy', `Too many ${what} at a time.`, {
    advice: 'Wait until some have ended, then try again.',
    retryable: true,
  });

export const stopping = (): AppError =>
  new AppError('endpoint.stopping', 'The node is stopping.', {
    advice: 'Try again when it runs.',
    retryable: true,
  });
