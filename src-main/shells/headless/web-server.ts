/**
 * The dashboard and the HTTP API on one loopback port. The page itself is public and holds no data; everything it shows
 * comes over a WebSocket that needs the cookie of a session, which a one-time link gives.
 */
import { type IncomingMessage, type Server, type ServerResponse, createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { AppError, toErrorShape } from '#shared/kernel/errors.ts';
import { API_PREFIX, type HttpApi } from '#main/node/http-api.ts';
import { METRICS_PATH } from '#main/node/http-metrics.ts';
import { REGISTRY_PREFIX } from '#main/node/registry-api.ts';
import { isForLoopback } from '#main/node/http-guards.ts';
import { sendError } from '#main/node/http-status.ts';
import type { LinkFor, WebSessions } from '#main/node/web-sessions.ts';
import type { Contract } from '#shared/kernel/contract.ts';
import { type PageSocketsDeps, createPageSockets } from './page-sockets.ts';
import { setSecurityHeaders } from './security-headers.ts';
import { createSessionDoor } from './session-door.ts';
import { listStaticFiles, sendFile } from './static-files.ts';

export interface WebServerDeps<C extends Contract> extends Omit<PageSocketsDeps<C>, 'sessionOf'> {
  sessions: WebSessions;
  api: HttpApi;
  /** Answers collectors of figures, or throws what is to be sent. */
  metrics(request: IncomingMessage, response: ServerResponse): void;
  /** Answers programs that browse this node as a registry. */
  registry(request: IncomingMessage, response: ServerResponse): void;
}

export interface WebServerOptions {
  /** 0 takes any free port. */
  port: number;
  /** Folder of the built dashboard. */
  rendererDir: string;
}

export interface WebServer {
  /** Starts listening on loopback. Throws `node.port_in_use` or `node.port_refused`. */
  start(): Promise<void>;
  /** `http://127.0.0.1:<port>/` */
  url(): string;
  /** A link that signs one browser in, once, within ten minutes. */
  openLink(wanted?: LinkFor): string;
  close(): Promise<void>;
}

/** Connections at a time: pages with their WebSockets, and programs that use the API. */
const MAX_CONNECTIONS = 256;
const HEADERS_TIMEOUT_MS = 10_000;
const REQUEST_TIMEOUT_MS = 60_000;
/** How long answers under way may take when the node stops. */
const GOODBYE_MS = 500;

export function createWebServer<C extends Contract>(
  deps: WebServerDeps<C>,
  { port, rendererDir }: WebServerOptions,
): WebServer {
  const server = createServer(
    { headersTimeout: HEADERS_TIMEOUT_MS, requestTimeout: REQUEST_TIMEOUT_MS },
    (request, response) => void respond(request, response),
  );
  const boundPort = () => (server.address() as AddressInfo | null)?.port ?? port;
  const door = createSessionDoor(deps.sessions, boundPort);
  const pages = createPageSockets({ ...deps, sessionOf: door.sessionOf });
  const files = listStaticFiles(rendererDir);
  const url = () => `http://127.0.0.1:${boundPort()}/`;
  server.maxConnections = MAX_CONNECTIONS;
  server.on('upgrade', pages.upgrade);

  async function respond(request: IncomingMessage, response: ServerResponse): Promise<void> {
    setSecurityHeaders(response);
    try {
      await route(request, response);
    } catch (error) {
      fail(request, response, error);
    }
  }

  async function route(request: IncomingMessage, response: ServerResponse): Promise<void> {
    const path = (request.url ?? '/').split('?', 1)[0] ?? '/';
    if (path.startsWith(API_PREFIX)) return deps.api(request, response);
    if (path === METRICS_PATH) return deps.metrics(request, response);
    if (path.startsWith(REGISTRY_PREFIX)) return deps.registry(request, response);
    if (!isForLoopback(request)) throw wrongHost();
    if (path === '/session') return door.answer(request, response);
    const file = files.get(path);
    if (!file) throw path === '/' ? notBuilt() : noSuchPage();
    if (request.method !== 'GET' && request.method !== 'HEAD') throw onlyGet();
    await sendFile(file, request, response);
  }

  function fail(request: IncomingMessage, response: ServerResponse, error: unknown): void {
    if (response.destroyed || response.headersSent) return void response.destroy();
    if (!(error instanceof AppError))
      deps.log.error({ err: error, path: request.url }, 'a page could not be served');
    sendError(request, response, toErrorShape(error));
  }

  return {
    start: () => listen(server, port),
    url,
    openLink: (wanted) => `${url()}#t=${deps.sessions.mintLink(wanted)}`,
    close() {
      pages.close();
      return new Promise((resolve) => {
        const timer = deps.clock.after(GOODBYE_MS, () => server.closeAllConnections());
        server.close(() => {
          timer.cancel();
          resolve();
        });
        server.closeIdleConnections();
      });
    },
  };
}

function listen(server: Server, port: number): Promise<void> {
  return new Promise((resolve, reject) => {
    server.once('error', (error) => reject(describeListenError(error, port)));
    server.listen({ port, host: '127.0.0.1' }, () => {
      server.removeAllListeners('error');
      resolve();
    });
  });
}

function describeListenError(error: NodeJS.ErrnoException, port: number): Error {
  if (error.code === 'EADDRINUSE')
    return new AppError('node.port_in_use', `Port ${port} of the dashboard is in use by another program.`, {
      advice: 'Stop that program, or choose another port with --web-port N.',
      details: { port, option: '--web-port' },
    });
  if (error.code === 'EACCES')
    return new AppError('node.port_refused', `The system does not allow port ${port} for the dashboard.`, {
      advice: 'Choose a port above 1023 with --web-port N.',
      details: { port, option: '--web-port' },
    });
  return error;
}

const wrongHost = (): AppError =>
  new AppError('api.wrong_host', 'This server answers only to the names of this machine.', {
    advice: 'Use 127.0.0.1 or localhost in the address.',
  });

const notBuilt = (): AppError =>
  new AppError('web.not_built', 'The dashboard has not been built.', {
    advice: 'Run `npm run build`, then start the node again.',
    retryable: true,
  });

const noSuchPage = (): AppError =>
  new AppError('web.not_found', 'There is nothing here.', { advice: 'The dashboard is at /.' });

const onlyGet = (): AppError =>
  new AppError('api.wrong_method', 'Use GET here.', {
    advice: 'Only /session takes POST.',
    details: { allowed: 'GET, HEAD' },
  });
