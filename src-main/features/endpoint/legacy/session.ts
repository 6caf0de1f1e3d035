/**
 * A session of the legacy era, whatever carries its messages: its requests, its answers to requests of servers, and
 * what it is told unasked. A server's request reaches this session only because one of its own requests caused it.
 */
import type { JsonObject } from '#shared/kernel/canonical.ts';
import type { AppError } from '#shared/kernel/errors.ts';
import type { TokenScope } from '#shared/features/clients/token-scopes.ts';
import { JSON_RPC, type McpCaller, McpError, type McpMessage } from '#shared/features/servers/mcp.ts';
import { capabilitiesFor, missingCapabilities } from '#shared/features/endpoint/client-capabilities.ts';
import {
  errorText,
  notificationText,
  preparedResult,
  type RequestId,
  requestText,
  resultText,
  type RpcAnswer,
  type RpcNotification,
  type RpcRequest,
  type Wire,
} from '#shared/features/endpoint/messages.ts';
import { isLogLevel, META, passesLevel } from '#shared/features/endpoint/protocol.ts';
import type { Log } from '#main/platform/log.ts';
import { type Call, createCall, type Outlet } from '../call.ts';
import type { CatalogView } from '../catalog/view.ts';
import { FORWARDED, forward, legacyResult, listResult, resourceOwner } from '../dispatch.ts';
import { answerFault, busy, invalidParams, methodNotFound } from '../faults.ts';
import type { EndpointLimits } from '../limits.ts';
import type { CallRouter } from '../ports.ts';
import type { Presence } from '../presence.ts';
import { requireScope } from '../scope.ts';
import type { SessionFacts } from './session-id.ts';

export interface LegacySession {
  readonly id: string;
  /** What servers know the session by. */
  readonly key: string;
  readonly facts: SessionFacts;
  /** Requests that run. */
  readonly running: number;
  /**
   * Runs one request. `undefined`: the client cancelled it, and expects no answer.
   *
   * @param scope of the token that the request came with; absent: everything
   */
  request(message: RpcRequest, outlet: Outlet, scope?: TokenScope): Promise<Wire | undefined>;
  notified(message: RpcNotification): void;
  answered(message: RpcAnswer): void;
  /** The client went away before the answer. */
  abandon(id: RequestId, reason: string): void;
  /** Tells the client something that no request of its asked for. */
  tell(method: string, params?: JsonObject): void;
  /** A server's log message that belongs to no request; told where the client wants its level. */
  logged(params: JsonObject): void;
  subscribed(uri: string): boolean;
  /** Ends what runs. */
  end(reason: AppError | undefined): void;
}

export interface SessionDeps {
  router: CallRouter;
  view(): CatalogView;
  /** Where messages go that belong to no request. */
  standalone: Outlet;
  presence: Presence;
  transport: 'http' | 'socket';
  log: Log;
}

export interface SessionOptions {
  id: string;
  /** What servers know the session by; never the id, which is a secret of the client. */
  key: string;
  facts: SessionFacts;
  limits: EndpointLimits;
}

interface Ask {
  resolve(result: JsonObject): void;
  reject(error: Error): void;
}

export function createSession(deps: SessionDeps, options: SessionOptions): LegacySession {
  const { facts, limits, key } = options;
  const caller: McpCaller = {
    era: 'legacy',
    protocolVersion: facts.version,
    capabilities: facts.capabilities,
    ...(facts.clientInfo ? { clientInfo: facts.clientInfo } : {}),
    session: key,
    principal: 'local',
    profile: facts.profile,
  };
  const calls = new Map<RequestId, Call>();
  const asks = new Map<RequestId, Ask>();
  const subscriptions = new Set<string>();
  let level: string | undefined;
  let askCount = 0;
  let over: AppError | undefined;
  deps.presence.opened(key, {
    clientId: facts.clientId,
    profile: facts.profile,
    transport: deps.transport,
    era: 'legacy',
    clientInfo: facts.clientInfo,
    protocolVersion: facts.version,
  });

  function ask({ method, params }: McpMessage, call: Call): Promise<JsonObject> {
    const required = capabilitiesFor(method, params);
    if (!required) return Promise.reject(methodNotFound(method));
    const missing = missingCapabilities(required, facts.capabilities);
    if (missing) return Promise.reject(undeclared(method));
    if (asks.size >= limits.asks) return Promise.reject(busy('requests to one client'));
    // Unlike any id of another session or of an earlier life of this one, so that no late answer is taken for another.
    const id = `${key}-${(askCount += 1)}`;
    return new Promise((resolve, reject) => {
      const settle = (): void => {
        asks.delete(id);
        call.signal.removeEventListener('abort', onAbort);
      };
      const onAbort = (): void => {
        settle();
        call.send(
          notificationText('notifications/cancelled', { requestId: id, reason: 'the request ended' }),
        );
        reject(call.signal.reason as Error);
      };
      asks.set(id, {
        resolve: (result) => {
          settle();
          resolve(result);
        },
        reject: (error) => {
          settle();
          reject(error);
        },
      });
      if (call.signal.aborted) return onAbort();
      call.signal.addEventListener('abort', onAbort, { once: true });
      call.send(requestText(id, method, params));
    });
  }

  function begin(message: RpcRequest, outlet: Outlet): Call {
    if (over) throw over;
    if (calls.size >= limits.callsPerSession) throw busy('requests of one session');
    if (calls.has(message.id)) throw invalidRequest('A request with this id is running already.');
    const { arrivedAt, params } = message;
    const call = createCall({ caller, params, arrivedAt, logLevel: () => level, outlet, ask });
    calls.set(message.id, call);
    return call;
  }

  /** A modern server learns the level of the session from each request. */
  function withLevel(params: JsonObject): JsonObject {
    if (level === undefined) return params;
    return { ...params, _meta: { ...(params['_meta'] as JsonObject | undefined), [META.logLevel]: level } };
  }

  async function run(message: RpcRequest, call: Call): Promise<JsonObject> {
    const { method, params = {} } = message;
    if (FORWARDED.has(method))
      return legacyResult(await forward(deps.router, deps.view(), method, withLevel(params), call));
    switch (method) {
      case 'ping':
        return {};
      case 'logging/setLevel':
        return setLevel(params, call);
      case 'resources/subscribe':
        return subscribe(params, call);
      case 'resources/unsubscribe':
        subscriptions.delete(params['uri'] as string);
        return legacyResult(await toOwner(method, params, call));
      default:
        throw methodNotFound(method);
    }
  }

  async function setLevel(params: JsonObject, call: Call): Promise<JsonObject> {
    if (!isLogLevel(params['level'])) throw invalidParams('This is not a log level.');
    level = params['level'];
    const servers = deps.view().serversWith('logging');
    const set = servers.map((server) =>
      deps.router.request(server, { method: 'logging/setLevel', params }, call),
    );
    for (const outcome of await Promise.allSettled(set))
      if (outcome.status === 'rejected')
        deps.log.debug({ err: outcome.reason as unknown }, 'a server did not take the log level');
    return {};
  }

  async function subscribe(params: JsonObject, call: Call): Promise<JsonObject> {
    if (subscriptions.size >= limits.subscriptions) throw busy('subscriptions of one session');
    const result = await toOwner('resources/subscribe', params, call);
    subscriptions.add(params['uri'] as string);
    return legacyResult(result);
  }

  const toOwner = (method: string, params: JsonObject, call: Call): Promise<JsonObject> =>
    deps.router.request(resourceOwner(deps.view(), params, 'legacy'), { method, params }, call);

  function failed(message: RpcRequest, fault: unknown): string {
    const answer = answerFault(fault, message.method, 'legacy', deps.log);
    return 'result' in answer ? resultText(message.id, answer.result) : errorText(message.id, answer.error);
  }

  async function request(message: RpcRequest, outlet: Outlet, scope?: TokenScope): Promise<Wire | undefined> {
    let call: Call | undefined;
    const left = deps.presence.called(key);
    try {
      requireScope(scope, deps.view(), message);
      const list = listResult(deps.view(), message.method, message.params, 'legacy');
      if (list) return preparedResult(message.id, list);
      call = begin(message, outlet);
      return resultText(message.id, await run(message, call));
    } catch (fault) {
      return call?.signal.aborted && !over ? undefined : failed(message, over ?? fault);
    } finally {
      left();
      call?.end();
      if (call && calls.get(message.id) === call) calls.delete(message.id);
    }
  }

  return {
    id: options.id,
    key,
    facts,
    get running() {
      return calls.size;
    },
    request,
    notified({ method, params }) {
      if (method === 'notifications/cancelled')
        calls.get(params?.['requestId'] as RequestId)?.abort('the client cancelled');
    },
    answered({ id, result, error }) {
      const waiting = asks.get(id);
      if (result) waiting?.resolve(result);
      else if (error) waiting?.reject(new McpError(error.code, error.message, error.data));
    },
    abandon: (id, reason) => calls.get(id)?.abort(reason),
    tell: (method, params) => deps.standalone.send(notificationText(method, params)),
    logged(params) {
      if (level === undefined || passesLevel(params['level'], level))
        deps.standalone.send(notificationText('notifications/message', params));
    },
    subscribed: (uri) => subscriptions.has(uri),
    end(reason) {
      over = reason;
      deps.presence.closed(key);
      for (const call of calls.values()) call.abort(reason?.message ?? 'the session ended');
      deps.router.sessionEnded(key);
    },
  };
}

const undeclared = (method: string): McpError =>
  new McpError(JSON_RPC.methodNotFound, `The client has not declared that it answers ${method}.`);

const invalidRequest = (message: string): McpError => new McpError(JSON_RPC.invalidRequest, message);
