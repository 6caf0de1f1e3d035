/**
 * The messages of a contract: JSON-RPC 2.0, and three notifications for streams.
 *
 * | direction | message | meaning |
 * |---|---|---|
 * | caller → node | `{id, method: '$/hello', params: {version}}` | first of all; answered with the node's version |
 * | caller → node | `{id, method: 'servers.list', params}` | a query, a command or the opening of a stream |
 * | node → caller | `{id, result}` or `{id, error}` | the end of a call; of a stream, its last message |
 * | node → caller | `{method: '$/item', params: {id, item}}` | one item of a stream, for one credit |
 * | caller → node | `{method: '$/credit', params: {id, items}}` | as many more items may be sent |
 * | caller → node | `{method: '$/cancel', params: {id}}` | the caller is no longer interested; nothing follows |
 *
 * `error.data` is an `ErrorShape`.
 */
// The small form of the library: pages carry this file, and nothing else of it before they are drawn.
import * as z from 'zod/mini';
import { AppError, type ErrorShape, fromErrorShape } from '../errors.ts';

export const HELLO = '$/hello';
export const ITEM = '$/item';
export const CREDIT = '$/credit';
export const CANCEL = '$/cancel';

/** Calls and streams that may be open on one channel at a time; further ones are refused. */
export const MAX_OPEN_CALLS = 256;
/** Items of one stream that may be on their way to a caller who has not taken them yet. */
export const STREAM_CREDIT = 32;
/** Longest message to the node, in UTF-16 units. Longer ones are refused by the caller, or close the channel. */
export const MAX_REQUEST_LENGTH = 16 * 1024 * 1024;
/** Longest message from the node: room for results of 64 MiB with their escapes. */
export const MAX_RESPONSE_LENGTH = 160 * 1024 * 1024;

const idSchema = z.union([z.number(), z.string().check(z.maxLength(64))]);
export type CallId = z.output<typeof idSchema>;

/** An error as it travels: the form that `ErrorShape` describes. */
export const errorShapeSchema = z.object({
  code: z.string(),
  message: z.string(),
  advice: z.string(),
  retryable: z.boolean(),
  details: z.optional(z.record(z.string(), z.unknown())),
});

const requestSchema = z.object({
  id: z.optional(idSchema),
  method: z.string().check(z.maxLength(128)),
  params: z.unknown(),
});
export type Request = z.output<typeof requestSchema>;

const replySchema = z.union([
  z.object({ method: z.literal(ITEM), params: z.object({ id: idSchema, item: z.unknown() }) }),
  z.object({ id: z.nullable(idSchema), error: z.object({ message: z.string(), data: errorShapeSchema }) }),
  z.object({ id: idSchema, result: z.unknown() }),
]);
export type Reply = z.output<typeof replySchema>;

export const helloSchema = z.object({ version: z.int() });
export const cancelSchema = z.object({ id: idSchema });
export const creditSchema = z.object({ id: idSchema, items: z.int().check(z.gte(1), z.lte(1024)) });

/** Reads a message of a caller. Throws `contract.too_large` or `contract.malformed`. */
export const readRequest = (text: string): Request => read(text, requestSchema, MAX_REQUEST_LENGTH);

/** Reads a message of a node. Throws as {@link readRequest}. */
export const readReply = (text: string): Reply => read(text, replySchema, MAX_RESPONSE_LENGTH);

function read<S extends z.ZodMiniType>(text: string, schema: S, maxLength: number): z.output<S> {
  if (text.length > maxLength) throw tooLarge(maxLength);
  try {
    return schema.parse(JSON.parse(text));
  } catch (cause) {
    throw new AppError('contract.malformed', 'This is not a message of the contract.', {
      advice: 'Send JSON-RPC 2.0 objects: id, method and params.',
      cause,
    });
  }
}

export const tooLarge = (maxLength: number): AppError =>
  new AppError('contract.too_large', `A message was longer than ${maxLength} characters.`, {
    advice: 'Ask for less at once, or send smaller arguments.',
  });

export const requestText = (id: CallId, method: string, params: unknown): string =>
  JSON.stringify({ jsonrpc: '2.0', id, method, params });

export const noticeText = (method: string, params: object): string =>
  JSON.stringify({ jsonrpc: '2.0', method, params });

export const resultText = (id: CallId, result: unknown): string =>
  JSON.stringify({ jsonrpc: '2.0', id, result: result ?? null });

export const errorText = (id: CallId | null, shape: ErrorShape): string =>
  JSON.stringify({
    jsonrpc: '2.0',
    id,
    error: { code: JSON_RPC_CODES[shape.code] ?? -32000, message: shape.message, data: shape },
  });

const JSON_RPC_CODES: Record<string, number> = {
  'contract.malformed': -32700,
  'contract.unknown_procedure': -32601,
  'contract.invalid_input': -32602,
  internal: -32603,
};

export const errorOf = (reply: { error: { data: ErrorShape } }): AppError => fromErrorShape(reply.error.data);

export const disconnected = (): AppError =>
  new AppError('contract.disconnected', 'The connection to the node ended.', {
    advice: 'Check that Toolswarm is running, then try again.',
    retryable: true,
  });

export const tooManyCalls = (limit = MAX_OPEN_CALLS): AppError =>
  new AppError('contract.too_many_calls', `More than ${limit} calls are open at once.`, {
    advice: 'Wait for some of them to end.',
    retryable: true,
  });

/** The fault of two ends that would misunderstand each other. Each says its own version and the other's. */
export const versionMismatch = (node: number, caller: number): AppError =>
  new AppError(
    'contract.version',
    `The node speaks version ${node} of the contract, this program version ${caller}.`,
    {
      advice:
        node > caller
          ? 'Update this program, or reload the page, so that both are of one release.'
          : 'Update or restart the node, so that both are of one release.',
      details: { node, caller },
    },
  );
