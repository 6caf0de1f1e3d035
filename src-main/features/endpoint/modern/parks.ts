/**
 * Calls that wait for their client to come back with answers. The handle of a parked call is its `requestState`: no one
 * can guess it, it works once, for the client that was given it and for the request that it belongs to.
 */
import type { Clock, Timer } from '#shared/kernel/clock.ts';

/** What a retry must agree with. */
export interface ParkOwner {
  clientId: string;
  profile: string;
  method: string;
  /** Name or URI that the request named. */
  target: string;
}

export interface Parks<T> {
  /** The handle, or `undefined` when there is no room. `expired` runs unless the call is taken in time. */
  put(owner: ParkOwner, parked: T, expired: () => void): string | undefined;
  take(handle: string, owner: ParkOwner): T | undefined;
  readonly size: number;
  /** Expires all. */
  close(): void;
}

const PREFIX = 'toolswarm-park-';

/** Whether a `requestState` is one of ours; others belong to modern servers and pass as they are. */
export const isParkHandle = (state: unknown): state is string =>
  typeof state === 'string' && state.startsWith(PREFIX);

export interface ParksDeps {
  clock: Clock;
  newKey(): string;
}

export function createParks<T>(
  { clock, newKey }: ParksDeps,
  limits: { parks: number; parkMs: number },
): Parks<T> {
  const parks = new Map<string, { owner: ParkOwner; parked: T; expired: () => void; timer: Timer }>();
  return {
    put(owner, parked, expired) {
      if (parks.size >= limits.parks) return undefined;
      const handle = PREFIX + newKey();
      const timer = clock.after(limits.parkMs, () => {
        parks.delete(handle);
        expired();
      });
      parks.set(handle, { owner, parked, expired, timer });
      return handle;
    },
    take(handle, owner) {
      const found = parks.get(handle);
      if (!found || !sameOwner(found.owner, owner)) return undefined;
      parks.delete(handle);
      found.timer.cancel();
      return found.parked;
    },
    get size() {
      return parks.size;
    },
    close() {
      for (const { timer, expired } of parks.values()) {
        timer.cancel();
        expired();
      }
      parks.clear();
    },
  };
}

const sameOwner = (a: ParkOwner, b: ParkOwner): boolean =>
  a.clientId === b.clientId && a.profile === b.profile && a.method === b.method && a.target === b.target;
