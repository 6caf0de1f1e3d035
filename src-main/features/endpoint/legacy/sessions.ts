/** The legacy sessions of HTTP clients: made by `initialize`, found by their ids, revived after a restart, bounded. */
import type { Clock } from '#shared/kernel/clock.ts';
import type { AppError } from '#shared/kernel/errors.ts';
import type { Random } from '#shared/kernel/random.ts';
import { toBase64Url } from '#shared/kernel/bytes.ts';
import type { Log } from '#main/platform/log.ts';
import type { Views } from '../catalog/views.ts';
import { busy } from '../faults.ts';
import type { EndpointLimits } from '../limits.ts';
import type { CallRouter } from '../ports.ts';
import type { Presence } from '../presence.ts';
import { createSession, type LegacySession } from './session.ts';
import type { SessionFacts, SessionIds } from './session-id.ts';
import { createStreams, type Streams } from './streams.ts';

/** A session and the event streams that carry it over HTTP. */
export interface HttpSession {
  session: LegacySession;
  streams: Streams;
  /** Monotonic ms of the last request. */
  usedAt: number;
}

export interface Sessions {
  create(facts: SessionFacts): HttpSession;
  /** The session of an id, for the client that it was given to. */
  find(id: string, clientId: string, profile: string): HttpSession | undefined;
  /** The client said goodbye; the id is not valid any more. */
  end(id: string): void;
  /** Ends the sessions of a client whose token is no longer valid. */
  endClient(clientId: string): void;
  all(): Iterable<HttpSession>;
  close(reason: AppError): void;
}

export interface SessionsDeps {
  router: CallRouter;
  views: Views;
  ids: SessionIds;
  presence: Presence;
  clock: Clock;
  random: Random;
  log: Log;
}

export function createSessions(deps: SessionsDeps, limits: EndpointLimits): Sessions {
  const { clock } = deps;
  const sessions = new Map<string, HttpSession>();
  const ended = new Set<string>();
  const sweeper = clock.every(Math.max(1_000, limits.sessionIdleMs / 10), sweep);

  function open(id: string, facts: SessionFacts): HttpSession {
    if (sessions.size >= limits.sessions) makeRoom();
    // The catalog as it is now is what the session's client knows: the next change is told against it.
    deps.views.get(facts.profile);
    const key = toBase64Url(deps.random.bytes(12));
    const streams = createStreams({ clock, nonce: key.slice(0, 8).replaceAll('.', '_') }, limits);
    const session = createSession(
      {
        router: deps.router,
        view: () => deps.views.get(facts.profile),
        standalone: streams.standalone,
        presence: deps.presence,
        transport: 'http',
        log: deps.log,
      },
      { id, key, facts, limits },
    );
    const opened = { session, streams, usedAt: clock.monotonic() };
    sessions.set(id, opened);
    return opened;
  }

  /** Nothing runs and nobody listens: the session can leave memory, since its id brings it back. */
  const isIdle = ({ session, streams }: HttpSession): boolean =>
    session.running === 0 && streams.attached === 0;

  function makeRoom(): void {
    let oldest: HttpSession | undefined;
    for (const candidate of sessions.values())
      if (isIdle(candidate) && candidate.usedAt < (oldest?.usedAt ?? Number.POSITIVE_INFINITY))
        oldest = candidate;
    if (!oldest) throw busy('sessions');
    drop(oldest, undefined);
  }

  function sweep(): void {
    const before = clock.monotonic() - limits.sessionIdleMs;
    for (const candidate of sessions.values())
      if (candidate.usedAt < before && isIdle(candidate)) drop(candidate, undefined);
  }

  function drop({ session, streams }: HttpSession, reason: AppError | undefined): void {
    sessions.delete(session.id);
    session.end(reason);
    streams.endAll();
  }

  return {
    create: (facts) => open(deps.ids.mint(facts), facts),
    find(id, clientId, profile) {
      const known = sessions.get(id);
      if (!known && ended.has(id)) return undefined;
      const facts = known?.session.facts ?? deps.ids.read(id);
      if (!facts || facts.clientId !== clientId || facts.profile !== profile) return undefined;
      const found = known ?? open(id, facts);
      found.usedAt = clock.monotonic();
      return found;
    },
    end(id) {
      const known = sessions.get(id);
      if (known) drop(known, undefined);
      ended.add(id);
      if (ended.size > limits.endedSessions) ended.delete(ended.values().next().value as string);
    },
    endClient(clientId) {
      for (const session of [...sessions.values()])
        if (session.session.facts.clientId === clientId) drop(session, undefined);
    },
    all: () => sessions.values(),
    close(reason) {
      sweeper.cancel();
      for (const session of [...sessions.values()]) drop(session, reason);
    },
  };
}
