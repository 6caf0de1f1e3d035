/** A stream of libp2p 2, which is a source and a sink, as the bytes below a link. */
import type { Duplex, Link } from '#main/features/p2p/rpc/link.ts';

/** What libp2p 2 calls a stream, as far as it is used here. */
export interface Stream {
  source: AsyncIterable<{ subarray(): Uint8Array }>;
  sink(source: AsyncIterable<Uint8Array>): Promise<void>;
  abort(error: Error): void;
}

export function streamDuplex(stream: Stream): Duplex {
  const waiting: Uint8Array[] = [];
  let over = false;
  let wake = (): void => undefined;
  async function* written() {
    for (;;) {
      const next = waiting.shift();
      if (next) yield next;
      else if (over) return;
      else await new Promise<void>((resolve) => (wake = resolve));
    }
  }
  stream.sink(written()).catch((error: Error) => stream.abort(error));
  return {
    write(bytes) {
      waiting.push(bytes.slice());
      wake();
      return true;
    },
    close() {
      over = true;
      wake();
    },
    abort: (reason) => stream.abort(reason),
  };
}

/** Hands everything that arrives to the link, until the stream ends. */
export async function readInto(stream: Stream, link: Link): Promise<void> {
  try {
    for await (const chunk of stream.source) link.receive(chunk.subarray());
    link.closed();
  } catch (error) {
    link.closed(error);
  }
}
