/**
 * What sessions asked a server for that outlives a request: subscriptions to resources and levels of logging. A server
 * knows one client where we have many, so subscriptions are counted and the most verbose level wins; what comes back
 * is sorted out here again.
 */
import { AppError } from '#shared/kernel/errors.ts';
import type { McpCaller } from '#shared/features/servers/mcp.ts';

/** RFC 5424, most verbose first, as MCP names them. */
export const LOG_LEVELS = [
  'debug',
  'info',
  'notice',
  'warning',
  'error',
  'critical',
  'alert',
  'emergency',
] as const;
const DEFAULT_RANK = 1;

export interface SessionState {
  principal: string;
  uris: Set<string>;
  level?: string;
}

export interface Sessions {
  get(session: string): SessionState | undefined;
  /** The state of a caller's session, made on first use. Throws `servers.busy` when there are too many. */
  of(caller: Pick<McpCaller, 'session' | 'principal'>): SessionState;
  end(session: string): SessionState | undefined;
  all(): Iterable<[session: string, state: SessionState]>;
  /** Who among `members` wants news of `uri`. */
  subscribers(members: Iterable<string>, uri: string): string[];
  /** All that `members` subscribed to. */
  uris(members: Iterable<string>): Set<string>;
  /** The most verbose level that `members` asked for; undefined when none did. */
  mostVerbose(members: Iterable<string>): string | undefined;
  /** Who among `members` wants a message of that level. */
  listeners(members: Iterable<string>, level: string): string[];
}

/** Sessions with state of their own at one server. */
const MAX_SESSIONS = 4_096;
/** Subscriptions of one session at one server. */
export const MAX_SUBSCRIPTIONS = 1_024;

export const rankOf = (level: string): number => (LOG_LEVELS as readonly string[]).indexOf(level);

export function createSessions(): Sessions {
  const sessions = new Map<string, SessionState>();
  const select = (members: Iterable<string>, wanted: (state: SessionState) => boolean): string[] =>
    [...members].filter((session) => {
      const state = sessions.get(session);
      return state !== undefined && wanted(state);
    });
  const levels = (members: Iterable<string>): string[] =>
    [...members].flatMap((session) => sessions.get(session)?.level ?? []);
  const mostVerbose = (members: Iterable<string>) => levels(members).sort((a, b) => rankOf(a) - rankOf(b))[0];

  return {
    get: (session) => sessions.get(session),
    of({ session, principal }) {
      const known = sessions.get(session);
      if (known) return known;
      if (sessions.size >= MAX_SESSIONS) throw tooManySessions();
      const state: SessionState = { principal, uris: new Set() };
      sessions.set(session, state);
      return state;
    },
    all: () => sessions,
    end(session) {
      const state = sessions.get(session);
      sessions.delete(session);
      return state;
    },
    subscribers: (members, uri) => select(members, (state) => coversUri(state.uris, uri)),
    uris: (members) => new Set([...members].flatMap((session) => [...(sessions.get(session)?.uris ?? [])])),
    mostVerbose,
    listeners(members, level) {
      const all = [...members];
      // A session that set no level hears what the server would have sent it unasked, or the usual level once
      // another session made the server more talkative.
      const unset = mostVerbose(all) === undefined ? 0 : DEFAULT_RANK;
      return all.filter((session) => {
        const own = sessions.get(session)?.level;
        return rankOf(level) >= (own === undefined ? unset : rankOf(own));
      });
    },
  };
}

/** A server may name a part of what was subscribed to. */
const coversUri = (uris: ReadonlySet<string>, uri: string): boolean =>
  uris.has(uri) || [...uris].some((subscribed) => uri.startsWith(`${subscribed.replace(/\/$/, '')}/`));

const tooManySessions = (): AppError =>
  new AppError('servers.busy', 'Too many client sessions are open at this server.', {
    advice: 'Close some clients, or try again later.',
    retryable: true,
  });
