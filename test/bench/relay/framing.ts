/** The least that a request and its response need on a stream of bytes: `u32 length | u32 id | payload`. */
import { Uint8ArrayList } from 'uint8arraylist';

const HEADER = 8;

/** Frames out of a byte stream, without a promise per frame. */
export function createDecoder(onFrame: (id: number, payload: Uint8Array) => void) {
  const buffer = new Uint8ArrayList();
  return (data: Uint8Array | Uint8ArrayList): void => {
    buffer.append(data);
    while (buffer.byteLength >= HEADER) {
      const length = buffer.getUint32(0);
      if (buffer.byteLength < HEADER + length) return;
      const id = buffer.getUint32(4);
      const payload = buffer.subarray(HEADER, HEADER + length);
      buffer.consume(HEADER + length);
      onFrame(id, payload);
    }
  };
}

/** Frames of one tick leave in one write. */
export function createWriter(send: (frames: Uint8Array[]) => void) {
  let queue: Uint8Array[] = [];
  const flush = () => {
    const frames = queue;
    queue = [];
    send(frames);
  };
  return (id: number, payload: Uint8Array): void => {
    const frame = Buffer.allocUnsafe(HEADER + payload.length);
    frame.writeUInt32BE(payload.length, 0);
    frame.writeUInt32BE(id, 4);
    frame.set(payload, HEADER);
    if (queue.push(frame) === 1) queueMicrotask(flush);
  };
}

export type Send = (frames: Uint8Array[]) => void;
export type Receive = (data: Uint8Array | Uint8ArrayList) => void;

/** Answers every frame with itself. */
export function echo(send: Send): Receive {
  const write = createWriter(send);
  return createDecoder(write);
}

/** Calls over a byte stream. */
export function createCaller(send: Send): {
  receive: Receive;
  call(payload: Uint8Array): Promise<Uint8Array>;
} {
  const waiting = new Map<number, (payload: Uint8Array) => void>();
  const write = createWriter(send);
  let next = 1;
  return {
    receive: createDecoder((id, payload) => {
      waiting.get(id)?.(payload);
      waiting.delete(id);
    }),
    call: (payload) =>
      new Promise((resolve) => {
        const id = next++ >>> 0;
        waiting.set(id, resolve);
        write(id, payload);
      }),
  };
}
