/** The WebSockets of open dashboards: each carries what the role of its session may do of the contract. */
import type { IncomingMessage } from 'node:http';
import type { Duplex } from 'node:stream';
import { type WebSocket, WebSocketServer } from 'ws';
import type { Operator } from '#shared/features/node/operators.ts';
import type { Clock } from '#shared/kernel/clock.ts';
import type { Contract, Handlers } from '#shared/kernel/contract.ts';
import { refuseRole } from '#shared/least-role.ts';
import { MAX_REQUEST_LENGTH, channelOverWebSocket, serve } from '#shared/kernel/rpc/index.ts';
import { isForLoopback, isSameOrigin } from '#main/node/http-guards.ts';
import type { Session } from '#main/node/web-sessions.ts';
import type { Log } from '#main/platform/log.ts';

export interface PageSocketsDeps<C extends Contract> {
  contract: C;
  handlersFor: (operator: Operator) => Handlers<C>;
  /** The contract's version. */
  version: number;
  /** Whose browser asks; undefined where it is not signed in. */
  sessionOf: (request: IncomingMessage) => Session | undefined;
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

  function open(socket: WebSocket, session: Session): void {
    const hangUp = () => socket.terminate();
    session.ended.addEventListener('abort', hangUp, { once: true });
    socket.once('close', () => session.ended.removeEventListener('abort', hangUp));
    const channel = channelOverWebSocket(socket, { clock: deps.clock });
    serve(deps.contract, deps.handlersFor(session), channel, {
      version: deps.version,
      authorize: (method) => refuseRole(method, session.role),
      onFault: (error, method) => deps.log.error({ err: error, method }, 'a call failed unexpectedly'),
    });
  }

  function refusal(request: IncomingMessage): string | undefined {
    if (request.url !== '/rpc') return '404 Not Found';
    if (!isForLoopback(request)) return '421 Misdirected Request';
    if (!isSameOrigin(request)) return '403 Forbidden';
    if (server.clients.size >= MAX_PAGES) return '503 Service Unavailable';
    return undefined;
  }

  return {
    upgrade(request, socket, head) {
      const refused = refusal(request);
      const session = refused ? undefined : deps.sessionOf(request);
      if (session) return server.handleUpgrade(request, socket, head, (page) => open(page, session));
      const status = refused ?? '401 Unauthorized';
      socket.on('error', () => socket.destroy());
      socket.end(`HTTP/1.1 ${status}\r\nconnection: close\r\ncontent-length: 0\r\n\r\n`);
    },
    close() {
      for (const page of server.clients) page.terminate();
      server.close();
    },
  };
}
