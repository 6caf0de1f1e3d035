/**
 * Session keys for clients that have no sessions. Calls of one client that overlap run in lanes of their own, so that a
 * question of a server is never ambiguous; calls one after the other share a lane, so that a server which keeps a
 * process per session keeps one, not one per call.
 */
import type { Clock } from '#shared/kernel/clock.ts';
import type { JsonObject } from '#shared/kernel/canonical.ts';

export interface Lane {
  /** `McpCaller.session`. */
  readonly key: string;
  /** The call ended. */
  leave(): void;
}

export interface Lanes {
  enter(clientId: string, profile: string, capabilities: JsonObject): Lane;
  /** The client is gone: its unused lanes are given up. */
  forget(clientId: string): void;
  close(): void;
}

export interface LanesDeps {
  clock: Clock;
  /** A key that nobody can guess. */
  newKey(): string;
  ended(key: string): void;
}

interface Free {
  key: string;
  since: number;
}

/** @param idleMs a lane unused for this long is given up. @param maxFree unused lanes kept, all together. */
export function createLanes({ clock, newKey, ended }: LanesDeps, idleMs: number, maxFree: number): Lanes {
  const free = new Map<string, Free[]>();
  let count = 0;
  const sweeper = clock.every(Math.max(1_000, idleMs / 10), sweep);

  /** The lanes used last are at the end of their list and go first into use again; the others fall idle. */
  function sweep(): void {
    const before = clock.monotonic() - idleMs;
    for (const [owner, lanes] of free) {
      while (lanes[0] && lanes[0].since < before) giveUp(lanes);
      if (lanes.length === 0) free.delete(owner);
    }
  }

  function giveUp(lanes: Free[]): void {
    const lane = lanes.shift();
    if (!lane) return;
    count -= 1;
    ended(lane.key);
  }

  function back(owner: string, key: string): void {
    if (count >= maxFree) return ended(key);
    const lanes = free.get(owner) ?? [];
    lanes.push({ key, since: clock.monotonic() });
    free.set(owner, lanes);
    count += 1;
  }

  return {
    enter(clientId, profile, capabilities) {
      const owner = JSON.stringify([clientId, profile, capabilities]);
      const reused = free.get(owner)?.pop();
      if (reused) count -= 1;
      const key = reused?.key ?? newKey();
      let left = false;
      return {
        key,
        leave() {
          if (left) return;
          left = true;
          back(owner, key);
        },
      };
    },
    forget(clientId) {
      for (const [owner, lanes] of free) {
        if (!owner.startsWith(`[${JSON.stringify(clientId)},`)) continue;
        while (lanes.length > 0) giveUp(lanes);
        free.delete(owner);
      }
    },
    close() {
      sweeper.cancel();
      for (const lanes of free.values()) while (lanes.length > 0) giveUp(lanes);
      free.clear();
    },
  };
}
