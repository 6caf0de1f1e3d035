/**
 * Sealing of calls, the part that needs no cipher: what is signed, what frames look like, what is bound to a ciphertext and
 * how lengths are hidden (docs/protocol/sealing.md). Whoever carries a sealed call reads the clear part of its frame and
 * nothing else.
 */
import { z } from 'zod';
import { concatBytes, fromUtf8, utf8 } from '../../kernel/bytes.ts';
import { type CborValue, decodeCbor, encodeCbor } from '../../kernel/canonical.ts';
import { AppError } from '../../kernel/errors.ts';
import type { PeerId } from '../../kernel/ids.ts';
import { serverNameSchema } from '../servers/config.ts';
import { relayError } from './errors.ts';
import { mannerSchema } from './manner.ts';

/** Asks for the sealing key of the node that runs a tool, and opens sessions with it. Canonical CBOR. */
export const SEAL_PROTOCOL = '/toolswarm/seal/1';
/** The one suite: DHKEM(X25519, HKDF-SHA256), HKDF-SHA256, AES-256-GCM; of HPKE only the exported secret is used. */
export const SEAL_LABEL = 'toolswarm/sealing/1';

export const SEALING_KEY_TYPE = 'sealing-key/1';
export const SEALING_SESSION_TYPE = 'sealing-session/1';

const bytes = z.custom<Uint8Array>((value) => value instanceof Uint8Array, 'bytes');
const bytes32 = bytes.refine(({ length }) => length === 32, '32 bytes');

/** `sealing-key/1`, signed by the node that runs tools: calls to it are sealed to this key. */
export const sealingKeySchema = z.looseObject({
  /** Raw X25519 public key. */
  key: bytes32,
  /** Epoch ms. */
  issuedAt: z.int().min(0),
  expiresAt: z.int().min(0),
});
export type SealingKey = z.output<typeof sealingKeySchema>;

/** `sealing-session/1`, signed by the consumer's node: what HPKE encapsulated to the key, and for whom. */
export const sealingSessionSchema = z.looseObject({
  enc: bytes32,
  key: bytes32,
  /** Peer id of the node that the key belongs to. */
  provider: z.string().max(128),
  issuedAt: z.int().min(0),
});
export type SealingSession = z.output<typeof sealingSessionSchema>;

/**
 * `at`: the name under which whoever receives it shares the server on. It is for him to bring further, to the provider whose
 * server it is, and names the next hop’s name for it or, at the last, nothing.
 */
const place = {
  server: serverNameSchema,
  tool: z.string().min(1).max(256),
  at: serverNameSchema.optional(),
};
const MAX_ENVELOPE_BYTES = 1024;
const MAX_CERTIFICATE_BYTES = 8192;
const envelope = bytes.refine(({ length }) => length <= MAX_ENVELOPE_BYTES);

export const sealRequestSchema = z.discriminatedUnion('t', [
  z.looseObject({ t: z.literal('key'), ...place }),
  z.looseObject({ t: z.literal('open'), ...place, session: envelope }),
]);
export type SealRequest = z.output<typeof sealRequestSchema>;

/** The key with the certificate of the node that signed it. */
export const keyAnswerSchema = z.looseObject({
  certificate: bytes.refine(({ length }) => length <= MAX_CERTIFICATE_BYTES),
  key: envelope,
});
export type KeyAnswer = z.output<typeof keyAnswerSchema>;

export const openAnswerSchema = z.looseObject({
  /** Random bytes of the provider: a session that is opened again has other keys. */
  nonce: bytes32,
  /** How long the session can be used, from now (ms). */
  lastsMs: z.int().min(1),
});
export type OpenAnswer = z.output<typeof openAnswerSchema>;

export function encodeSealMessage(message: SealRequest | KeyAnswer | OpenAnswer): Uint8Array {
  // CBOR has no word for what is absent.
  const said = Object.entries(message).filter(([, value]) => value !== undefined);
  return encodeCbor(Object.fromEntries(said) as CborValue);
}

/** Throws `relay.malformed`. */
export function decodeSealMessage<T extends z.ZodType>(schema: T, message: Uint8Array): z.output<T> {
  try {
    return schema.parse(decodeCbor(message));
  } catch {
    throw relayError('relay.malformed');
  }
}

/** `info` of HPKE: the secret is good for this protocol between these two nodes alone. */
export const hpkeInfo = (provider: PeerId, consumer: PeerId): Uint8Array =>
  utf8(JSON.stringify([SEAL_LABEL, provider, consumer]));

const SESSION_ID = /^[0-9a-f]{32}$/;

/** What whoever carries a call must see, to bring it to its tool. */
export const clearSchema = z.object({
  server: z.string().max(31),
  tool: z.string().max(256),
  fingerprint: z.string().regex(/^[0-9a-f]{64}$/),
  manner: mannerSchema.optional(),
  at: serverNameSchema.optional(),
  seal: z.object({ session: z.string().regex(SESSION_ID), call: z.int().min(0) }),
});
export type Clear = z.output<typeof clearSchema>;

/** Sealed frames begin so; JSON begins otherwise. The second byte is the version. */
const MAGIC = [0x53, 0x01] as const;
/** Names take a few hundred bytes, the grants of those who pass a call on a few thousand each. */
const MAX_CLEAR_BYTES = 60 * 1024;

export const isSealed = (frame: Uint8Array): boolean => frame[0] === MAGIC[0] && frame[1] === MAGIC[1];

/** A request: two bytes that say what it is, length of the clear part (16 bits, big-endian), clear part, ciphertext. */
export function encodeSealedRequest(clear: Clear, ciphertext: Uint8Array): Uint8Array {
  const head = utf8(JSON.stringify(clear));
  if (head.length > MAX_CLEAR_BYTES) throw relayError('relay.too_large');
  return concatBytes(Uint8Array.of(...MAGIC, head.length >> 8, head.length & 255), head, ciphertext);
}

/** Throws `relay.malformed`. */
export function decodeSealedRequest(frame: Uint8Array): { clear: Clear; ciphertext: Uint8Array } {
  const length = ((frame[2] ?? 0) << 8) | (frame[3] ?? 0);
  if (!isSealed(frame) || length > MAX_CLEAR_BYTES || frame.length < 4 + length)
    throw relayError('relay.malformed');
  try {
    const clear = clearSchema.parse(JSON.parse(fromUtf8(frame.subarray(4, 4 + length))));
    return { clear, ciphertext: frame.subarray(4 + length) };
  } catch {
    throw relayError('relay.malformed');
  }
}

/** Whatever follows the request: two bytes that say what it is, then ciphertext. */
export const encodeSealedFrame = (ciphertext: Uint8Array): Uint8Array =>
  concatBytes(Uint8Array.of(...MAGIC), ciphertext);

/** Throws `relay.seal_broken` where a frame is not sealed: what comes in the clear to a sealed call is not the provider’s. */
export function decodeSealedFrame(frame: Uint8Array): Uint8Array {
  if (isSealed(frame)) return frame.subarray(2);
  throw relayError('relay.seal_broken');
}

/** What a frame of a call is; the ciphertext of one is none of another. */
export type SealedKind = 'request' | 'answer' | 'message' | 'response';

/**
 * What is bound to every ciphertext of a call beside the keys, which are those of two nodes: the tool as the operator
 * approved it and the call's own key. How urgent a call is and under which grant it is made is for those who carry it.
 */
export const boundTo = ({ fingerprint, manner, server, tool }: Omit<Clear, 'seal'>, kind: SealedKind) =>
  utf8(JSON.stringify([SEAL_LABEL, kind, server, tool, fingerprint, manner?.key ?? '']));

/** 96 bits: number of the call in its session, then number of the frame in its direction of the call. Never twice the same. */
export function nonceOf(call: number, frame: number): Uint8Array {
  const nonce = new Uint8Array(12);
  const view = new DataView(nonce.buffer);
  view.setBigUint64(0, BigInt(call));
  view.setUint32(8, frame);
  return nonce;
}

const MIN_PADDED = 256;
/** Beyond this lengths are rounded to an eighth of their power of two: padding costs 12.5 % at most. */
const COARSE_UNTIL = 64 * 1024;
const LENGTH_BYTES = 4;
/** What says that a frame is sealed, and the tag. */
const FRAME_OVERHEAD = 2 + 16;
const MAX_FRAME_BYTES = 64 * 1024 * 1024;

/** The bucket of a length: a power of two up to 64 KiB, from there on eight steps for each. */
export function paddedLength(length: number): number {
  if (length <= MIN_PADDED) return MIN_PADDED;
  const above = 2 ** Math.ceil(Math.log2(length));
  if (above <= COARSE_UNTIL) return above;
  const step = above / 16;
  // What fills the largest frame that can travel gets no padding beyond it.
  const bucket = Math.ceil(length / step) * step;
  return bucket + FRAME_OVERHEAD > MAX_FRAME_BYTES
    ? Math.max(length, MAX_FRAME_BYTES - FRAME_OVERHEAD)
    : bucket;
}

/** The largest frame that content of so many bytes makes; the transport's own bound comes first. */
export const sealedLength = (length: number): number =>
  Math.min(paddedLength(length + LENGTH_BYTES) + FRAME_OVERHEAD, MAX_FRAME_BYTES);

/** Content after its length (32 bits, big-endian), filled with zeros up to its bucket. */
export function pad(content: Uint8Array): Uint8Array {
  const padded = new Uint8Array(paddedLength(content.length + LENGTH_BYTES));
  new DataView(padded.buffer).setUint32(0, content.length);
  padded.set(content, LENGTH_BYTES);
  return padded;
}

/** Throws `relay.malformed`. */
export function unpad(padded: Uint8Array): Uint8Array {
  const view = new DataView(padded.buffer, padded.byteOffset, padded.byteLength);
  const length = padded.length < LENGTH_BYTES ? Infinity : view.getUint32(0);
  if (length > padded.length - LENGTH_BYTES) throw relayError('relay.malformed');
  return padded.subarray(LENGTH_BYTES, LENGTH_BYTES + length);
}

/** How far calls of a session may overtake each other on their way. */
export const WINDOW = 1024;

/** Numbers of calls that were seen: each is let through once, and none that is older than the window. */
export interface ReplayWindow {
  /** Whether a number may still come. */
  isFresh(call: number): boolean;
  /** Notes one whose ciphertext proved genuine. */
  note(call: number): void;
}

export function createReplayWindow(): ReplayWindow {
  /** One bit for each number of the window, at its place modulo the window. */
  const bits = new Uint8Array(WINDOW / 8);
  let highest = -1;
  const placeOf = (call: number) => call % WINDOW;
  const mark = (place: number, on: boolean) => {
    const byte = place >> 3;
    const bit = 1 << (place & 7);
    bits[byte] = on ? (bits[byte] as number) | bit : (bits[byte] as number) & ~bit;
  };
  const isMarked = (place: number) => ((bits[place >> 3] as number) & (1 << (place & 7))) !== 0;
  return {
    isFresh: (call) => call > highest || (call > highest - WINDOW && !isMarked(placeOf(call))),
    note(call) {
      for (let next = Math.max(highest + 1, call - WINDOW + 1); next < call; next++)
        mark(placeOf(next), false);
      mark(placeOf(call), true);
      highest = Math.max(highest, call);
    },
  };
}

const faultSchema = z.object({
  code: z.string().max(64),
  message: z.string().max(4_096),
  advice: z.string().max(4_096).optional(),
  retryable: z.boolean(),
  details: z.record(z.string(), z.unknown()).optional(),
});

const FAULT_BEGINS = '{"fault":';

/** Why a call failed travels sealed as well: it may repeat arguments. */
export const encodeFault = ({ advice, code, details, message, retryable }: AppError): Uint8Array =>
  utf8(JSON.stringify({ fault: { code, message, advice, retryable, details } }));

/** The fault in a response that is one; others are not read. Throws `relay.malformed`. */
export function faultIn(response: Uint8Array): AppError | undefined {
  if (fromUtf8(response.subarray(0, FAULT_BEGINS.length)) !== FAULT_BEGINS) return undefined;
  const { advice, code, details, message, retryable } = readFault(response);
  return new AppError(code, message, {
    retryable,
    ...(advice === undefined ? {} : { advice }),
    ...(details ? { details } : {}),
  });
}

function readFault(response: Uint8Array) {
  try {
    return z.object({ fault: faultSchema }).parse(JSON.parse(fromUtf8(response))).fault;
  } catch {
    throw relayError('relay.malformed');
  }
}
