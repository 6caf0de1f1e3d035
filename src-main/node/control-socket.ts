import { chmodSync, mkdirSync, rmSync } from 'node:fs';
import { type Server, type Socket, createServer } from 'node:net';
import { dirname } from 'node:path';
import type { Contract, Handlers } from '#shared/kernel/contract.ts';
import type { Clock } from '#shared/kernel/clock.ts';
import type { Closeable } from '#shared/kernel/disposables.ts';
import { AppError } from '#shared/kernel/errors.ts';
import { MAX_REQUEST_LENGTH, serve } from '#shared/kernel/rpc/index.ts';
import type { Log } from '#main/platform/log.ts';
import { channelOverSocket, connectSocket } from '#main/platform/socket-channel.ts';
import { checkSocketFolder } from '#main/platform/socket-folder.ts';

export interface ControlSocketDeps<C extends Contract> {
  contract: C;
  handlers: Handlers<C>;
  /** The contract's version. */
  version: number;
  clock: Clock;
  log: Log;
}

/** Callers that may be connected at a time; further ones are hung up on. */
const MAX_CALLERS = 64;
/** How long a caller may take to read its last answers when the node stops. */
const GOODBYE_MS = 500;

/**
 * Serves the contract on a local socket that only this user can open (folder 0700, socket 0600; a named pipe on
 * Windows). A socket left behind by a killed node is replaced; a live one is `node.already_running`.
 */
export async function serveControlSocket<C extends Contract>(
  path: string,
  deps: ControlSocketDeps<C>,
): Promise<Closeable> {
  const sockets = new Set<Socket>();
  const server = createServer((socket) => {
    sockets.add(socket);
    socket.once('close', () => sockets.delete(socket));
    const channel = channelOverSocket(socket, { maxLineLength: MAX_REQUEST_LENGTH });
    serve(deps.contract, deps.handlers, channel, {
      version: deps.version,
      onFault: (error, method) => deps.log.error({ err: error, method }, 'a call failed unexpectedly'),
    });
  });
  server.maxConnections = MAX_CALLERS;
  await makeWay(path);
  await listen(server, path);
  return { close: () => stop(server, sockets, deps.clock) };
}

async function makeWay(path: string): Promise<void> {
  if (process.platform !== 'win32') mkdirSync(dirname(path), { recursive: true, mode: 0o700 });
  checkSocketFolder(path);
  const owner = await connectSocket(path).catch(() => undefined);
  if (owner) {
    owner.destroy();
    throw new AppError('node.already_running', 'A node is already running on this data folder.', {
      advice: 'Use it, or stop it first with `toolswarm stop`.',
    });
  }
  if (process.platform !== 'win32') rmSync(path, { force: true });
}

function listen(server: Server, path: string): Promise<void> {
  return new Promise((resolve, reject) => {
    server.once('error', reject);
    server.listen(path, () => {
      server.off('error', reject);
      if (process.platform !== 'win32') chmodSync(path, 0o600);
      resolve();
    });
  });
}

/** Ends every connection after what was written has gone out, or after `GOODBYE_MS`. */
function stop(server: Server, sockets: Set<Socket>, clock: Clock): Promise<void> {
  return new Promise((resolve) => {
    const timer = clock.after(GOODBYE_MS, () => {
      for (const socket of sockets) socket.destroy();
    });
    server.close(() => {
      timer.cancel();
      resolve();
    });
    for (const socket of sockets) socket.destroySoon();
  });
}
