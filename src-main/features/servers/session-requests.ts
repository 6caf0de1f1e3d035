/** Requests that outlive themselves (subscriptions, levels of logging) and the notifications that come of them. */
import type { Clock } from '#shared/kernel/clock.ts';
import type { JsonObject } from '#shared/kernel/canonical.ts';
import { JSON_RPC, McpError, type McpExchange, type McpMessage } from '#shared/features/servers/mcp.ts';
import type { Lane } from './lane.ts';
import type { Lanes } from './lanes.ts';
import { createNews } from './news.ts';
import { createSessions, MAX_SUBSCRIPTIONS, rankOf } from './sessions.ts';
import type { Connection } from './wire/connection.ts';
import { isObject } from './wire/messages.ts';

export interface SessionRequestsDeps {
  clock: Clock;
  lanes: Lanes;
  forward(message: McpMessage, exchange: McpExchange): Promise<JsonObject>;
  note(text: string): void;
  /** The lists of that lane's server may have changed. */
  relist(lane: Lane): void;
}

export interface SessionRequestsEvents {
  onResourceUpdated(uri: string, sessions: string[]): void;
  onLogged(params: JsonObject, sessions: string[]): void;
}

export interface SessionRequests {
  /** The outcome of a request that is kept here; undefined for any other. */
  handle(message: McpMessage, exchange: McpExchange): Promise<JsonObject> | undefined;
  onNotification(
    lane: Lane,
    method: string,
    params: JsonObject | undefined,
    via: McpExchange | undefined,
  ): void;
  /** Tells a process that was started again what sessions had asked of the one before. */
  restore(lane: Lane, connection: Connection): Promise<void>;
  levelOf(session: string): string | undefined;
  /** Whether a session expects news from this lane. */
  holds(lane: Lane): boolean;
  end(session: string): void;
}

export function createSessionRequests(
  deps: SessionRequestsDeps,
  events: SessionRequestsEvents,
): SessionRequests {
  const { lanes } = deps;
  const sessions = createSessions();
  const news = createNews(deps);
  /** The level a process was last told. */
  const told = new WeakMap<Connection, string>();

  /** Sessions with something kept here that this lane serves. */
  function membersOf(lane: Lane): string[] {
    if (lane.owner !== undefined) return [lane.owner];
    return [...sessions.all()]
      .map(([session]) => session)
      .filter((session) => lanes.ofSession(session).includes(lane));
  }

  async function subscribe(message: McpMessage, exchange: McpExchange): Promise<JsonObject> {
    const uri = uriOf(message);
    const state = sessions.of(exchange.caller);
    if (state.uris.size >= MAX_SUBSCRIPTIONS && !state.uris.has(uri)) throw tooManySubscriptions();
    const known = lanes.ofSession(exchange.caller.session).some((lane) => wants(lane, uri));
    state.uris.add(uri);
    try {
      if (!known) await change(message, exchange);
    } catch (error) {
      state.uris.delete(uri);
      throw error;
    }
    return {};
  }

  /** Tells the server that one more, or one less, resource is wanted: modern ones all at once, others by request. */
  async function change(message: McpMessage, exchange: McpExchange): Promise<void> {
    const lane = lanes.currentShared;
    if (lane?.connection?.era === 'modern') news.want(lane.connection, sessions.uris(membersOf(lane)));
    else await deps.forward(message, exchange);
  }

  async function unsubscribe(message: McpMessage, exchange: McpExchange): Promise<JsonObject> {
    const uri = uriOf(message);
    const { session } = exchange.caller;
    if (!sessions.get(session)?.uris.delete(uri)) return {};
    if (!lanes.ofSession(session).some((lane) => wants(lane, uri))) await change(message, exchange);
    return {};
  }

  const wants = (lane: Lane, uri: string): boolean =>
    lane.connection !== undefined && sessions.uris(membersOf(lane)).has(uri);

  async function setLevel({ params }: McpMessage, exchange: McpExchange): Promise<JsonObject> {
    const level = params?.['level'];
    if (typeof level !== 'string' || rankOf(level) < 0)
      throw new McpError(JSON_RPC.invalidParams, `There is no log level ${JSON.stringify(level)}.`);
    sessions.of(exchange.caller).level = level;
    for (const lane of lanes.ofSession(exchange.caller.session))
      if (lane.connection) await tellLevel(lane, lane.connection);
    return {};
  }

  /** What a client says of itself concerns the processes that are its own, and no shared one. */
  async function tellOwnLanes({ method, params }: McpMessage, exchange: McpExchange): Promise<JsonObject> {
    for (const lane of lanes.ofSession(exchange.caller.session))
      if (lane.owner !== undefined) lane.connection?.notify(method, params);
    return {};
  }

  /** Tells the server the most verbose level that anybody here wants, when that is news. */
  async function tellLevel(lane: Lane, connection: Connection): Promise<void> {
    const level = sessions.mostVerbose(membersOf(lane));
    if (level === undefined || told.get(connection) === level) return;
    if (connection.era === 'modern' || !isObject(connection.capabilities['logging'])) return;
    told.set(connection, level);
    await connection.ask('logging/setLevel', { level });
  }

  async function restore(lane: Lane, connection: Connection): Promise<void> {
    const members = membersOf(lane);
    for (const session of members) {
      const state = sessions.get(session);
      if (state) lane.adopt(session, state.principal);
    }
    const uris = sessions.uris(members);
    if (connection.era === 'modern') return news.want(connection, uris);
    await tellLevel(lane, connection);
    for (const uri of uris) await connection.ask('resources/subscribe', { uri });
  }

  function onMessage(lane: Lane, params: JsonObject, via: McpExchange | undefined): void {
    // Who caused it is unknown: on a process that several parties share, nobody hears of it.
    if (lane.severalPrincipals && !via) return;
    const level = typeof params['level'] === 'string' ? params['level'] : 'info';
    const listeners = new Set(sessions.listeners(via ? [via.caller.session] : lane.users, level));
    const causer = via ?? causerOn(lane);
    if (causer && listeners.delete(causer.caller.session))
      causer.notify({ method: 'notifications/message', params });
    if (listeners.size > 0) events.onLogged(params, [...listeners]);
  }

  /** The one request that a message must belong to: the only one there is, where no other session is concerned. */
  function causerOn(lane: Lane): McpExchange | undefined {
    const [only, other] = lane.inFlight;
    if (!only || other) return undefined;
    const certain =
      !lane.severalSessions || only.caller.era === 'modern' || lane.connection?.era === 'modern';
    return certain ? only : undefined;
  }

  /** Unsubscribes a shared process from what nobody wants any more; others end with their session. */
  function dropFrom(lane: Lane, uris: ReadonlySet<string>): void {
    const { connection } = lane;
    if (lane.owner !== undefined || !connection || uris.size === 0) return;
    if (connection.era === 'modern') return news.want(connection, sessions.uris(membersOf(lane)));
    for (const uri of uris)
      if (!wants(lane, uri))
        connection
          .ask('resources/unsubscribe', { uri })
          .catch((error: unknown) => deps.note(`unsubscribing failed: ${(error as Error).message}`));
  }

  return {
    handle(message, exchange) {
      switch (message.method) {
        case 'ping':
          return Promise.resolve({});
        case 'notifications/roots/list_changed':
          return tellOwnLanes(message, exchange);
        case 'resources/subscribe':
          return subscribe(message, exchange);
        case 'resources/unsubscribe':
          return unsubscribe(message, exchange);
        case 'logging/setLevel':
          return setLevel(message, exchange);
        default:
          return undefined;
      }
    },
    onNotification(lane, method, params, via) {
      if (method === 'notifications/subscriptions/acknowledged' && lane.connection)
        return news.acknowledged(lane.connection);
      if (method === 'notifications/message' && params) return onMessage(lane, params, via);
      if (/^notifications\/(tools|prompts|resources)\/list_changed$/.test(method)) return deps.relist(lane);
      if (method === 'notifications/resources/updated' && typeof params?.['uri'] === 'string') {
        const interested = sessions.subscribers(membersOf(lane), params['uri']);
        if (interested.length > 0) events.onResourceUpdated(params['uri'], interested);
      }
    },
    restore,
    levelOf: (session) => sessions.get(session)?.level,
    holds: (lane) => sessions.uris(membersOf(lane)).size > 0,
    end(session) {
      const lanesBefore = lanes.ofSession(session);
      const state = sessions.end(session);
      for (const lane of lanesBefore) dropFrom(lane, state?.uris ?? new Set());
    },
  };
}

function uriOf({ params }: McpMessage): string {
  const uri = params?.['uri'];
  if (typeof uri === 'string') return uri;
  throw new McpError(JSON_RPC.invalidParams, 'A subscription needs a uri.');
}

const tooManySubscriptions = (): McpError =>
  new McpError(JSON_RPC.invalidParams, `A session can subscribe to at most ${MAX_SUBSCRIPTIONS} resources.`);
