/**
 * One process of a server (or one session with an HTTP server), started on first use, started again when it ends, and
 * closed for good once. It knows who uses it, and answers the server's own requests accordingly.
 */
import type { Clock } from '#shared/kernel/clock.ts';
import type { JsonObject } from '#shared/kernel/canonical.ts';
import { AppError } from '#shared/kernel/errors.ts';
import type { McpCaller, McpExchange, McpMessage } from '#shared/features/servers/mcp.ts';
import type { Supervisor } from './supervisor.ts';
import type { Connection } from './wire/connection.ts';
import type { WireHandlers } from './wire/wire.ts';

export interface Lane {
  /** The session it belongs to; absent on the shared lane. */
  owner: string | undefined;
  readonly capabilities: JsonObject;
  /** The connection while there is one. */
  readonly connection: Connection | undefined;
  readonly opening: boolean;
  /** Requests being answered, oldest first. */
  readonly inFlight: ReadonlySet<McpExchange>;
  /** Sessions that used the process since it started and still live. */
  readonly users: ReadonlySet<string>;
  /** A session has used the process since it started. */
  readonly everUsed: boolean;
  /** More than one session has ever used the process: what it says may concern one that is gone. */
  readonly severalSessions: boolean;
  /** They belonged to more than one party. */
  readonly severalPrincipals: boolean;
  /** Monotonic ms of the last use. */
  readonly usedAt: number;
  /** Epoch ms at which the process started. */
  readonly startedAt: number | undefined;
  /** A modern caller's call has it to itself. */
  reserved: boolean;
  /** No new calls; it closes when the last one ends. */
  retired: boolean;
  /** Connects where it is not connected. Rejects with the reason why it cannot be. */
  open(): Promise<Connection>;
  request(message: McpMessage, exchange: McpExchange, logLevel?: string): Promise<JsonObject>;
  /** Something of that session lives in the process, though it made no request yet. */
  adopt(session: string, principal: string): void;
  forget(session: string): void;
  close(): Promise<void>;
}

export interface LaneOptions {
  owner?: Pick<McpCaller, 'session' | 'principal'> | undefined;
  capabilities: JsonObject;
  connect(capabilities: JsonObject, handlers: WireHandlers, signal: AbortSignal): Promise<Connection>;
  /** Runs once after each connect, before any client's request. Never rejects. */
  prepare(lane: Lane, connection: Connection): Promise<void>;
  handlers(lane: Lane): WireHandlers;
  onChange(): void;
  /** It was closed for good, and its process is gone. */
  onClosed(lane: Lane): void;
  /** It ended by itself; `delayMs` until it may be started again, undefined when given up. */
  onEnded(lane: Lane, delayMs: number | undefined): void;
}

/** Sessions of one process that log messages can reach; the oldest are left out beyond. */
const MAX_USERS = 4_096;

export function createLane(deps: { clock: Clock; supervisor: Supervisor }, options: LaneOptions): Lane {
  const { clock, supervisor } = deps;
  const inFlight = new Set<McpExchange>();
  const users = new Set<string>();
  let firstUser: { session: string; principal: string } | undefined;
  let severalSessions = false;
  let severalPrincipals = false;
  const stop = new AbortController();
  let connection: Connection | undefined;
  /** Connected, but perhaps not prepared yet. */
  let connecting: Connection | undefined;
  let opening: Promise<Connection> | undefined;
  let closing: Promise<void> | undefined;
  let usedAt = clock.monotonic();
  let startedAt: number | undefined;

  async function connect(): Promise<Connection> {
    await supervisor.admit();
    if (closing) throw stopped();
    const made = await attempt();
    const began = clock.monotonic();
    startedAt = clock.now();
    forgetUsers();
    connecting = made;
    void made.closed.then((reason) => onClosed(began, reason));
    await options.prepare(lane, made);
    connection = made;
    return made;
  }

  async function attempt(): Promise<Connection> {
    try {
      return await options.connect(options.capabilities, options.handlers(lane), stop.signal);
    } catch (error) {
      const reason = asAppError(error);
      if (!closing) options.onEnded(lane, supervisor.ended(0, reason));
      throw reason;
    }
  }

  function onClosed(began: number, reason: AppError): void {
    connection = undefined;
    connecting = undefined;
    startedAt = undefined;
    if (!closing) options.onEnded(lane, supervisor.ended(clock.monotonic() - began, reason));
    options.onChange();
  }

  function open(): Promise<Connection> {
    if (closing) return Promise.reject(stopped());
    if (connection) return Promise.resolve(connection);
    opening ??= connect().finally(() => {
      opening = undefined;
      options.onChange();
    });
    options.onChange();
    return opening;
  }

  function noteUser(session: string, principal: string): void {
    firstUser ??= { session, principal };
    severalSessions ||= session !== firstUser.session;
    severalPrincipals ||= principal !== firstUser.principal;
    users.add(session);
    const [oldest] = users;
    if (users.size > MAX_USERS && oldest !== undefined) users.delete(oldest);
  }

  function forgetUsers(): void {
    users.clear();
    firstUser = undefined;
    severalSessions = false;
    severalPrincipals = false;
  }

  const lane: Lane = {
    owner: options.owner?.session,
    capabilities: options.capabilities,
    get connection() {
      return connection;
    },
    get opening() {
      return opening !== undefined;
    },
    inFlight,
    users,
    get everUsed() {
      return firstUser !== undefined;
    },
    get severalSessions() {
      return severalSessions;
    },
    get severalPrincipals() {
      return severalPrincipals;
    },
    get usedAt() {
      return usedAt;
    },
    get startedAt() {
      return startedAt;
    },
    reserved: false,
    retired: false,
    open,
    async request(message, exchange, logLevel) {
      if (!connection) exchange.trace?.begin('start');
      const ready = connection ?? (await open());
      exchange.trace?.begin('tool');
      const { session, principal } = exchange.caller;
      inFlight.add(exchange);
      noteUser(session, principal);
      try {
        return await ready.request(message, exchange, logLevel);
      } finally {
        inFlight.delete(exchange);
        usedAt = clock.monotonic();
        if (lane.retired && inFlight.size === 0) void lane.close();
      }
    },
    adopt: noteUser,
    forget: (session) => void users.delete(session),
    close() {
      closing ??= (async () => {
        stop.abort(stopped());
        await connecting?.close();
        // Whoever opens it hears why it could not be; here only the end of the attempt matters.
        await opening?.catch(() => undefined);
        await connecting?.close();
        connection = undefined;
        startedAt = undefined;
        options.onClosed(lane);
      })();
      return closing;
    },
  };
  return lane;
}

export const stopped = (): AppError =>
  new AppError('servers.stopped', 'The server was stopped.', {
    advice: 'Start it again to use it.',
    retryable: false,
  });

export function asAppError(error: unknown): AppError {
  if (error instanceof AppError) return error;
  return new AppError('servers.refused', `The server refused to work: ${(error as Error).message}`, {
    advice: 'Look at the log of the server.',
    cause: error,
  });
}
