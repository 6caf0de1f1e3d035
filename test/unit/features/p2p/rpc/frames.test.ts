import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import {
  createFrameDecoder,
  encodeFrame,
  HEADER_BYTES,
  MAX_FRAME_BYTES,
} from '#main/features/p2p/rpc/frames.ts';
import { concatBytes } from '#shared/kernel/bytes.ts';

interface Frame {
  type: number;
  flags: number;
  id: number;
  payload: Uint8Array;
}

const frames = fc.array(
  fc.record({
    type: fc.integer({ min: 0, max: 255 }),
    flags: fc.integer({ min: 0, max: 255 }),
    id: fc.integer({ min: 0, max: 0xffff_ffff }),
    payload: fc.uint8Array({ maxLength: 200 }),
  }),
  { maxLength: 20 },
);

/** Cuts bytes at arbitrary places, into empty pieces too. */
function split(bytes: Uint8Array, cuts: number[]): Uint8Array[] {
  const places = [...cuts.map((cut) => Math.floor(cut * bytes.length)), 0, bytes.length].sort(
    (a, b) => a - b,
  );
  return places.slice(1).map((place, index) => bytes.slice(places[index], place));
}

function decodeAll(chunks: Uint8Array[]): Frame[] {
  const decoded: Frame[] = [];
  const decoder = createFrameDecoder((type, flags, id, payload) =>
    decoded.push({ type, flags, id, payload: payload.slice() }),
  );
  for (const chunk of chunks) decoder.push(chunk);
  return decoded;
}

const header = (length: number): Uint8Array => {
  const bytes = new Uint8Array(HEADER_BYTES);
  new DataView(bytes.buffer).setUint32(0, length);
  return bytes;
};

describe('frames', () => {
  it('decode equal however the stream is cut', () => {
    fc.assert(
      fc.property(frames, fc.array(fc.double({ min: 0, max: 1, noNaN: true })), (sent, cuts) => {
        const bytes = concatBytes(
          ...sent.map(({ type, flags, id, payload }) => encodeFrame(type, flags, id, payload)),
        );
        expect(decodeAll(split(bytes, cuts))).toEqual(sent);
        expect(decodeAll([...bytes].map((byte) => Uint8Array.of(byte)))).toEqual(sent);
      }),
    );
  });

  it('may be as large as the limit and not a byte larger', () => {
    const largest = encodeFrame(3, 0, 1, new Uint8Array(MAX_FRAME_BYTES - HEADER_BYTES));
    expect(decodeAll([largest])).toHaveLength(1);
    expect(() => decodeAll([header(MAX_FRAME_BYTES - 3)])).toThrow(/frame of/);
    expect(() => decodeAll([header(5)])).toThrow(/frame of/);
    expect(() => decodeAll([header(5).subarray(0, 3), header(5).subarray(3)])).toThrow(/frame of/);
  });

  it('never take random bytes for more than they hold, and refuse or wait instead', () => {
    fc.assert(
      fc.property(fc.uint8Array({ maxLength: 500 }), (bytes) => {
        try {
          const held = decodeAll([bytes]).reduce((sum, { payload }) => sum + payload.length, 0);
          expect(held).toBeLessThanOrEqual(bytes.length);
        } catch (error) {
          expect(error).toMatchObject({ code: 'p2p.malformed' });
        }
      }),
    );
  });
});
