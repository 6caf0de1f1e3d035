/** The modern era over HTTP: one POST, one request; closing the connection cancels it. */
import type { ServerResponse } from 'node:http';
import type { Envelope } from '#shared/features/endpoint/classify.ts';
import { errorText, type RpcRequest } from '#shared/features/endpoint/messages.ts';
import { HEADERS } from '#shared/features/endpoint/protocol.ts';
import type { Log } from '#main/platform/log.ts';
import type { Outlet } from '../call.ts';
import { answerFault } from '../faults.ts';
import type { EventResponses } from '../http/events.ts';
import { type ExtraHeaders, sendJson, wireText } from '../http/replies.ts';
import type { Visit } from '../legacy/http.ts';
import type { EventSink } from '../legacy/streams.ts';
import type { Listener, Listeners } from './listeners.ts';
import type { ModernAnswer, ModernRequests, Visitor } from './requests.ts';

export interface ModernHttp {
  post(visit: Visit, message: RpcRequest, envelope: Envelope): void;
}

export interface ModernHttpDeps {
  requests: ModernRequests;
  listeners: Listeners;
  events: EventResponses;
  log: Log;
}

/** Messages and the answer of one request: plain JSON unless something precedes the answer. */
interface Reply extends Outlet {
  answer(answer: ModernAnswer): void;
}

export function createModernHttp({ requests, listeners, events, log }: ModernHttpDeps): ModernHttp {
  function replyTo(res: ServerResponse, headers: ExtraHeaders): Reply {
    let sink: EventSink | undefined;
    return {
      send(text) {
        if (res.destroyed) return;
        sink ??= events.open(res, headers);
        sink.write(`data: ${text}\n\n`);
      },
      answer({ status, wire }) {
        if (res.destroyed) return;
        if (!sink) return sendJson(res, status, wire, headers);
        sink.write(`data: ${wireText(wire)}\n\n`);
        sink.end();
      },
    };
  }

  function call(visit: Visit, message: RpcRequest, envelope: Envelope): void {
    const { res, headers } = visit;
    const reply = replyTo(res, headers);
    const running = requests.start(message, envelope, visitorOf(visit), reply);
    let answered = false;
    res.once('close', () => {
      if (!answered) running.abort('the client went away');
    });
    running.answer
      .then((answer) => {
        answered = true;
        if (answer) reply.answer(answer);
      })
      .catch((fault: unknown) => {
        log.error({ err: fault }, 'an answer could not be written');
        res.destroy();
      });
  }

  function listen(visit: Visit, message: RpcRequest, envelope: Envelope): void {
    const { res, headers } = visit;
    const reply = replyTo(res, headers);
    let listener: Listener | undefined;
    res.once('close', () => listener?.close(false));
    // The last message of a graceful end is the request's own result.
    const outlet: Outlet = {
      send(text) {
        reply.send(text);
        if (listener && !listener.open) res.end();
      },
    };
    listeners.open(message, envelope, visitorOf(visit), outlet).then(
      (opened) => {
        listener = opened;
        if (!opened.open) res.end();
        else if (res.destroyed) opened.close(false);
      },
      (fault: unknown) => {
        const answer = answerFault(fault, message.method, 'modern', log);
        if ('error' in answer) reply.answer({ status: 200, wire: errorText(message.id, answer.error) });
      },
    );
  }

  return {
    post(visit, message, envelope) {
      if (message.method === 'subscriptions/listen') listen(visit, message, envelope);
      else call(visit, message, envelope);
    },
  };
}

const visitorOf = ({ req, client, profile }: Visit): Visitor => ({
  clientId: client.clientId,
  scope: client.scope,
  profile,
  transport: 'http',
  paramHeader: (name) => {
    const value = req.headers[HEADERS.paramPrefix + name];
    return Array.isArray(value) ? value[0] : value;
  },
});
