/** The HTTP server: what every request has to pass, and the way to the era it belongs to. */
import { withTraceHeader } from '#shared/features/relay/trace.ts';
import { createServer, type IncomingMessage, type Server, type ServerResponse } from 'node:http';
import type { Clock, Timer } from '#shared/kernel/clock.ts';
import { AppError } from '#shared/kernel/errors.ts';
import { classify, type StandardHeaders } from '#shared/features/endpoint/classify.ts';
import { idOf, sortMessage } from '#shared/features/endpoint/messages.ts';
import { HEADERS } from '#shared/features/endpoint/protocol.ts';
import { JSON_RPC } from '#shared/features/servers/mcp.ts';
import type { Log } from '#main/platform/log.ts';
import { appFault } from '../faults.ts';
import type { LegacyHttp, Visit } from '../legacy/http.ts';
import type { ModernHttp } from '../modern/http.ts';
import type { Body, BodyReader } from './body.ts';
import type { Admitted, Client, Guard } from './guard.ts';
import { refuse, sendEmpty, sendError } from './replies.ts';

export interface Front {
  /** Resolves with the port. Throws `AppError` `endpoint.port_in_use` or `endpoint.cannot_listen`. */
  listen(host: string, port: number): Promise<number>;
  /** Ends what a client has open: its token is no longer valid. */
  drop(clientId: string): void;
  /** Ends the server and every connection. */
  close(): Promise<void>;
}

export interface FrontDeps {
  guard: Guard;
  bodies: BodyReader;
  legacy: LegacyHttp;
  modern: ModernHttp;
  hasProfile(name: string): boolean;
  clock: Pick<Clock, 'after' | 'now'>;
  log: Log;
}

export function createFront(deps: FrontDeps, limits: { connections: number }): Front {
  const { legacy, modern } = deps;
  const server = createServer(
    {
      keepAliveTimeout: 75_000,
      headersTimeout: 20_000,
      requestTimeout: 120_000,
      noDelay: true,
      maxHeaderSize: 16_384,
    },
    handle,
  );
  server.maxConnections = limits.connections;
  const open = new Map<ServerResponse, string>();

  function handle(req: IncomingMessage, res: ServerResponse): void {
    try {
      const named = profileIn(req.url ?? '');
      if (named === undefined && !deps.guard.isOpen(req))
        return refuse(res, 404, 'MCP is served at /mcp and /mcp/<profile>.');
      const admitted = deps.guard.admit(req, res);
      if (admitted instanceof Promise)
        admitted.then((now) => now && begin(req, res, now)).catch((fault: unknown) => failed(res, fault));
      else if (admitted) begin(req, res, admitted);
    } catch (fault) {
      failed(res, fault);
    }
  }

  function begin(req: IncomingMessage, res: ServerResponse, admitted: Admitted): void {
    const visit = enter(req, res, admitted);
    // Whoever left while his token was looked at waits for nothing.
    if (!visit || res.destroyed) return;
    open.set(res, visit.client.clientId);
    const ended = endsWith(res, visit.client.expiresAt);
    res.once('close', () => {
      open.delete(res);
      ended?.cancel();
    });
    serve(visit);
  }

  /** A stream does not outlast the token that opened it. */
  function endsWith(res: ServerResponse, expiresAt: number | undefined): Timer | undefined {
    if (expiresAt === undefined) return undefined;
    return deps.clock.after(Math.min(MAX_TIMER_MS, Math.max(0, expiresAt - deps.clock.now())), () =>
      res.destroy(),
    );
  }

  function enter(
    req: IncomingMessage,
    res: ServerResponse,
    { client, headers }: Admitted,
  ): Visit | undefined {
    const profile = profileIn(req.url ?? '') || client.profile;
    const problem = profileProblem(profile, client);
    if (problem) {
      refuse(res, problem.status, problem.message, headers);
      return undefined;
    }
    return { req, res, client, profile, headers };
  }

  function profileProblem(profile: string, client: Client): { status: number; message: string } | undefined {
    // A token of a narrower view is no key to a wider one.
    if (profile !== client.profile && client.profile !== 'default')
      return { status: 403, message: `This token is for the profile ${client.profile}.` };
    return deps.hasProfile(profile) ? undefined : { status: 404, message: 'There is no such profile.' };
  }

  function serve(visit: Visit): void {
    switch (visit.req.method) {
      case 'POST':
        return deps.bodies.read(visit.req, (body) => {
          if (body) received(visit, body);
        });
      case 'GET':
        return legacy.get(visit);
      case 'DELETE':
        return legacy.delete(visit);
      default:
        return refuse(visit.res, 405, 'Method not allowed.', [
          'Allow',
          'GET, POST, DELETE',
          ...visit.headers,
        ]);
    }
  }

  function received(visit: Visit, body: Body): void {
    try {
      post(visit, body);
    } catch (fault) {
      failed(visit.res, fault);
    }
  }

  function post(visit: Visit, body: Body): void {
    const { req, res, headers } = visit;
    if (!body.ok) {
      if (body.parse)
        return sendError(
          res,
          body.status,
          { code: JSON_RPC.parseError, message: body.message },
          null,
          headers,
        );
      return refuse(res, body.status, body.message, headers);
    }
    const sorted = Array.isArray(body.value) ? undefined : sortMessage(body.value, body.arrivedAt);
    const message = sorted && traced(sorted, req.headers['traceparent']);
    if (!message || message.kind === 'answer') return legacy.post(visit, message, body.value);
    const classified = classify(message, standardHeaders(req));
    if (classified.era === 'legacy') return legacy.post(visit, message, body.value);
    if (classified.era === 'refused')
      return sendError(res, classified.status, classified.error, idOf(body.value), headers);
    if (message.kind === 'request') modern.post(visit, message, classified.envelope);
    else sendEmpty(res, 202, headers);
  }

  function failed(res: ServerResponse, fault: unknown): void {
    if (!(fault instanceof AppError)) deps.log.error({ err: fault }, 'a request failed unexpectedly');
    if (res.headersSent) res.destroy();
    else if (fault instanceof AppError) sendError(res, 503, appFault(fault), null, ['Retry-After', '1']);
    else
      sendError(res, 500, {
        code: JSON_RPC.internalError,
        message: 'Something went wrong inside Toolswarm.',
      });
  }

  server.on('clientError', (_, socket) => {
    if (socket.writable) socket.end(BAD_REQUEST);
    else socket.destroy();
  });

  return {
    listen: (host, port) => listen(server, host, port),
    drop(clientId) {
      for (const [res, owner] of open) if (owner === clientId) res.destroy();
    },
    close: () =>
      new Promise((resolve) => {
        server.close(() => resolve());
        server.closeAllConnections();
      }),
  };
}

/** Timers hold no more; a token that lives longer is looked at again with the next request anyway. */
const MAX_TIMER_MS = 2_147_483_647;

const BAD_REQUEST = 'HTTP/1.1 400 Bad Request\r\nConnection: close\r\nContent-Length: 0\r\n\r\n';

/** `''`: the token decides; `undefined`: not a place where MCP is served. */
function profileIn(url: string): string | undefined {
  const query = url.indexOf('?');
  const path = query < 0 ? url : url.slice(0, query);
  if (path === '/mcp' || path === '/mcp/') return '';
  return /^\/mcp\/([a-z0-9][a-z0-9_-]{0,30})\/?$/.exec(path)?.[1];
}

function standardHeaders({ headers }: IncomingMessage): StandardHeaders {
  const one = (name: string): string | undefined => {
    const value = headers[name];
    return Array.isArray(value) ? value[0] : value;
  };
  return { version: one(HEADERS.version), method: one(HEADERS.method), name: one(HEADERS.name) };
}

function listen(server: Server, host: string, port: number): Promise<number> {
  return new Promise((resolve, reject) => {
    const onError = (error: NodeJS.ErrnoException): void => reject(describe(error, host, port));
    server.once('error', onError);
    server.listen({ host, port, backlog: 511 }, () => {
      server.off('error', onError);
      const address = server.address();
      resolve(typeof address === 'object' && address ? address.port : port);
    });
  });
}

const describe = (error: NodeJS.ErrnoException, host: string, port: number): AppError =>
  error.code === 'EADDRINUSE'
    ? new AppError('endpoint.port_in_use', `Port ${port} is taken by another program.`, {
        advice:
          'Stop that program, or choose another port with --mcp-port; AI clients then need the new address.',
        cause: error,
      })
    : new AppError('endpoint.cannot_listen', `The address ${host}:${port} cannot be listened on.`, {
        advice: 'Check that the address belongs to this machine and that the port is above 1023.',
        cause: error,
      });

/** Clients that speak HTTP may say in its header what a call belongs to. */
function traced(message: ReturnType<typeof sortMessage>, header: unknown): ReturnType<typeof sortMessage> {
  if (message?.kind !== 'request' || message.method !== 'tools/call') return message;
  const params = withTraceHeader(message.params, header);
  return params ? { ...message, params } : message;
}
