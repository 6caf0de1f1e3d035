/** Questions to one router over UDP. The socket is connected: what comes from anybody else never reaches it. */
import { createSocket, type Socket } from 'node:dgram';
import { type Clock, sleep } from '#shared/kernel/clock.ts';

/** RFC 6886, 3.1: the first wait; each further one is twice as long. */
const FIRST_WAIT_MS = 250;
/** A router of the local network that has not answered after 3.75 s knows no such protocol. */
const TRIES = 4;

export interface RouterChannel {
  /** This machine's IPv4 address towards the router. */
  readonly client: string;
  /** The first answer that `read` understands; undefined where none came, however often it was asked. */
  ask<Value>(
    request: Uint8Array,
    read: (answer: Uint8Array) => Value | undefined,
    signal: AbortSignal,
  ): Promise<Value | undefined>;
  close(): void;
}

export async function openChannel(clock: Clock, host: string, port: number): Promise<RouterChannel> {
  const socket = createSocket('udp4');
  await connected(socket, host, port);
  socket.unref();
  // A port where nobody listens is told by an error: as good as silence.
  socket.on('error', () => undefined);
  return {
    client: socket.address().address,
    async ask(request, read, signal) {
      const answered = new AbortController();
      let answer: ReturnType<typeof read>;
      const listener = (message: Buffer): void => {
        answer ??= read(message);
        if (answer !== undefined) answered.abort();
      };
      socket.on('message', listener);
      try {
        for (let tries = 0; tries < TRIES && answer === undefined; tries++) {
          socket.send(request, () => undefined);
          const wait = sleep(clock, FIRST_WAIT_MS * 2 ** tries, AbortSignal.any([signal, answered.signal]));
          await wait.catch(() => signal.throwIfAborted());
        }
        return answer;
      } finally {
        socket.off('message', listener);
      }
    },
    close: () => socket.close(),
  };
}

const connected = (socket: Socket, host: string, port: number): Promise<void> =>
  new Promise((resolve, reject) => {
    socket.once('error', reject);
    socket.connect(port, host, () => {
      socket.off('error', reject);
      resolve();
    });
  });
