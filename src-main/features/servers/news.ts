/** News of a modern server: one `subscriptions/listen` that is opened anew whenever what is wanted changes, or it breaks. */
import type { Clock, Timer } from '#shared/kernel/clock.ts';
import type { JsonObject } from '#shared/kernel/canonical.ts';
import { JSON_RPC, McpError } from '#shared/features/servers/mcp.ts';
import type { Connection } from './wire/connection.ts';
import { isObject } from './wire/messages.ts';

export interface News {
  /** Listens for changed lists and for these resources. */
  want(connection: Connection, uris: ReadonlySet<string>): void;
  /** The server acknowledged the newest request: the one before is not needed any more. */
  acknowledged(connection: Connection): void;
}

const FIRST_DELAY_MS = 500;
const MAX_DELAY_MS = 30_000;

interface Listening {
  uris: ReadonlySet<string>;
  current: AbortController;
  before: AbortController | undefined;
  delayMs: number;
  retry: Timer | undefined;
}

export function createNews(deps: { clock: Clock; note(text: string): void }): News {
  const listening = new WeakMap<Connection, Listening>();

  function open(connection: Connection, state: Listening): void {
    const { signal } = state.current;
    connection.listen(filterFor(connection, state.uris), signal).then(
      () => reopen(connection, state, signal),
      (error: unknown) => {
        if (error instanceof McpError && error.code === JSON_RPC.methodNotFound) return;
        reopen(connection, state, signal);
      },
    );
  }

  /** The server ended it, or the connection to it broke. */
  function reopen(connection: Connection, state: Listening, signal: AbortSignal): void {
    if (signal.aborted || state.current.signal !== signal) return;
    state.retry = deps.clock.after(state.delayMs, () => {
      if (state.current.signal === signal) open(connection, state);
    });
    state.delayMs = Math.min(MAX_DELAY_MS, state.delayMs * 2);
  }

  return {
    want(connection, uris) {
      const old = listening.get(connection);
      if (old && sameSet(old.uris, uris)) return;
      old?.retry?.cancel();
      const state: Listening = {
        uris,
        current: new AbortController(),
        before: old?.current,
        delayMs: FIRST_DELAY_MS,
        retry: undefined,
      };
      old?.before?.abort();
      listening.set(connection, state);
      void connection.closed.then(() => {
        state.retry?.cancel();
        state.current.abort();
      });
      open(connection, state);
    },
    acknowledged(connection) {
      const state = listening.get(connection);
      if (!state) return;
      state.delayMs = FIRST_DELAY_MS;
      state.before?.abort();
      state.before = undefined;
    },
  };
}

/** Asks only for what the server declared it can tell. */
function filterFor({ capabilities }: Connection, uris: ReadonlySet<string>): JsonObject {
  const declares = (kind: string, what: string) =>
    isObject(capabilities[kind]) && capabilities[kind][what] === true;
  return {
    ...(declares('tools', 'listChanged') ? { toolsListChanged: true } : {}),
    ...(declares('prompts', 'listChanged') ? { promptsListChanged: true } : {}),
    ...(declares('resources', 'listChanged') ? { resourcesListChanged: true } : {}),
    ...(uris.size > 0 ? { resourceSubscriptions: [...uris] } : {}),
  };
}

const sameSet = (a: ReadonlySet<string>, b: ReadonlySet<string>): boolean =>
  a.size === b.size && [...a].every((item) => b.has(item));
