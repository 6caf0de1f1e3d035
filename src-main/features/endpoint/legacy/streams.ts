/**
 * Event streams of one session, which a client may lose and take up again with `Last-Event-ID`: one for each request
 * whose answer is preceded by something, and the standing one for what no request asked for. Events are kept until
 * they were delivered, within bounds; the oldest go first.
 */
import type { Clock } from '#shared/kernel/clock.ts';
import type { Outlet } from '../call.ts';
import type { EndpointLimits } from '../limits.ts';

/** A connection that carries events. */
export interface EventSink {
  write(event: string): void;
  end(): void;
}

export interface EventStream extends Outlet {
  /** Sends what the sink has not seen, then everything that follows. A former sink is ended. */
  attach(sink: EventSink, after?: number): void;
  /** The connection is gone. */
  detach(sink: EventSink): void;
  /** The last event; the stream ends with it. */
  finish(text: string | undefined): void;
  /** All of it reached the client: nothing needs to be kept. */
  delivered(): void;
  /** Opens a stream: an event without data, whose id a client can come back with. */
  prime(): void;
}

export interface Streams {
  readonly standalone: EventStream;
  /** Opens the stream of a request. */
  open(): EventStream;
  /** The stream of an event id; `undefined` where it is not kept any more. */
  resume(eventId: string): { stream: EventStream; after: number } | undefined;
  /** Streams with a connection. */
  readonly attached: number;
  endAll(): void;
}

export interface StreamsDeps {
  clock: Clock;
  /** Unlike that of any earlier life of the session, so that old event ids are not taken for new ones. */
  nonce: string;
}

interface Kept {
  number: number;
  text: string;
}

export function createStreams({ clock, nonce }: StreamsDeps, limits: EndpointLimits): Streams {
  const streams = new Map<string, EventStream>();
  let opened = 0;
  let chars = 0;
  let attached = 0;

  function create(name: string): EventStream {
    const events: Kept[] = [];
    let number = 0;
    let seen = 0;
    let sink: EventSink | undefined;
    let finished = false;

    function keep(event: Kept): void {
      events.push(event);
      chars += event.text.length;
      while (events.length > limits.streamEvents || (chars > limits.streamChars && events.length > 0)) drop();
    }

    function drop(): void {
      chars -= events.shift()?.text.length ?? 0;
    }

    function forget(): void {
      while (events.length > 0) drop();
      if (name !== STANDALONE) streams.delete(name);
    }

    const encode = (event: Kept): string =>
      `id: ${nonce}.${name}.${event.number}\n${event.text === '' ? 'retry: 1000\ndata:' : `data: ${event.text}`}\n\n`;

    function put(text: string): void {
      const event = { number: (number += 1), text };
      keep(event);
      if (!sink) return;
      seen = number;
      sink.write(encode(event));
    }

    const stream: EventStream = {
      send: (text) => {
        if (!finished) put(text);
      },
      prime: () => put(''),
      attach(next, after) {
        const from = after ?? seen;
        if (!sink) attached += 1;
        sink?.end();
        sink = next;
        for (const event of events) if (event.number > from && event.text !== '') next.write(encode(event));
        seen = number;
        if (finished) next.end();
      },
      detach(gone) {
        if (sink !== gone) return;
        sink = undefined;
        attached -= 1;
        if (name === STANDALONE || events.length === 0) return;
        const timer = clock.after(limits.streamMs, () => {
          timers.delete(timer);
          if (!sink) forget();
        });
        timers.add(timer);
      },
      finish(text) {
        if (text !== undefined) put(text);
        finished = true;
        sink?.end();
      },
      delivered: forget,
    };
    return stream;
  }

  const timers = new Set<{ cancel(): void }>();
  const standalone = create(STANDALONE);
  return {
    standalone,
    open() {
      const name = `r${(opened += 1)}`;
      const stream = create(name);
      streams.set(name, stream);
      if (streams.size > limits.streams) streams.values().next().value?.delivered();
      return stream;
    },
    resume(eventId) {
      const [from, name, number] = eventId.split('.');
      const after = Number(number);
      if (name === STANDALONE)
        return { stream: standalone, after: from === nonce && Number.isSafeInteger(after) ? after : 0 };
      const stream = from === nonce && name !== undefined ? streams.get(name) : undefined;
      return stream && Number.isSafeInteger(after) ? { stream, after } : undefined;
    },
    get attached() {
      return attached;
    },
    endAll() {
      for (const timer of timers) timer.cancel();
      for (const stream of streams.values()) stream.finish(undefined);
      standalone.finish(undefined);
    },
  };
}

const STANDALONE = 's';
