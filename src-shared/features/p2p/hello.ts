/**
 * The first message on every link, in both directions: which versions and features a node speaks, how much it takes,
 * and the certificate that ties its key to a provider. Canonical CBOR; fields that are not known are ignored.
 */
import { z } from 'zod';
import { type CborValue, decodeCbor, encodeCbor } from '../../kernel/canonical.ts';
import { type ErrorShape, fromErrorShape, type AppError } from '../../kernel/errors.ts';
import { p2pError } from './errors.ts';

/** Versions of the calls protocol that this code speaks. */
export const VERSIONS = { min: 1, max: 1 } as const;

/** Name of the stream for calls of one major, and the majors among names of protocols. */
export const rpcProtocol = (major: number): string => `/toolswarm/rpc/${major}`;

export function rpcMajors(protocols: readonly string[]): number[] {
  return protocols.flatMap((name) => {
    const [, major] = /^\/toolswarm\/rpc\/([1-9][0-9]{0,4})$/.exec(name) ?? [];
    return major === undefined ? [] : [Number(major)];
  });
}

/** A hello is small; larger ones are refused before they are decoded. */
export const MAX_HELLO_BYTES = 16 * 1024;

const version = z.number().int().min(1).max(65_535);
const bytesOf = (max: number) =>
  z.custom<Uint8Array>((value) => value instanceof Uint8Array && value.length <= max);

export const limitsSchema = z.looseObject({
  /** Bytes of frames one call may have under way in one direction before credit is due. */
  window: z
    .number()
    .int()
    .min(64 * 1024)
    .max(64 * 1024 * 1024),
  /** Calls of the other end that run at the same time. */
  calls: z.number().int().min(1).max(1_000_000),
  /** Largest request payload. */
  requestBytes: z.number().int().min(1024),
});
/** What the sender of a hello is willing to take from the other end. */
export type LinkLimits = z.output<typeof limitsSchema>;

const featuresSchema = z.array(z.string().min(1).max(64)).max(64);

export const helloSchema = z.looseObject({
  min: version,
  max: version,
  /** Names of optional abilities; both ends use those that both have. */
  features: featuresSchema,
  /** Product and version, for people. */
  agent: z.string().max(128),
  limits: limitsSchema,
  /** The sender's wall clock, epoch ms, so that a wrong one is noticed. Absent from older nodes. */
  now: z.number().int().min(0).optional(),
  /** The node certificate, opaque here. */
  certificate: bytesOf(8 * 1024),
  /** Signature over the connection itself, where its handshake proves no node keys (docs/protocol/transport.md). */
  channel: bytesOf(64).optional(),
});
export type Hello = z.output<typeof helloSchema>;

export const encodeHello = (hello: Hello): Uint8Array => encodeCbor(hello as CborValue);

/** Throws `p2p.malformed`. */
export function decodeHello(bytes: Uint8Array): Hello {
  if (bytes.length > MAX_HELLO_BYTES) throw p2pError('p2p.malformed', { message: 'The hello is too large.' });
  const parsed = helloSchema.safeParse(decodeCbor(bytes));
  if (parsed.success && parsed.data.min <= parsed.data.max) return parsed.data;
  throw p2pError('p2p.malformed', { message: 'The hello lacks what it must say.' });
}

/** What a node offers from now on, on a link that is open. */
export const encodeFeatures = (features: readonly string[]): Uint8Array => encodeCbor([...features]);

/** Throws `p2p.malformed` or `kernel.malformed`. */
export function decodeFeatures(bytes: Uint8Array): string[] {
  const parsed = bytes.length > MAX_HELLO_BYTES ? undefined : featuresSchema.safeParse(decodeCbor(bytes));
  if (parsed?.success) return parsed.data;
  throw p2pError('p2p.malformed', { message: 'The peer offers what are no features.' });
}

/** Whoever says “in a day” or later says no. */
const MAX_RETRY_AFTER_MS = 24 * 3_600_000;

const errorSchema = z.looseObject({
  code: z.string().regex(/^[a-z0-9_.]{1,64}$/),
  message: z.string(),
  advice: z.string(),
  retryable: z.boolean(),
  /** When the same may succeed. Absent: nobody knows, and from older nodes. */
  retryAfterMs: z.number().int().min(0).max(MAX_RETRY_AFTER_MS).optional().catch(undefined),
});

const MAX_SENTENCE = 1024;

/** The wire form of a fault: code, sentence, advice, whether and when a retry can help; other details stay at home. */
export function encodeFault(shape: ErrorShape): Uint8Array {
  const after = shape.details?.['retryAfterMs'];
  return encodeCbor({
    code: shape.code,
    message: shape.message.slice(0, MAX_SENTENCE),
    advice: shape.advice.slice(0, MAX_SENTENCE),
    retryable: shape.retryable,
    ...(typeof after === 'number' ? { retryAfterMs: Math.min(Math.ceil(after), MAX_RETRY_AFTER_MS) } : {}),
  });
}

/** A fault from the other end, ready to be thrown. Throws `p2p.malformed` or `kernel.malformed`. */
export function decodeFault(bytes: Uint8Array): AppError {
  const parsed = errorSchema.safeParse(decodeCbor(bytes));
  if (!parsed.success) throw p2pError('p2p.malformed', { message: 'The peer sent a fault without meaning.' });
  const { advice, code, message, retryable, retryAfterMs } = parsed.data;
  return fromErrorShape({
    code,
    message: message.slice(0, MAX_SENTENCE),
    advice: advice.slice(0, MAX_SENTENCE),
    retryable,
    ...(retryAfterMs === undefined ? {} : { details: { retryAfterMs } }),
  });
}
