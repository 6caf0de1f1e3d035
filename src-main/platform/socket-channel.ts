/** A channel over a byte stream: one message a line, UTF-8. JSON never contains a raw line break, so nothing is escaped. */
import { type Socket, connect } from 'node:net';
import { AppError } from '#shared/kernel/errors.ts';
import { type Channel, createChannelListeners } from '#shared/kernel/rpc/index.ts';

export interface SocketChannelOptions {
  /** A longer line closes the channel with `contract.too_large` while it arrives, before it is kept. */
  maxLineLength: number;
}

export function channelOverSocket(socket: Socket, { maxLineLength }: SocketChannelOptions): Channel {
  const listeners = createChannelListeners();
  const lines = createLineReader(maxLineLength, listeners.receive);
  const waiting: Array<() => void> = [];
  const release = () => {
    for (const resume of waiting.splice(0)) resume();
  };
  const isWritable = () => listeners.closed || !socket.writableNeedDrain;
  const close = (reason?: AppError) => {
    if (listeners.close(reason)) socket.destroySoon();
  };

  listeners.onClose(release);
  socket.setEncoding('utf8');
  socket.on('drain', release);
  socket.on('data', (text: string) => {
    if (listeners.closed || lines.push(text)) return;
    close(
      new AppError('contract.too_large', `A message was longer than ${maxLineLength} characters.`, {
        advice: 'Ask for less at once, or send smaller arguments.',
      }),
    );
  });
  // The error's story ends here: whoever listens is told that the channel closed, which is all it means to them.
  socket.on('error', () => void listeners.close());
  socket.on('close', () => void listeners.close());
  socket.on('end', () => void listeners.close());

  return {
    send: (message) => {
      if (!listeners.closed) socket.write(`${message}\n`);
    },
    get writable() {
      return isWritable();
    },
    drained: () => (isWritable() ? Promise.resolve() : new Promise((resolve) => waiting.push(resolve))),
    onMessage: listeners.onMessage,
    onClose: listeners.onClose,
    close,
  };
}

/** Cuts text into lines and hands each over. `push` is false once a line grew beyond the limit. */
function createLineReader(maxLength: number, onLine: (line: string) => void) {
  let parts: string[] = [];
  let length = 0;
  return {
    push(text: string): boolean {
      let start = 0;
      for (let end = text.indexOf('\n'); end >= 0; end = text.indexOf('\n', start)) {
        const line = parts.join('') + text.slice(start, end);
        parts = [];
        length = 0;
        start = end + 1;
        if (line.length > maxLength) return false;
        if (line.trim() !== '') onLine(line);
      }
      if (start < text.length) parts.push(text.slice(start));
      length += text.length - start;
      return length <= maxLength;
    },
  };
}

/** Connects to a local socket. Rejects with the system's error (`ENOENT`, `ECONNREFUSED`, …). */
export function connectSocket(path: string): Promise<Socket> {
  return new Promise((resolve, reject) => {
    const socket = connect(path);
    socket.once('error', reject);
    socket.once('connect', () => {
      socket.off('error', reject);
      resolve(socket);
    });
  });
}
