/** The WebSockets of open dashboards: each carries the whole contract, so only signed-in pages of our own get one. */
import type { IncomingMessage } from 'node:http';
import type { Duplex } from 'node:stream';
import { WebSocketServer } from 'ws';
import type { Clock } from '#shared/kernel/clock.ts';
import type { Contract, Handlers } from '#shared/kernel/contract.ts';
import { MAX_REQUEST_LENGTH, channelOverWebSocket, serve } from '#shared/kernel/rpc/index.ts';
import { isForLoopback, isSameOrigin } from '#main/node/http-guards.ts';
import type { Log } from '#main/platform/log.ts';

export interface PageSocketsDeps<C extends Contract> {
  contract: C;
  handlers: Handlers<C>;
  /** The contract's version. */
  version: number;
  isSignedIn: (request: IncomingMessage) => boolean;
  clock: Clock;
  log: Log;
}

export interface PageSockets {
  /** Takes over a connection that asks to become a WebSocket, or refuses it. */
  upgrade(request: IncomingMessage, socket: Duplex, head: Buffer): void;
  close(): void;
}

/** Pages open at a time. */
const MAX_PAGES = 32;
/** UTF-8 needs at most three bytes for each UTF-16 unit of a message. */
const MAX_MESSAGE_BYTES = 3 * MAX_REQUEST_LENGTH;

export function createPageSockets<C extends Contract>(deps: PageSocketsDeps<C>): PageSockets {
  const server = new WebSocketServer({
    noServer: true,
    maxPayload: MAX_MESSAGE_BYTES,
    perMessageDeflate: false,
  });

  server.on('connection', (socket) => {
    const channel = channelOverWebSocket(socket, { clock: deps.clock });
    serve(deps.contract, deps.handlers, channel, {
      version: deps.version,
      onFault: (error, method) => deps.log.error({ err: error, method }, 'a call failed unexpectedly'),
    });
  });

  function refusal(request: IncomingMessage): string | undefined {
    if (request.url !== '/rpc') return '404 Not Found';
    if (!isForLoopback(request)) return '421 Misdirected Request';
    if (!isSameOrigin(request)) return '403 Forbidden';
    if (!deps.isSignedIn(request)) return '401 Unauthorized';
    if (server.clients.size >= MAX_PAGES) return '503 Service Unavailable';
    return undefined;
  }

  return {
    upgrade(request, socket, head) {
      const status = refusal(request);
      if (!status)
        return server.handleUpgrade(request, socket, head, (page) =>
          server.emit('connection', page, request),
        );
      socket.on('error', () => socket.destroy());
      socket.end(`HTTP/1.1 ${status}\r\nconnection: close\r\ncontent-length: 0\r\n\r\n`);
    },
    close() {
      for (const page of server.clients) page.terminate();
      server.close();
    },
  };
}
