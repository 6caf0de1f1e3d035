/** Streamable HTTP of the legacy era: sessions, POST answered as JSON or as events, GET streams, resumption, DELETE. */
import type { IncomingMessage, ServerResponse } from 'node:http';
import type { JsonObject } from '#shared/kernel/canonical.ts';
import { JSON_RPC, LEGACY_VERSIONS } from '#shared/features/servers/mcp.ts';
import {
  idOf,
  isObject,
  resultText,
  type RpcMessage,
  type RpcRequest,
  sortMessage,
} from '#shared/features/endpoint/messages.ts';
import {
  allowsBatches,
  CODES,
  HEADERS,
  isServedLegacy,
  negotiateLegacy,
} from '#shared/features/endpoint/protocol.ts';
import type { Log } from '#main/platform/log.ts';
import type { EventResponses } from '../http/events.ts';
import type { Client } from '../http/guard.ts';
import { type ExtraHeaders, sendEmpty, sendError, sendJson } from '../http/replies.ts';
import { greeting } from '../greeting.ts';
import type { EndpointLimits } from '../limits.ts';
import type { Views } from '../catalog/views.ts';
import { createReply } from './reply.ts';
import type { HttpSession, Sessions } from './sessions.ts';

/** One HTTP request that was let in. */
export interface Visit {
  req: IncomingMessage;
  res: ServerResponse;
  client: Client;
  profile: string;
  headers: ExtraHeaders;
}

export interface LegacyHttp {
  /** A POST that is no modern message: sorted, where it is one message, and as it came. */
  post(visit: Visit, message: RpcMessage | undefined, body: unknown): void;
  get(visit: Visit): void;
  delete(visit: Visit): void;
}

export interface LegacyHttpDeps {
  sessions: Sessions;
  views: Views;
  events: EventResponses;
  serverInfo: JsonObject;
  log: Log;
}

export function createLegacyHttp(deps: LegacyHttpDeps, limits: EndpointLimits): LegacyHttp {
  const { sessions, events } = deps;

  function post(visit: Visit, message: RpcMessage | undefined, body: unknown): void {
    if (message?.kind === 'request' && message.method === 'initialize') return initialize(visit, message);
    const found = sessionOf(visit, body);
    if (!found) return;
    if (Array.isArray(body)) return batch(visit, found, body);
    if (!message) return sendError(visit.res, 400, notJsonRpc, idOf(body), visit.headers);
    if (message.kind === 'request') return answer(visit, found, [message], false);
    accept(found, message);
    sendEmpty(visit.res, 202, visit.headers);
  }

  function initialize(visit: Visit, { id, params = {} }: RpcRequest): void {
    const facts = {
      version: negotiateLegacy(params['protocolVersion']),
      clientId: visit.client.clientId,
      profile: visit.profile,
      capabilities: isObject(params['capabilities']) ? params['capabilities'] : {},
      clientInfo: isObject(params['clientInfo']) ? params['clientInfo'] : undefined,
    };
    const { session } = sessions.create(facts);
    const result = {
      protocolVersion: facts.version,
      ...greeting(deps.views.get(visit.profile)),
      serverInfo: deps.serverInfo,
    };
    sendJson(visit.res, 200, resultText(id, result), ['Mcp-Session-Id', session.id, ...visit.headers]);
  }

  /** Answers the request itself where it belongs to no session. */
  function sessionOf({ req, res, client, profile, headers }: Visit, body?: unknown): HttpSession | undefined {
    const version = req.headers[HEADERS.version];
    if (version !== undefined && !isServedLegacy(version as string)) {
      const message = `Unsupported protocol version: ${String(version).slice(0, 40)} (supported: ${LEGACY_VERSIONS.join(', ')})`;
      sendError(res, 400, { code: CODES.refused, message }, idOf(body), headers);
      return undefined;
    }
    const id = req.headers[HEADERS.session];
    if (typeof id !== 'string') {
      sendError(
        res,
        400,
        { code: CODES.refused, message: 'The Mcp-Session-Id header is missing.' },
        idOf(body),
        headers,
      );
      return undefined;
    }
    const found = sessions.find(id, client.clientId, profile);
    if (!found)
      sendError(res, 404, { code: CODES.sessionNotFound, message: 'Session not found' }, idOf(body), headers);
    return found;
  }

  function accept({ session }: HttpSession, message: Exclude<RpcMessage, RpcRequest>): void {
    if (message.kind === 'notification') session.notified(message);
    else session.answered(message);
  }

  function batch(visit: Visit, found: HttpSession, body: readonly unknown[]): void {
    const messages = body.map((value) => sortMessage(value));
    const problem = batchProblem(found, messages, limits.batch);
    if (problem)
      return sendError(
        visit.res,
        400,
        { code: JSON_RPC.invalidRequest, message: problem },
        null,
        visit.headers,
      );
    const requests: RpcRequest[] = [];
    for (const message of messages as RpcMessage[])
      if (message.kind === 'request') requests.push(message);
      else accept(found, message);
    if (requests.length === 0) sendEmpty(visit.res, 202, visit.headers);
    else answer(visit, found, requests, true);
  }

  function answer(
    { client, req, res, headers }: Visit,
    found: HttpSession,
    requests: readonly RpcRequest[],
    asBatch: boolean,
  ): void {
    const { session, streams } = found;
    const reply = createReply(
      {
        res,
        streams,
        events,
        headers,
        onGone: () => requests.forEach(({ id }) => session.abandon(id, 'the client went away')),
      },
      { version: session.facts.version, accept: req.headers.accept, expected: requests.length, asBatch },
    );
    for (const message of requests)
      session
        .request(message, reply, client.scope)
        .then((wire) => reply.answer(wire))
        .catch((fault: unknown) => {
          deps.log.error({ err: fault }, 'an answer could not be written');
          res.destroy();
        });
  }

  function get(visit: Visit): void {
    const { req, res, headers } = visit;
    const found = sessionOf(visit);
    if (!found) return;
    if (!accepts(req.headers.accept, 'text/event-stream'))
      return sendError(
        res,
        406,
        { code: CODES.refused, message: 'The client must accept text/event-stream.' },
        null,
        headers,
      );
    const lastEvent = req.headers[HEADERS.lastEvent];
    const resumed = typeof lastEvent === 'string' ? found.streams.resume(lastEvent) : undefined;
    if (typeof lastEvent === 'string' && !resumed)
      return sendError(
        res,
        400,
        { code: CODES.refused, message: 'The events after this id are not kept any more.' },
        null,
        headers,
      );
    const sink = events.open(res, headers);
    res.flushHeaders();
    const stream = resumed?.stream ?? found.streams.standalone;
    res.once('close', () => stream.detach(sink));
    stream.attach(sink, resumed?.after);
  }

  return {
    post,
    get,
    delete(visit) {
      const found = sessionOf(visit);
      if (!found) return;
      sessions.end(found.session.id);
      sendEmpty(visit.res, 204, visit.headers);
    },
  };
}

function batchProblem(
  found: HttpSession,
  messages: readonly (RpcMessage | undefined)[],
  limit: number,
): string | undefined {
  if (!allowsBatches(found.session.facts.version)) return 'Batches are not part of this protocol revision.';
  if (messages.length === 0) return 'The batch is empty.';
  if (messages.length > limit) return `A batch has at most ${limit} messages.`;
  if (messages.some((message) => message === undefined))
    return 'The batch holds something that is not JSON-RPC.';
  const initializes = (message: RpcMessage | undefined): boolean =>
    message?.kind === 'request' && message.method === 'initialize';
  return messages.some(initializes) ? 'initialize cannot be part of a batch.' : undefined;
}

/** An absent Accept header takes everything, as HTTP has it. */
export const accepts = (accept: string | undefined, type: string): boolean =>
  accept === undefined || accept.includes(type) || accept.includes('*/*');

const notJsonRpc = { code: JSON_RPC.invalidRequest, message: 'This is not a JSON-RPC message.' };
