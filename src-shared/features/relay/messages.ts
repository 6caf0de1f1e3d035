/**
 * `/toolswarm/call/1`: one tool call from a consumer's node to the node of a provider. JSON in UTF-8, since what it
 * carries is JSON already. The request opens the call; while it runs, the provider sends notifications and questions of
 * the server, and the consumer sends the answers; the response closes it. Failures of the relay itself are RPC errors.
 */
import { z } from 'zod';
import { fromUtf8, utf8 } from '../../kernel/bytes.ts';
import type { JsonObject, JsonValue } from '../../kernel/canonical.ts';
import { relayError } from './errors.ts';
import { reportSchema } from './hops.ts';
import { mannerSchema } from './manner.ts';

export const CALL_PROTOCOL = '/toolswarm/call/1';

/** Already parsed as JSON, so its shape at the top is all that is left to check. */
const object = z.custom<JsonObject>(
  (value) => value !== null && typeof value === 'object' && !Array.isArray(value),
);

const callerSchema = z.object({
  era: z.enum(['legacy', 'modern']),
  protocolVersion: z.string().max(32),
  capabilities: object,
  clientInfo: object.optional(),
  /** Opaque; unique among the consumer's sessions. */
  session: z.string().min(1).max(128),
});

export const callRequestSchema = z.object({
  server: z.string().max(31),
  tool: z.string().max(256),
  /** Fingerprint that the consumer's operator approved. */
  fingerprint: z.string().regex(/^[0-9a-f]{64}$/),
  /** Params of `tools/call`; its `name` is the tool's own. */
  params: object,
  caller: callerSchema,
  manner: mannerSchema.optional(),
});
export type CallRequest = z.output<typeof callRequestSchema>;

const rpcError = z.object({
  code: z.number().int(),
  message: z.string(),
  data: z.custom<JsonValue>().optional(),
});

/**
 * A JSON-RPC error of the server itself passes as the server gave it. `hops` says where the provider's time went: nodes
 * that do not know the field leave it aside, as they do with any.
 */
export const callResponseSchema = z.union([
  z.object({ result: object, hops: reportSchema }),
  z.object({ error: rpcError, hops: reportSchema }),
]);
export type CallResponse = z.output<typeof callResponseSchema>;

/** Provider → consumer while the call runs. */
export const providerMessageSchema = z.discriminatedUnion('t', [
  z.object({ t: z.literal('notify'), method: z.string().max(128), params: object.optional() }),
  z.object({
    t: z.literal('ask'),
    id: z.number().int(),
    method: z.string().max(128),
    params: object.optional(),
  }),
]);
export type ProviderMessage = z.output<typeof providerMessageSchema>;

/** Consumer → provider while the call runs. */
export const consumerMessageSchema = z.union([
  z.object({ t: z.literal('answer'), id: z.number().int(), result: object }),
  z.object({ t: z.literal('answer'), id: z.number().int(), error: rpcError }),
]);
export type ConsumerMessage = z.output<typeof consumerMessageSchema>;

export const encodeMessage = (
  message: CallRequest | CallResponse | ProviderMessage | ConsumerMessage,
): Uint8Array => utf8(JSON.stringify(message));

/** Values nested deeper than this are refused: whoever handles them next may do so recursively. */
export const MAX_MESSAGE_DEPTH = 128;

/** Throws `relay.malformed`. */
export function decodeMessage<T extends z.ZodType>(schema: T, bytes: Uint8Array): z.output<T> {
  try {
    const text = fromUtf8(bytes);
    const value: unknown = JSON.parse(text);
    if (!mayBeDeeper(text, MAX_MESSAGE_DEPTH) || !isDeeper(value, MAX_MESSAGE_DEPTH))
      return schema.parse(value);
  } catch {
    throw relayError('relay.malformed');
  }
  throw relayError('relay.malformed', 'It is nested too deep.');
}

/** Nothing is nested deeper than it has brackets: most messages have few, and need not be walked through. */
function mayBeDeeper(json: string, most: number): boolean {
  let left = most;
  for (const bracket of ['{', '['])
    for (let at = json.indexOf(bracket); at >= 0; at = json.indexOf(bracket, at + 1))
      if (left-- === 0) return true;
  return false;
}

function isDeeper(value: unknown, most: number): boolean {
  if (value === null || typeof value !== 'object') return false;
  if (most === 0) return true;
  for (const key in value) if (isDeeper((value as Record<string, unknown>)[key], most - 1)) return true;
  return false;
}
