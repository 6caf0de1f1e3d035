/** The requests of the modern era, whatever carries them. Stateless: each says who sends it and what that client can. */
import type { Clock } from '#shared/kernel/clock.ts';
import type { JsonObject } from '#shared/kernel/canonical.ts';
import type { TokenScope } from '#shared/features/clients/token-scopes.ts';
import type { McpCaller } from '#shared/features/servers/mcp.ts';
import type { Envelope } from '#shared/features/endpoint/classify.ts';
import {
  errorText,
  isObject,
  preparedResult,
  resultText,
  type RpcError,
  type RpcRequest,
  type Wire,
} from '#shared/features/endpoint/messages.ts';
import { paramMismatch } from '#shared/features/endpoint/param-headers.ts';
import { CODES } from '#shared/features/endpoint/protocol.ts';
import { MODERN_VERSIONS } from '#shared/features/servers/mcp.ts';
import type { Log } from '#main/platform/log.ts';
import type { Outlet } from '../call.ts';
import { type CatalogView, modernListMembers } from '../catalog/view.ts';
import type { Views } from '../catalog/views.ts';
import { FORWARDED, forward, listResult, modernResult } from '../dispatch.ts';
import { answerFault, busy, invalidParams, methodNotFound } from '../faults.ts';
import { greeting } from '../greeting.ts';
import type { EndpointLimits } from '../limits.ts';
import type { CallRouter } from '../ports.ts';
import type { Arrival, Presence } from '../presence.ts';
import { type Conversation, startConversation } from './conversation.ts';
import { createLanes } from './lanes.ts';
import { requireScope } from '../scope.ts';
import { createParks, isParkHandle, type ParkOwner } from './parks.ts';

/** Who sends a request, as the transport knows it. */
export interface Visitor {
  clientId: string;
  profile: string;
  transport: 'http' | 'socket';
  /** What its token lets it do; absent: everything. */
  scope?: TokenScope | undefined;
  /** Reads `Mcp-Param-<name>`; absent on transports without headers. */
  paramHeader?: ((name: string) => string | undefined) | undefined;
}

export interface ModernAnswer {
  /** HTTP status. */
  status: number;
  wire: Wire;
}

/** A request under way. */
export interface Running {
  /** `undefined`: the client cancelled it. */
  answer: Promise<ModernAnswer | undefined>;
  abort(reason: string): void;
}

export interface ModernRequests {
  start(message: RpcRequest, envelope: Envelope, visitor: Visitor, outlet: Outlet): Running;
  /** The client is gone for good. */
  forget(clientId: string): void;
  close(): void;
}

export interface ModernDeps {
  router: CallRouter;
  views: Views;
  presence: Presence;
  clock: Clock;
  newKey(): string;
  serverInfo: JsonObject;
  log: Log;
}

/** Methods whose results may be `input_required`. */
const ASKING: Record<string, 'name' | 'uri'> = {
  'tools/call': 'name',
  'prompts/get': 'name',
  'resources/read': 'uri',
};

export function createModernRequests(deps: ModernDeps, limits: EndpointLimits): ModernRequests {
  const { clock, newKey, router, serverInfo } = deps;
  const parks = createParks<Conversation>({ clock, newKey }, limits);
  const lanes = createLanes(
    { clock, newKey, ended: (key) => router.sessionEnded(key) },
    limits.sessionIdleMs,
    limits.sessions,
  );
  const running = new Map<string, number>();

  const discover = (view: CatalogView): JsonObject => ({
    supportedVersions: [...MODERN_VERSIONS],
    ...greeting(view),
    ...modernListMembers(serverInfo),
  });

  /** What needs no server is answered at once. Throws faults. */
  function answerHere({ id, method, params }: RpcRequest, view: CatalogView): Wire | undefined {
    if (method === 'server/discover') return resultText(id, discover(view));
    const list = listResult(view, method, params, 'modern');
    return list && preparedResult(id, list);
  }

  function checkParamHeaders(
    view: CatalogView,
    { method, params }: RpcRequest,
    visitor: Visitor,
  ): RpcError | undefined {
    const name = String(params?.['name']);
    const isDirect = method === 'tools/call' && visitor.paramHeader && !view.meta(name);
    const tool = isDirect ? view.tool(name) : undefined;
    const marked = tool && view.paramHeaders(tool);
    if (!marked || marked.length === 0 || !visitor.paramHeader) return undefined;
    const problem = paramMismatch(marked, params?.['arguments'], visitor.paramHeader);
    return problem
      ? { code: CODES.headerMismatch, message: `Headers and body disagree: ${problem}.` }
      : undefined;
  }

  function enter(clientId: string): () => void {
    const now = running.get(clientId) ?? 0;
    if (now >= limits.callsPerSession) throw busy('requests of one client');
    running.set(clientId, now + 1);
    return () => {
      const left = (running.get(clientId) ?? 1) - 1;
      if (left > 0) running.set(clientId, left);
      else running.delete(clientId);
    };
  }

  /** Starts a call, or goes on with the parked one that the request is a retry of. */
  function converse(
    message: RpcRequest,
    envelope: Envelope,
    visitor: Visitor,
    view: CatalogView,
    outlet: Outlet,
  ): Conversation {
    const { method, params = {} } = message;
    const { requestState, inputResponses } = params;
    if (inputResponses !== undefined && !isObject(inputResponses))
      throw invalidParams('inputResponses is not an object.');
    if (isParkHandle(requestState)) {
      const parked = parks.take(requestState, ownerOf(message, visitor));
      if (!parked)
        throw invalidParams(
          'This requestState is not known: it expired or was used before. Start the request afresh.',
        );
      parked.call.move(outlet, params);
      parked.answer(inputResponses ?? {});
      return parked;
    }
    const lane = lanes.enter(visitor.clientId, visitor.profile, envelope.capabilities);
    return startConversation({
      caller: callerOf(envelope, lane.key, visitor.profile),
      params,
      arrivedAt: message.arrivedAt,
      logLevel: envelope.logLevel,
      outlet,
      canAsk: Object.hasOwn(ASKING, method),
      send: async (call) => {
        try {
          return await forward(router, view, method, params, call);
        } finally {
          lane.leave();
        }
      },
      clock,
      gatherMs: limits.gatherMs,
      maxAsks: limits.asks,
    });
  }

  function park(message: RpcRequest, visitor: Visitor, conversation: Conversation): JsonObject {
    const { call } = conversation;
    const inputRequests = conversation.questions();
    call.move(undefined);
    const handle = parks.put(ownerOf(message, visitor), conversation, () =>
      call.abort('the client did not come back in time'),
    );
    if (handle === undefined) {
      call.abort('too many calls wait for their clients');
      throw busy('calls that wait for their clients');
    }
    return modernResult(
      message.method,
      { resultType: 'input_required', inputRequests, requestState: handle },
      serverInfo,
    );
  }

  async function finish(message: RpcRequest, visitor: Visitor, conversation: Conversation): Promise<Wire> {
    const round = await conversation.round();
    if (round.kind === 'asked') return resultText(message.id, park(message, visitor, conversation));
    conversation.call.end();
    if (round.kind === 'fault') throw round.fault;
    return resultText(message.id, modernResult(message.method, round.result, serverInfo));
  }

  function failed({ id, method }: RpcRequest, fault: unknown): ModernAnswer {
    const answer = answerFault(fault, method, 'modern', deps.log);
    if ('result' in answer)
      return { status: 200, wire: resultText(id, modernResult(method, answer.result, serverInfo)) };
    return {
      status: answer.error.code === CODES.missingCapability ? 400 : 200,
      wire: errorText(id, answer.error),
    };
  }

  function start(message: RpcRequest, envelope: Envelope, visitor: Visitor, outlet: Outlet): Running {
    const left = deps.presence.visited(arrivalOf(visitor, envelope));
    const running = begin(message, envelope, visitor, outlet);
    return { answer: running.answer.finally(left), abort: running.abort };
  }

  function begin(message: RpcRequest, envelope: Envelope, visitor: Visitor, outlet: Outlet): Running {
    try {
      const view = deps.views.get(visitor.profile);
      requireScope(visitor.scope, view, message);
      const here = answerHere(message, view);
      if (here) return done({ status: 200, wire: here });
      if (!FORWARDED.has(message.method))
        return done({ status: 404, wire: errorText(message.id, methodNotFound(message.method)) });
      const problem = checkParamHeaders(view, message, visitor);
      if (problem) return done({ status: 400, wire: errorText(message.id, problem) });
      const leave = enter(visitor.clientId);
      return run(message, visitor, leave, () => converse(message, envelope, visitor, view, outlet));
    } catch (fault) {
      return done(failed(message, fault));
    }
  }

  function run(message: RpcRequest, visitor: Visitor, leave: () => void, begin: () => Conversation): Running {
    try {
      const conversation = begin();
      const answer = finish(message, visitor, conversation).then(
        (wire): ModernAnswer => ({ status: 200, wire }),
        (fault: unknown) => failed(message, fault),
      );
      let cancelled = false;
      return {
        answer: answer.then((given) => (cancelled ? undefined : given)).finally(leave),
        abort(reason) {
          cancelled = true;
          conversation.call.abort(reason);
        },
      };
    } catch (fault) {
      leave();
      throw fault;
    }
  }

  return {
    start,
    forget: (clientId) => lanes.forget(clientId),
    close() {
      parks.close();
      lanes.close();
    },
  };
}

const done = (answer: ModernAnswer): Running => ({ answer: Promise.resolve(answer), abort: () => undefined });

function ownerOf({ method, params }: RpcRequest, { clientId, profile }: Visitor): ParkOwner {
  const field = Object.hasOwn(ASKING, method) ? ASKING[method] : undefined;
  return { clientId, profile, method, target: String(field && params?.[field]) };
}

export const arrivalOf = (
  { clientId, profile, transport }: Visitor,
  { clientInfo, version }: Envelope,
): Arrival => ({ clientId, profile, transport, era: 'modern', clientInfo, protocolVersion: version });

export const callerOf = (
  { version, capabilities, clientInfo }: Envelope,
  session: string,
  profile: string,
): McpCaller => ({
  era: 'modern',
  protocolVersion: version,
  capabilities,
  ...(clientInfo ? { clientInfo } : {}),
  session,
  principal: 'local',
  profile,
});
