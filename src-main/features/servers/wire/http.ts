/**
 * MCP over Streamable HTTP, both eras. Each request is a POST whose answer is JSON or a stream of events.
 *
 * Legacy: a session id given at `initialize`; a GET stream for what belongs to no request; streams that break off are
 * resumed from the last event; a lost session is made anew once, and the request that noticed is sent again.
 * Modern: no session; closing the stream of a request cancels it.
 */
import type { IncomingMessage } from 'node:http';
import type { Clock } from '#shared/kernel/clock.ts';
import type { JsonObject, JsonValue } from '#shared/kernel/canonical.ts';
import type { AppError } from '#shared/kernel/errors.ts';
import type { UpstreamAuth } from '../login/index.ts';
import { authorized } from './authorized.ts';
import { brokenOff, disconnected, refused, unusable } from './errors.ts';
import { createFloodGate } from './flood-gate.ts';
import { readEvents, readText } from './http-body.ts';
import { createHttpClient, type HttpClient } from './http-client.ts';
import { modernHeaders } from './http-headers.ts';
import { isObject, parseJson, type RpcId, type RpcMessage, type RpcRequest } from './messages.ts';
import { META } from './meta.ts';
import { createPeer } from './peer.ts';
import type { Wire, WireHandlers, WireOptions } from './wire.ts';

export interface HttpTarget {
  url: string;
  /** Declared headers, secrets included. */
  headers: Record<string, string>;
  /** The login there, where one may be needed. */
  auth?: UpstreamAuth | undefined;
  /** The input schema of a tool, for parameters that travel as headers too. */
  schemaOf(tool: string): JsonObject | undefined;
}

export interface HttpWire extends Wire {
  /** The handshake settled a legacy revision: later requests name it, and the server may send on a stream of its own. */
  settle(protocolVersion: string, reinitialize: () => Promise<void>): void;
}

/** Attempts to resume one stream before its request fails. */
const MAX_RESUMPTIONS = 5;
const RESUME_DELAY_MS = 500;
/** Longest wait that a server may ask for, and between attempts to reach it for its own stream. */
const MAX_DELAY_MS = 30_000;
/** Saying goodbye is not waited for longer. */
const GOODBYE_MS = 1_000;
/** How much of an error page is read. */
const MAX_ERROR_BYTES = 65_536;

interface Stream {
  /** The request it answers; absent on the server's own stream. */
  id: RpcId | undefined;
  lastEventId: string | undefined;
  retryMs: number;
  attempts: number;
  end(): void;
}

export function connectHttp(target: HttpTarget, handlers: WireHandlers, options: WireOptions): HttpWire {
  const { clock, maxMessageBytes } = options;
  const plain: HttpClient = createHttpClient(target.url, target.headers);
  const client = target.auth ? authorized(plain, target.auth) : plain;
  const gate = createFloodGate();
  const streams = new Map<RpcId, Stream>();
  let own: Stream | undefined;
  let sessionId: string | undefined;
  let version: string | undefined;
  let reinitialize: (() => Promise<void>) | undefined;
  let reinitializing: Promise<void> | undefined;
  let ended = false;
  let markClosed: (reason: AppError) => void;
  const closed = new Promise<AppError>((resolve) => {
    markClosed = resolve;
  });

  const peer = createPeer({ send: post, cancel }, { ...handlers, onGarbage: handlers.onNote }, options);

  // Sending

  function post(message: RpcMessage, again = false): void {
    const id = 'method' in message && 'id' in message ? message.id : undefined;
    const usedSession = sessionId;
    const stream: Stream = {
      id,
      lastEventId: undefined,
      retryMs: RESUME_DELAY_MS,
      attempts: 0,
      end: () => undefined,
    };
    if (id !== undefined) streams.set(id, stream);
    stream.end = client.send({
      method: 'POST',
      headers: headersFor(message),
      body: JSON.stringify(message),
      onError: (error) => failed(id, error),
      onResponse(response) {
        if (response.statusCode === 404 && usedSession !== undefined && !again)
          return sessionLost(response, message, usedSession);
        onAnswer(response, message, stream);
      },
    });
  }

  function headersFor(message: RpcMessage): Record<string, string> {
    const headers: Record<string, string> = {
      'content-type': 'application/json',
      accept: 'application/json, text/event-stream',
    };
    if (isModernRequest(message)) return { ...headers, ...modernHeaders(message, target.schemaOf) };
    if ('method' in message && message.method === 'initialize') return headers;
    return { ...headers, ...sessionHeaders() };
  }

  function sessionHeaders(): Record<string, string> {
    return {
      ...(sessionId === undefined ? {} : { 'mcp-session-id': sessionId }),
      ...(version === undefined ? {} : { 'mcp-protocol-version': version }),
    };
  }

  function cancel(requestId: RpcId, reason: string): void {
    const stream = streams.get(requestId);
    streams.delete(requestId);
    // In a session the server is told; without one, the closed stream tells it.
    if (version !== undefined)
      post({ jsonrpc: '2.0', method: 'notifications/cancelled', params: { requestId, reason } });
    stream?.end();
  }

  function failed(id: RpcId | undefined, error: AppError): void {
    if (id === undefined) return handlers.onNote(error.message);
    streams.delete(id);
    peer.fail(id, error);
  }

  // Answers

  function onAnswer(response: IncomingMessage, message: RpcMessage, stream: Stream): void {
    const status = response.statusCode ?? 0;
    const type = (response.headers['content-type'] ?? '').split(';')[0]?.trim().toLowerCase();
    if ('method' in message && message.method === 'initialize' && status === 200)
      sessionId = firstOf(response.headers['mcp-session-id']);
    if (status < 200 || status >= 300) return onRefusal(response, stream.id);
    if (stream.id === undefined || status === 202 || status === 204) {
      response.resume();
      if (stream.id !== undefined) failed(stream.id, unusable(`HTTP ${status} without an answer`));
    } else if (type === 'text/event-stream') listen(response, stream);
    else if (type === 'application/json') readJson(response, stream.id);
    else {
      response.destroy();
      failed(stream.id, unusable(`content of type ${type || 'unknown'}`));
    }
  }

  function readJson(response: IncomingMessage, id: RpcId): void {
    readText(response, maxMessageBytes, (text, error) => {
      const message = text === undefined ? undefined : parseJson(text);
      if (message === undefined) failed(id, error ?? unusable('something that is not JSON'));
      else receive(message, id);
    });
  }

  function receive(message: JsonValue, id: RpcId | undefined): void {
    peer.receive(message, id);
    if (id !== undefined && answers(message, id)) streams.delete(id);
  }

  /** A refusal may carry the JSON-RPC error that says why. */
  function onRefusal(response: IncomingMessage, id: RpcId | undefined): void {
    const status = response.statusCode ?? 0;
    readText(response, MAX_ERROR_BYTES, (text) => {
      const message = text === undefined ? undefined : parseJson(text);
      const carried =
        isObject(message) && isObject(message['error']) && status < 500 && status !== 401 && status !== 403;
      if (carried && id !== undefined)
        receive({ jsonrpc: '2.0', id, error: message['error'] as JsonObject }, id);
      else failed(id, refused(status, options.redact(text ?? '')));
    });
  }

  // Streams

  function listen(response: IncomingMessage, stream: Stream): void {
    readEvents(response, maxMessageBytes, {
      onData(data) {
        const message = parseJson(data);
        stream.attempts = 0;
        if (message === undefined) return handlers.onNote('an event that is not JSON');
        if (!isObject(message) || 'method' in message) gate.spend(data.length, clock.monotonic());
        receive(message, stream.id);
        slowDown(response);
      },
      onId: (id) => {
        stream.lastEventId = id;
      },
      onRetry: (delayMs) => {
        stream.retryMs = Math.min(delayMs, MAX_DELAY_MS);
      },
      onEnd: (error) => onStreamEnd(stream, error),
    });
  }

  function slowDown(response: IncomingMessage): void {
    const pauseMs = gate.pauseMs(clock.monotonic());
    if (pauseMs === 0 || response.isPaused()) return;
    handlers.onNote(`talks faster than allowed; not listening for ${pauseMs} ms`);
    response.pause();
    clock.after(pauseMs, () => response.resume());
  }

  function onStreamEnd(stream: Stream, error: AppError | undefined): void {
    if (ended) return;
    if (stream.id === undefined)
      return void clock.after(Math.max(stream.retryMs, RESUME_DELAY_MS), () => listenToServer(stream));
    if (streams.get(stream.id) !== stream) return;
    const resumable =
      version !== undefined && stream.lastEventId !== undefined && stream.attempts < MAX_RESUMPTIONS;
    if (error || !resumable) return failed(stream.id, error ?? brokenOff());
    stream.attempts += 1;
    clock.after(stream.retryMs, () => resume(stream));
  }

  /** Asks for the events after the last one that arrived. */
  function resume(stream: Stream): void {
    if (ended || (stream.id !== undefined && streams.get(stream.id) !== stream)) return;
    stream.end = client.send({
      method: 'GET',
      headers: {
        accept: 'text/event-stream',
        ...sessionHeaders(),
        ...(stream.lastEventId === undefined ? {} : { 'last-event-id': stream.lastEventId }),
      },
      onError: () => onStreamEnd(stream, undefined),
      onResponse(response) {
        if (response.statusCode === 200) return listen(response, stream);
        response.resume();
        if (stream.id !== undefined) failed(stream.id, brokenOff());
        else if (own === stream) own = undefined;
      },
    });
  }

  /** The stream of what belongs to no request. A server that has none says 405, and is not asked again. */
  function listenToServer(stream: Stream): void {
    if (ended || own !== stream) return;
    stream.retryMs = Math.min(MAX_DELAY_MS, stream.retryMs * 2);
    resume(stream);
  }

  function openOwnStream(): void {
    own?.end();
    own = {
      id: undefined,
      lastEventId: undefined,
      retryMs: RESUME_DELAY_MS,
      attempts: 0,
      end: () => undefined,
    };
    resume(own);
  }

  // Sessions

  function sessionLost(response: IncomingMessage, message: RpcMessage, usedSession: string): void {
    response.resume();
    const id = 'id' in message ? message.id : undefined;
    if (!reinitialize) return failed(id, refused(404, ''));
    if (sessionId === usedSession) {
      sessionId = undefined;
      handlers.onNote('the server forgot the session; making a new one');
      reinitializing = reinitialize();
    }
    // What a server never knew cannot have been carried out, so sending it again is safe.
    Promise.resolve(reinitializing).then(
      () => {
        if (id === undefined || streams.has(id)) post(message, true);
      },
      (error: AppError) => failed(id, error),
    );
  }

  async function close(): Promise<void> {
    if (ended) return;
    ended = true;
    const reason = disconnected();
    peer.end(reason);
    for (const stream of streams.values()) stream.end();
    own?.end();
    if (sessionId !== undefined) await sayGoodbye(client, sessionHeaders(), clock);
    client.close();
    markClosed(reason);
  }

  return {
    peer,
    closed,
    close,
    settle(protocolVersion, again) {
      version = protocolVersion;
      reinitialize = again;
      openOwnStream();
    },
  };
}

/** Tells the server that the session is over, and waits a moment for it to hear. */
function sayGoodbye(client: HttpClient, headers: Record<string, string>, clock: Clock): Promise<void> {
  return new Promise((resolve) => {
    const timer = clock.after(GOODBYE_MS, done);
    const abandon = client.send({
      method: 'DELETE',
      headers,
      onError: done,
      onResponse(response) {
        response.resume();
        done();
      },
    });
    function done(): void {
      timer.cancel();
      abandon();
      resolve();
    }
  });
}

const firstOf = (value: string | string[] | undefined): string | undefined =>
  Array.isArray(value) ? value[0] : value;

function isModernRequest(message: RpcMessage): message is RpcRequest {
  if (!('method' in message) || !('id' in message)) return false;
  const meta = message.params?.['_meta'];
  return isObject(meta) && META.protocolVersion in meta;
}

const answers = (message: JsonValue, id: RpcId): boolean =>
  Array.isArray(message)
    ? message.some((one) => answers(one, id))
    : isObject(message) && message['id'] === id && !('method' in message);
