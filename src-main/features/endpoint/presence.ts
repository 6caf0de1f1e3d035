/**
 * Who is connected now, over both eras. Legacy clients are here from `initialize` to the end of their session; modern ones
 * have none, so they are here while something of theirs is under way and for a while after.
 */
import type { JsonObject } from '#shared/kernel/canonical.ts';
import type { Clock, Timer } from '#shared/kernel/clock.ts';
import { createEmitter, type EventSource } from '#shared/kernel/events.ts';

export interface EndpointClient {
  /** Unlike that of any other who is here; no secret. */
  id: string;
  /** Of the token, or of the connection to the local socket. */
  clientId: string;
  profile: string;
  transport: 'http' | 'socket';
  era: 'legacy' | 'modern';
  /** The client's own name and version, unverified. */
  clientInfo: JsonObject | undefined;
  protocolVersion: string;
  /** Epoch ms. */
  since: number;
  lastSeenAt: number;
  /** Requests so far, and those under way. */
  calls: number;
  running: number;
}

/** A client as it comes in. */
export type Arrival = Pick<
  EndpointClient,
  'clientId' | 'profile' | 'transport' | 'era' | 'clientInfo' | 'protocolVersion'
>;

export interface Presence extends EventSource<{ changed: object }> {
  /** A session begins. */
  opened(key: string, arrival: Arrival): void;
  /** A request of a session begins; call what is returned when it ends. */
  called(key: string): () => void;
  closed(key: string): void;
  /** A request without a session begins, or a stream that is held open; call what is returned when it ends. */
  visited(arrival: Arrival): () => void;
  /** A local connection without sessions is gone. */
  gone(clientId: string): void;
  list(): EndpointClient[];
  close(): void;
}

/** Clients without sessions that are remembered; the longest unseen goes first. */
const MAX_VISITORS = 1_000;
/** A client without a session that was not heard of for this long is gone. */
const VISIT_MS = 2 * 60_000;
/** Those who watch are told at most this often: calls come by the thousand. */
const TELL_EVERY_MS = 500;

export function createPresence({ clock, newKey }: { clock: Clock; newKey: () => string }): Presence {
  const events = createEmitter<{ changed: object }>();
  const sessions = new Map<string, EndpointClient>();
  const visitors = new Map<string, EndpointClient>();
  const sweeper = clock.every(VISIT_MS / 4, sweep);
  let telling: Timer | undefined;

  function changed(): void {
    telling ??= clock.after(TELL_EVERY_MS, () => {
      telling = undefined;
      events.emit('changed', {});
    });
  }

  function arrive(arrival: Arrival): EndpointClient {
    const now = clock.now();
    return { ...arrival, id: newKey(), since: now, lastSeenAt: now, calls: 0, running: 0 };
  }

  function begin(client: EndpointClient): () => void {
    client.calls += 1;
    client.running += 1;
    client.lastSeenAt = clock.now();
    changed();
    return () => {
      client.running -= 1;
      client.lastSeenAt = clock.now();
      changed();
    };
  }

  function sweep(): void {
    const before = clock.now() - VISIT_MS;
    for (const [key, { running, lastSeenAt }] of visitors)
      if (running === 0 && lastSeenAt < before) forget(key);
  }

  function forget(key: string): void {
    if (visitors.delete(key)) changed();
  }

  return {
    on: events.on,
    opened(key, arrival) {
      sessions.set(key, arrive(arrival));
      changed();
    },
    called(key) {
      const client = sessions.get(key);
      return client ? begin(client) : () => undefined;
    },
    closed(key) {
      if (sessions.delete(key)) changed();
    },
    visited(arrival) {
      const key = JSON.stringify([arrival.clientId, arrival.profile, arrival.clientInfo?.['name']]);
      const client = visitors.get(key) ?? arrive(arrival);
      // Again at the end: the map's order is that of the last visits.
      visitors.delete(key);
      if (visitors.size >= MAX_VISITORS) visitors.delete(visitors.keys().next().value as string);
      visitors.set(key, client);
      return begin(client);
    },
    gone(clientId) {
      for (const [key, visitor] of visitors) if (visitor.clientId === clientId) forget(key);
    },
    list: () => [...sessions.values(), ...visitors.values()].map((client) => ({ ...client })),
    close() {
      sweeper.cancel();
      telling?.cancel();
    },
  };
}
