import type { Clock } from '../clock.ts';
import { AppError } from '../errors.ts';
import { type Channel, createChannelListeners } from './channel.ts';

/** What the browser's `WebSocket` and that of `ws` have in common. */
export interface WebSocketLike {
  readonly readyState: number;
  readonly bufferedAmount: number;
  send(data: string): void;
  close(code?: number, reason?: string): void;
  addEventListener(type: 'open', listener: () => void): void;
  addEventListener(type: 'close', listener: () => void): void;
  addEventListener(type: 'error', listener: () => void): void;
  addEventListener(type: 'message', listener: (event: { data: unknown }) => void): void;
}

const OPEN = 1;
const CONNECTING = 0;
/** RFC 6455 codes: a normal end, and a policy that was broken. */
const NORMAL = 1000;
const POLICY = 1008;
/** Buffered bytes beyond which a socket is not writable. */
const HIGH_WATER_BYTES = 1024 * 1024;
/** WebSockets have no drain event; this is how often a full one is looked at. */
const DRAIN_POLL_MS = 10;

/** A channel over an open WebSocket. */
export function channelOverWebSocket(socket: WebSocketLike, { clock }: { clock: Clock }): Channel {
  const listeners = createChannelListeners();
  const isWritable = () => listeners.closed || socket.bufferedAmount < HIGH_WATER_BYTES;
  socket.addEventListener('close', () => void listeners.close());
  socket.addEventListener('error', () => void listeners.close());
  const close = (reason?: AppError) => {
    if (listeners.close(reason)) socket.close(reason ? POLICY : NORMAL, reason?.code.slice(0, 100) ?? '');
  };
  socket.addEventListener('message', ({ data }) => {
    if (typeof data === 'string') listeners.receive(data);
    else
      close(
        new AppError('contract.malformed', 'A message that is not text arrived.', {
          advice: 'Send the messages of the contract as text.',
        }),
      );
  });
  return {
    send: (message) => {
      if (!listeners.closed && socket.readyState === OPEN) socket.send(message);
    },
    get writable() {
      return isWritable();
    },
    drained: () =>
      new Promise((resolve) => {
        const look = () => (isWritable() ? resolve() : void clock.after(DRAIN_POLL_MS, look));
        look();
      }),
    onMessage: listeners.onMessage,
    onClose: listeners.onClose,
    close,
  };
}

/** Waits for a new WebSocket to open. Rejects with `contract.unreachable`, also when `signal` aborts. */
export function openWebSocketChannel(
  socket: WebSocketLike,
  { clock, signal }: { clock: Clock; signal?: AbortSignal },
): Promise<Channel> {
  return new Promise((resolve, reject) => {
    const abort = () => {
      socket.close();
      reject(unreachable(signal?.reason));
    };
    if (signal?.aborted) return abort();
    signal?.addEventListener('abort', abort, { once: true });
    const settle = (finish: () => void) => () => {
      signal?.removeEventListener('abort', abort);
      finish();
    };
    const opened = settle(() => resolve(channelOverWebSocket(socket, { clock })));
    if (socket.readyState === OPEN) return opened();
    if (socket.readyState !== CONNECTING) return settle(() => reject(unreachable()))();
    socket.addEventListener('open', opened);
    socket.addEventListener(
      'close',
      settle(() => reject(unreachable())),
    );
    socket.addEventListener(
      'error',
      settle(() => reject(unreachable())),
    );
  });
}

const unreachable = (cause?: unknown): AppError =>
  new AppError('contract.unreachable', 'The node cannot be reached.', {
    advice: 'Check that Toolswarm is running.',
    retryable: true,
    cause,
  });
