/** The lanes of one server: one shared, and one for each session whose client the server may ask. Bounded and reaped. */
import type { Clock } from '#shared/kernel/clock.ts';
import type { JsonObject } from '#shared/kernel/canonical.ts';
import { AppError } from '#shared/kernel/errors.ts';
import type { McpCaller } from '#shared/features/servers/mcp.ts';
import type { Lane } from './lane.ts';
import { chooseLane, type LanePolicy, sharedCapabilities } from './lane-rules.ts';

export interface Lanes {
  /** The lane for this caller's next request; reserved for it where one call at a time is the rule. Throws `servers.busy`. */
  acquire(caller: McpCaller): Lane;
  release(lane: Lane): void;
  shared(): Lane;
  /** The shared lane if it exists already. */
  readonly currentShared: Lane | undefined;
  all(): Lane[];
  /** Lanes that a session uses: its own, or the shared one. */
  ofSession(session: string): Lane[];
  /** Makes a lane that runs already the shared one. */
  adoptShared(lane: Lane): void;
  /** The shared lane becomes the session's own; the next use of the shared one makes another. */
  promote(lane: Lane, session: string): void;
  /** The shared lane declares the wrong capabilities by now: it ends when its calls have ended. */
  retireShared(): void;
  /** Closes lanes that nobody used for `idleMs`. */
  reap(idleMs: number, keep: (lane: Lane) => boolean): void;
  /** Closes the shared lane when it was unused for as long as `limitOf` says. */
  reapShared(limitOf: (lane: Lane) => number): void;
  sessionEnded(session: string): void;
  close(): Promise<void>;
}

export interface LanesOptions {
  /** Lanes of sessions, beside the shared one. */
  maxOwn: number;
  policy(): LanePolicy;
  create(capabilities: JsonObject, owner: McpCaller | undefined): Lane;
}

export function createLanes(deps: { clock: Clock }, options: LanesOptions): Lanes {
  let shared: Lane | undefined;
  const own = new Set<Lane>();
  /** Retired or dropped lanes that still have to end. */
  const ending = new Set<Promise<void>>();

  function shut(lane: Lane): void {
    own.delete(lane);
    const done = lane.close().finally(() => ending.delete(done));
    ending.add(done);
  }

  function sharedLane(): Lane {
    shared ??= options.create(sharedCapabilities(options.policy()), undefined);
    return shared;
  }

  function ownLane(caller: McpCaller, exclusive: boolean): Lane {
    const free = [...own].find((lane) => lane.owner === caller.session && !(exclusive && isBusy(lane)));
    const lane = free ?? createOwn(caller);
    if (exclusive) lane.reserved = true;
    return lane;
  }

  function createOwn(caller: McpCaller): Lane {
    if (own.size >= options.maxOwn) {
      const idle = [...own].filter((lane) => !isBusy(lane)).sort((a, b) => a.usedAt - b.usedAt)[0];
      if (!idle) throw allBusy(options.maxOwn);
      shut(idle);
    }
    const lane = options.create(caller.capabilities, caller);
    own.add(lane);
    return lane;
  }

  const all = () => (shared ? [shared, ...own] : [...own]);

  return {
    acquire(caller) {
      const choice = chooseLane(options.policy(), caller);
      return choice.kind === 'shared' ? sharedLane() : ownLane(caller, choice.exclusive);
    },
    release(lane) {
      lane.reserved = false;
    },
    shared: sharedLane,
    get currentShared() {
      return shared;
    },
    all,
    ofSession(session) {
      const mine = [...own].filter((lane) => lane.owner === session);
      return mine.length > 0 || !shared ? mine : [shared];
    },
    adoptShared(lane) {
      if (shared) shut(shared);
      shared = lane;
    },
    promote(lane, session) {
      if (lane !== shared) return;
      shared = undefined;
      lane.owner = session;
      own.add(lane);
    },
    retireShared() {
      const old = shared;
      shared = undefined;
      if (!old) return;
      old.retired = true;
      own.add(old);
      if (old.inFlight.size === 0) shut(old);
    },
    reap(idleMs, keep) {
      const now = deps.clock.monotonic();
      for (const lane of own) if (!isBusy(lane) && !keep(lane) && now - lane.usedAt >= idleMs) shut(lane);
    },
    reapShared(limitOf) {
      const lane = shared;
      if (!lane?.connection || isBusy(lane) || deps.clock.monotonic() - lane.usedAt < limitOf(lane)) return;
      shared = undefined;
      shut(lane);
    },
    sessionEnded(session) {
      for (const lane of own) if (lane.owner === session) shut(lane);
      for (const lane of all()) lane.forget(session);
    },
    async close() {
      const lanes = all();
      shared = undefined;
      own.clear();
      await Promise.all([...lanes.map((lane) => lane.close()), ...ending]);
    },
  };
}

const isBusy = (lane: Lane): boolean => lane.reserved || lane.opening || lane.inFlight.size > 0;

const allBusy = (limit: number): AppError =>
  new AppError('servers.busy', `All ${limit} processes of this server are at work for other clients.`, {
    advice: 'Try again in a moment.',
    retryable: true,
  });
