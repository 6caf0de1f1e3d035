/** A libp2p stream as the byte duplex of a link: the event API, one `send` per tick, no promise per frame. */
import type { Stream } from '@libp2p/interface';
import type { Clock } from '#shared/kernel/clock.ts';
import type { Duplex, Link } from '../rpc/link.ts';

/** A stream whose other end does not take the rest by then is cut off. */
const CLOSE_TIMEOUT_MS = 1000;
/** The link decides when a peer is gone; the stream itself never gives up. */
const NEVER_MS = 0x7fff_ffff;

/**
 * Back-pressure: `send` answers false once yamux or the socket is full, and the stream's `drain` event ends that.
 * (`stream.onDrain()` resolves at once after the first drain, in @libp2p/utils 7.4: not used.)
 */
export function streamDuplex(stream: Stream, clock: Clock): Duplex {
  stream.inactivityTimeout = NEVER_MS;
  return {
    write: (bytes) => stream.send(bytes),
    close() {
      const limit = new AbortController();
      const timer = clock.after(CLOSE_TIMEOUT_MS, () => limit.abort(new Error('the peer reads no more')));
      stream
        .close({ signal: limit.signal })
        .catch((error: unknown) => stream.abort(error as Error))
        .finally(() => timer.cancel());
    },
    abort: (reason) => stream.abort(reason),
  };
}

/** Feeds the link with what the stream says. */
export function connectStream(stream: Stream, link: Link): void {
  stream.addEventListener('drain', () => link.drained());
  stream.addEventListener('remoteCloseWrite', () => link.closed());
  stream.addEventListener('close', (event) => link.closed(event.error));
  stream.addEventListener('message', (event) => {
    const { data } = event;
    if (data instanceof Uint8Array) link.receive(plain(data));
    else for (const chunk of data) link.receive(plain(chunk));
  });
}

/** `slice` of a `Buffer` is a view; ours must copy. */
const plain = (chunk: Uint8Array): Uint8Array =>
  chunk.constructor === Uint8Array ? chunk : new Uint8Array(chunk.buffer, chunk.byteOffset, chunk.byteLength);
