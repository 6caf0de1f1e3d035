/** The local socket (a named pipe on Windows): only programs of the same user can open it, so it asks for no token. */
import { chmod, mkdir, unlink } from 'node:fs/promises';
import { connect, createServer, type Server, type Socket } from 'node:net';
import { dirname } from 'node:path';
import { AppError } from '#shared/kernel/errors.ts';
import type { Wire } from '#shared/features/endpoint/messages.ts';
import { type Connection, type ConnectionDeps, createConnection } from './connection.ts';
import type { EndpointLimits } from '../limits.ts';
import { createLineSplitter } from './lines.ts';

export interface SocketServer {
  /** Throws `AppError` `endpoint.socket_in_use` or `endpoint.cannot_listen`. */
  listen(path: string): Promise<void>;
  connections(): Iterable<Connection>;
  close(reason: AppError): Promise<void>;
}

export function createSocketServer(deps: ConnectionDeps, limits: EndpointLimits): SocketServer {
  const open = new Map<Socket, Connection>();
  const server = createServer(accept);
  server.maxConnections = limits.socketConnections;

  function accept(socket: Socket): void {
    const connection = createConnection(
      deps,
      { line: (wire) => write(socket, wire), close: () => socket.end() },
      limits,
    );
    const lines = createLineSplitter(limits.bodyBytes, connection.receive, connection.oversized);
    open.set(socket, connection);
    socket.on('data', (chunk) => lines.push(chunk));
    socket.on('error', (error) => deps.log.debug({ err: error }, 'a local client broke off'));
    socket.on('close', () => {
      open.delete(socket);
      connection.end(undefined);
    });
  }

  /** Nothing more is read from a client that does not read; one that reads nothing for long is dropped. */
  function write(socket: Socket, wire: Wire): void {
    if (socket.destroyed || socket.writableEnded) return;
    socket.cork();
    if (typeof wire === 'string') socket.write(`${wire}\n`);
    else {
      for (const part of wire) socket.write(part);
      socket.write('\n');
    }
    process.nextTick(() => socket.uncork());
    if (socket.writableLength > limits.unreadBytes) socket.destroy();
    else if (socket.writableLength > limits.bodyBytes && !socket.isPaused()) {
      socket.pause();
      socket.once('drain', () => socket.resume());
    }
  }

  return {
    async listen(path) {
      const isFile = !path.startsWith('\\\\');
      if (isFile) {
        await mkdir(dirname(path), { recursive: true, mode: 0o700 });
        await removeStale(path);
      }
      await listen(server, path);
      if (isFile) await chmod(path, 0o600);
    },
    connections: () => open.values(),
    close(reason) {
      return new Promise((resolve) => {
        server.close(() => resolve());
        for (const [socket, connection] of open) {
          connection.end(reason);
          // Lets what was answered just now out, and nothing more in.
          socket.destroySoon();
        }
      });
    },
  };
}

/** A socket file without a listener is left over from a node that was killed. */
async function removeStale(path: string): Promise<void> {
  const answer = await probe(path);
  if (answer === 'absent') return;
  if (answer === 'listening')
    throw new AppError('endpoint.socket_in_use', `Another node listens on ${path}.`, {
      advice: 'Stop it with `toolswarm stop`, or use another data folder.',
    });
  await unlink(path);
}

function probe(path: string): Promise<'absent' | 'stale' | 'listening'> {
  return new Promise((resolve) => {
    const socket = connect(path);
    socket.once('connect', () => {
      socket.destroy();
      resolve('listening');
    });
    socket.once('error', (error: NodeJS.ErrnoException) =>
      resolve(error.code === 'ENOENT' ? 'absent' : 'stale'),
    );
  });
}

function listen(server: Server, path: string): Promise<void> {
  return new Promise((resolve, reject) => {
    const onError = (error: Error): void =>
      reject(
        new AppError('endpoint.cannot_listen', `The local socket ${path} cannot be opened.`, {
          advice: 'Check that its folder can be written and that the path has fewer than 100 characters.',
          cause: error,
        }),
      );
    server.once('error', onError);
    server.listen(path, () => {
      server.off('error', onError);
      resolve();
    });
  });
}
