/** One connection to the local socket: newline-delimited JSON-RPC, both eras, for as long as the client stays. */
import type { Clock } from '#shared/kernel/clock.ts';
import type { JsonObject } from '#shared/kernel/canonical.ts';
import { type AppError, toErrorShape } from '#shared/kernel/errors.ts';
import { JSON_RPC } from '#shared/features/servers/mcp.ts';
import { classify, type Envelope } from '#shared/features/endpoint/classify.ts';
import {
  errorText,
  idOf,
  isObject,
  type RequestId,
  resultText,
  type RpcMessage,
  type RpcRequest,
  sortMessage,
  type Wire,
} from '#shared/features/endpoint/messages.ts';
import { allowsBatches, negotiateLegacy } from '#shared/features/endpoint/protocol.ts';
import type { Log } from '#main/platform/log.ts';
import type { Outlet } from '../call.ts';
import type { Views } from '../catalog/views.ts';
import { answerFault, appFault } from '../faults.ts';
import { greeting } from '../greeting.ts';
import { wireText } from '../http/replies.ts';
import { createSession, type LegacySession } from '../legacy/session.ts';
import type { EndpointLimits } from '../limits.ts';
import type { Listener, Listeners } from '../modern/listeners.ts';
import type { ModernRequests, Running, Visitor } from '../modern/requests.ts';
import type { CallRouter } from '../ports.ts';
import type { Presence } from '../presence.ts';

/** The way back to the client. */
export interface ConnectionWriter {
  line(wire: Wire): void;
  close(): void;
}

export interface Connection {
  /** The legacy session, once the client has made one. */
  readonly session: LegacySession | undefined;
  readonly profile: string;
  receive(line: string): void;
  oversized(): void;
  /** The client is gone, or we stop. */
  end(reason: AppError | undefined): void;
}

export interface ConnectionDeps {
  router: CallRouter;
  views: Views;
  requests: ModernRequests;
  listeners: Listeners;
  presence: Presence;
  newKey(): string;
  serverInfo: JsonObject;
  clock: Clock;
  log: Log;
}

export function createConnection(
  deps: ConnectionDeps,
  writer: ConnectionWriter,
  limits: EndpointLimits,
): Connection {
  const clientId = `socket-${deps.newKey()}`;
  const outlet: Outlet = { send: (text) => writer.line(text) };
  const running = new Map<RequestId, Running>();
  const listening = new Map<RequestId, Listener>();
  let profile = 'default';
  let session: LegacySession | undefined;
  let first = true;
  let over = false;

  function receive(line: string): void {
    const arrivedAt = deps.clock.monotonic();
    let value: unknown;
    try {
      value = JSON.parse(line);
    } catch {
      // Where the text breaks helps no client; the code says what is wrong.
      return writer.line(
        errorText(null, { code: JSON_RPC.parseError, message: 'Parse error: this is not JSON.' }),
      );
    }
    if (first && isObject(value) && isObject(value['toolswarm'])) hello(value['toolswarm']);
    else if (Array.isArray(value)) batch(value);
    else message(sortMessage(value, arrivedAt), value);
    first = false;
  }

  /** Our own bridge says first which profile it speaks for. */
  function hello(said: JsonObject): void {
    try {
      if (typeof said['profile'] === 'string') profile = said['profile'];
      deps.views.get(profile);
    } catch (fault) {
      writer.line(JSON.stringify({ toolswarm: { error: toErrorShape(fault) } }));
      writer.close();
    }
  }

  function message(sorted: RpcMessage | undefined, value: unknown): void {
    if (!sorted)
      return writer.line(
        errorText(idOf(value), { code: JSON_RPC.invalidRequest, message: 'This is not a JSON-RPC message.' }),
      );
    if (sorted.kind === 'answer') return session?.answered(sorted);
    if (sorted.kind === 'notification') {
      if (sorted.method === 'notifications/cancelled' && cancel(sorted.params?.['requestId'])) return;
      return session?.notified(sorted);
    }
    const classified = classify(sorted, undefined);
    if (classified.era === 'refused') writer.line(errorText(sorted.id, classified.error));
    else if (classified.era === 'legacy') legacy(sorted);
    else modern(sorted, classified.envelope);
  }

  function legacy(request: RpcRequest): void {
    if (request.method === 'initialize') return initialize(request);
    if (!session) {
      if (request.method === 'ping') return writer.line(resultText(request.id, {}));
      return writer.line(
        errorText(request.id, {
          code: JSON_RPC.invalidRequest,
          message: 'The session starts with initialize.',
        }),
      );
    }
    write(session.request(request, outlet));
  }

  function initialize({ id, params = {} }: RpcRequest): void {
    try {
      const view = deps.views.get(profile);
      const facts = {
        version: negotiateLegacy(params['protocolVersion']),
        clientId,
        profile,
        capabilities: isObject(params['capabilities']) ? params['capabilities'] : {},
        clientInfo: isObject(params['clientInfo']) ? params['clientInfo'] : undefined,
      };
      session?.end(undefined);
      const key = deps.newKey();
      session = createSession(
        {
          router: deps.router,
          view: () => deps.views.get(profile),
          standalone: outlet,
          presence: deps.presence,
          transport: 'socket',
          log: deps.log,
        },
        { id: key, key, facts, limits },
      );
      writer.line(
        resultText(id, { protocolVersion: facts.version, ...greeting(view), serverInfo: deps.serverInfo }),
      );
    } catch (fault) {
      writer.line(errorText(id, appFault(toErrorShape(fault))));
    }
  }

  function batch(values: readonly unknown[]): void {
    const messages = values.map((value) => sortMessage(value));
    if (
      !session ||
      !allowsBatches(session.facts.version) ||
      messages.length > limits.batch ||
      messages.includes(undefined)
    )
      return writer.line(
        errorText(null, { code: JSON_RPC.invalidRequest, message: 'This batch cannot be taken.' }),
      );
    const answers: Promise<Wire | undefined>[] = [];
    for (const sorted of messages as RpcMessage[])
      if (sorted.kind === 'request') answers.push(session.request(sorted, outlet));
      else message(sorted, undefined);
    if (answers.length === 0) return;
    write(
      Promise.all(answers).then((wires) => {
        const given = wires.filter((wire) => wire !== undefined);
        return given.length > 0 ? `[${given.map(wireText).join(',')}]` : undefined;
      }),
    );
  }

  function modern(request: RpcRequest, envelope: Envelope): void {
    const { id, method } = request;
    if (running.has(id) || listening.has(id))
      return writer.line(
        errorText(id, {
          code: JSON_RPC.invalidRequest,
          message: 'A request with this id is running already.',
        }),
      );
    const visitor: Visitor = { clientId, profile, transport: 'socket' };
    if (method === 'subscriptions/listen') return listen(request, envelope, visitor);
    const started = deps.requests.start(request, envelope, visitor, outlet);
    running.set(id, started);
    write(
      started.answer.then((answer) => {
        running.delete(id);
        return answer?.wire;
      }),
    );
  }

  function listen(request: RpcRequest, envelope: Envelope, visitor: Visitor): void {
    deps.listeners.open(request, envelope, visitor, outlet).then(
      (listener) => {
        if (over) listener.close(false);
        else if (listener.open) listening.set(request.id, listener);
      },
      (fault: unknown) => {
        const answer = answerFault(fault, request.method, 'modern', deps.log);
        if ('error' in answer) writer.line(errorText(request.id, answer.error));
      },
    );
  }

  function cancel(id: unknown): boolean {
    const started = running.get(id as RequestId);
    const listener = listening.get(id as RequestId);
    started?.abort('the client cancelled');
    listener?.close(false);
    listening.delete(id as RequestId);
    return started !== undefined || listener !== undefined;
  }

  function write(answer: Promise<Wire | undefined>): void {
    answer
      .then((wire) => {
        if (wire !== undefined) writer.line(wire);
      })
      .catch((fault: unknown) => {
        deps.log.error({ err: fault }, 'an answer could not be written');
        writer.close();
      });
  }

  return {
    get session() {
      return session;
    },
    get profile() {
      return profile;
    },
    receive,
    oversized: () =>
      writer.line(
        errorText(null, {
          code: JSON_RPC.invalidRequest,
          message: `A message has at most ${limits.bodyBytes} bytes.`,
        }),
      ),
    end(reason) {
      over = true;
      session?.end(reason);
      for (const started of running.values()) started.abort('the connection ended');
      for (const listener of listening.values()) listener.close(false);
      listening.clear();
      deps.requests.forget(clientId);
      deps.presence.gone(clientId);
    },
  };
}
