/**
 * Frames: `u32 length | u8 type | u8 flags | u32 id | payload`, big-endian; `length` counts what follows it. Pure: bytes
 * in, frames out, wherever the stream of bytes happens to be cut.
 */
import { p2pError } from '#shared/features/p2p/errors.ts';

export const FRAME_TYPES = {
  /** First frame of a call. Payload: `u32 timeoutMs | u8 n | n bytes protocol | request…`. */
  request: 1,
  /** First frame of the response. */
  response: 2,
  /** Continues the message that is open, or carries a message of its own inside a call. */
  data: 3,
  /** `u32` bytes that the other end may send in addition. */
  credit: 4,
  /** The caller lost interest. */
  cancel: 5,
  /** The call failed. Payload: a fault in CBOR. */
  error: 6,
  ping: 7,
  pong: 8,
  /** Who is there; always the first frame. */
  hello: 9,
  /** The other end's hello was accepted. */
  welcome: 10,
  /** The link ends. Payload: a fault in CBOR that says why. */
  goodbye: 11,
  /** What the sender offers from now on; only to those who offer `feature-changes/1`. Payload: names in CBOR. */
  features: 12,
} as const;

export const FLAGS = {
  /** The message goes on in the next `data` frame of the same id. */
  more: 0x01,
  /** Who does not know the type skips the frame instead of ending the link. */
  ignorable: 0x80,
} as const;

export const HEADER_BYTES = 10;
/** Largest frame, header included. Anything longer is hostile. */
export const MAX_FRAME_BYTES = 256 * 1024;

/** `payload` is a view into the receive buffer: copy what is to be kept. */
export type FrameListener = (type: number, flags: number, id: number, payload: Uint8Array) => void;

/** Writes a frame's header at `at`; the payload's bytes follow at `at + HEADER_BYTES`. */
export function writeHeader(
  out: Uint8Array,
  at: number,
  type: number,
  flags: number,
  id: number,
  payloadBytes: number,
): void {
  writeU32(out, at, payloadBytes + HEADER_BYTES - 4);
  out[at + 4] = type;
  out[at + 5] = flags;
  writeU32(out, at + 6, id);
}

export function encodeFrame(type: number, flags: number, id: number, payload: Uint8Array): Uint8Array {
  const out = new Uint8Array(HEADER_BYTES + payload.length);
  writeHeader(out, 0, type, flags, id, payload.length);
  out.set(payload, HEADER_BYTES);
  return out;
}

export function writeU32(out: Uint8Array, at: number, value: number): void {
  out[at] = value >>> 24;
  out[at + 1] = value >>> 16;
  out[at + 2] = value >>> 8;
  out[at + 3] = value;
}

/** Reads past the end as zeros; check the length first. */
export const readU32 = (bytes: Uint8Array, at: number): number =>
  (((bytes[at] ?? 0) << 24) |
    ((bytes[at + 1] ?? 0) << 16) |
    ((bytes[at + 2] ?? 0) << 8) |
    (bytes[at + 3] ?? 0)) >>>
  0;

export interface FrameDecoder {
  /** Takes the next bytes of the stream and reports each frame they complete. Throws `p2p.malformed`. */
  push(chunk: Uint8Array): void;
}

/** Holds at most one unfinished frame, so at most `MAX_FRAME_BYTES`. */
export function createFrameDecoder(onFrame: FrameListener): FrameDecoder {
  let partial: Uint8Array | undefined;
  let filled = 0;

  function frameBytes(bytes: Uint8Array, at: number): number {
    const length = readU32(bytes, at);
    if (length < HEADER_BYTES - 4 || length > MAX_FRAME_BYTES - 4)
      throw p2pError('p2p.malformed', { message: `The peer sent a frame of ${length} bytes.` });
    return length + 4;
  }

  function emit(bytes: Uint8Array, at: number, size: number): void {
    const payload = bytes.subarray(at + HEADER_BYTES, at + size);
    onFrame(bytes[at + 4] ?? 0, bytes[at + 5] ?? 0, readU32(bytes, at + 6), payload);
  }

  /** Begins an unfinished frame with the tail of a chunk: four bytes until its length is known, then all of it. */
  function keep(chunk: Uint8Array, at: number): void {
    const rest = chunk.length - at;
    partial = new Uint8Array(rest < 4 ? 4 : frameBytes(chunk, at));
    partial.set(chunk.subarray(at));
    filled = rest;
  }

  /** Fills the unfinished frame from `chunk`; returns how much of the chunk that took. */
  function complete(unfinished: Uint8Array, chunk: Uint8Array): number {
    const taken = Math.min(unfinished.length - filled, chunk.length);
    unfinished.set(taken === chunk.length ? chunk : chunk.subarray(0, taken), filled);
    filled += taken;
    if (filled < unfinished.length) return taken;
    partial = undefined;
    if (unfinished.length > 4) {
      emit(unfinished, 0, unfinished.length);
      return taken;
    }
    const whole = new Uint8Array(frameBytes(unfinished, 0));
    whole.set(unfinished);
    partial = whole;
    return taken + complete(whole, chunk.subarray(taken));
  }

  return {
    push(chunk) {
      let at = partial ? complete(partial, chunk) : 0;
      while (chunk.length - at >= 4) {
        const size = frameBytes(chunk, at);
        if (chunk.length - at < size) break;
        emit(chunk, at, size);
        at += size;
      }
      if (at < chunk.length) keep(chunk, at);
    },
  };
}
