/**
 * The answer to a POST: plain JSON when nothing precedes the result, an event stream as soon as something does. A
 * stream that breaks is kept for a client that comes back; a plain answer nobody waits for any more ends its call.
 */
import type { ServerResponse } from 'node:http';
import type { Wire } from '#shared/features/endpoint/messages.ts';
import { allowsPrimingEvents } from '#shared/features/endpoint/protocol.ts';
import type { Outlet } from '../call.ts';
import type { EventResponses } from '../http/events.ts';
import { type ExtraHeaders, sendEmpty, sendJson, wireText } from '../http/replies.ts';
import type { EventStream, Streams } from './streams.ts';

export interface Reply extends Outlet {
  /** The answer to one of the requests; `undefined` for a cancelled one. */
  answer(wire: Wire | undefined): void;
}

export interface ReplyDeps {
  res: ServerResponse;
  streams: Streams;
  events: EventResponses;
  headers: ExtraHeaders;
  /** The client went away and cannot come back for the answer. */
  onGone(): void;
}

export interface ReplyOptions {
  version: string;
  accept: string | undefined;
  /** Requests in the POST. */
  expected: number;
  asBatch: boolean;
}

export function createReply(
  { res, streams, events, headers, onGone }: ReplyDeps,
  options: ReplyOptions,
): Reply {
  const takesEvents = options.accept?.includes('text/event-stream') ?? false;
  const takesJson =
    options.accept === undefined || options.accept.includes('json') || options.accept.includes('*/*');
  const answers: Wire[] = [];
  let waiting = options.expected;
  let stream: EventStream | undefined;

  res.once('close', () => {
    if (!stream && waiting > 0) onGone();
  });

  /** `undefined` where the client takes no events: what would precede its answer is left out then. */
  function openStream(): EventStream | undefined {
    if (stream || !takesEvents || res.destroyed) return stream;
    const opened = streams.open();
    stream = opened;
    const sink = events.open(res, headers);
    opened.attach(sink);
    res.once('finish', () => opened.delivered());
    res.once('close', () => opened.detach(sink));
    if (allowsPrimingEvents(options.version)) opened.prime();
    for (const early of answers.splice(0)) opened.send(wireText(early));
    return opened;
  }

  function answerPlain(): void {
    if (res.destroyed) return;
    if (answers.length === 0) {
      // Cancelled: neither JSON nor an event may answer it, and a stream may end without one.
      if (takesEvents) events.open(res, headers).end();
      else sendEmpty(res, 202, headers);
    } else if (options.asBatch) sendJson(res, 200, `[${answers.map(wireText).join(',')}]`, headers);
    else sendJson(res, 200, answers[0] as Wire, headers);
  }

  function answerStream(open: EventStream, wire: Wire | undefined): void {
    const text = wire === undefined ? undefined : wireText(wire);
    if (waiting === 0) open.finish(text);
    else if (text !== undefined) open.send(text);
  }

  return {
    send(text) {
      openStream()?.send(text);
    },
    answer(wire) {
      waiting -= 1;
      const open = stream ?? (takesJson ? undefined : openStream());
      if (open) return answerStream(open, wire);
      if (wire !== undefined) answers.push(wire);
      if (waiting === 0) answerPlain();
    },
  };
}
