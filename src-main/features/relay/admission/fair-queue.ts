/**
 * Calls that wait for a place: the urgent ones first, and among equals each provider in turn, so that one with a long queue
 * does not keep the others out. Less urgent work gets every eighth place while there is any, so that it never starves.
 */
import { PRIORITIES, type Priority } from '#shared/features/relay/manner.ts';

/** Calls of one provider that are looked at for one that may run now; the rest waits behind these. */
const LOOK_AHEAD = 8;
/** Of so many places one goes to less urgent work. */
const PLACES_PER_TURN = 8;

export interface Waiting {
  readonly providerId: string;
  readonly priority: Priority;
}

export interface FairQueue<T extends Waiting> {
  push(item: T): void;
  remove(item: T): void;
  /** Takes the next one that may run now. */
  next(mayRun: (item: T) => boolean): T | undefined;
  /** Takes the newest and least urgent call of the provider that has most of them waiting, of those that may be taken from. */
  dropFromLongest(mayDrop: (providerId: string) => boolean): T | undefined;
  size(): number;
  sizeOf(providerId: string): number;
  /** Providers that wait, and how many calls of each. */
  lengths(): ReadonlyMap<string, number>;
}

export function createFairQueue<T extends Waiting>(): FairQueue<T> {
  /** By priority and provider; the provider whose turn is next stands first. */
  const classes = new Map<Priority, Map<string, T[]>>(PRIORITIES.map((priority) => [priority, new Map()]));
  const lengths = new Map<string, number>();
  let size = 0;
  let turn = 0;

  const queuesOf = (priority: Priority) => classes.get(priority) as Map<string, T[]>;

  function count(providerId: string, by: 1 | -1): void {
    size += by;
    const length = (lengths.get(providerId) ?? 0) + by;
    if (length > 0) lengths.set(providerId, length);
    else lengths.delete(providerId);
  }

  function takeAt(queues: Map<string, T[]>, providerId: string, queue: T[], index: number): T {
    const [item] = queue.splice(index, 1) as [T];
    // To the end of the round, where there is more.
    queues.delete(providerId);
    if (queue.length > 0) queues.set(providerId, queue);
    count(providerId, -1);
    return item;
  }

  function nextOf(priority: Priority, mayRun: (item: T) => boolean): T | undefined {
    const queues = queuesOf(priority);
    for (const [providerId, queue] of queues) {
      const index = queue.slice(0, LOOK_AHEAD).findIndex(mayRun);
      if (index >= 0) return takeAt(queues, providerId, queue, index);
    }
    return undefined;
  }

  /** The usual order, but for every eighth place. */
  function order(): readonly Priority[] {
    turn = (turn + 1) % PLACES_PER_TURN;
    return turn === 0 ? [...PRIORITIES].reverse() : PRIORITIES;
  }

  return {
    push(item) {
      const queues = queuesOf(item.priority);
      const queue = queues.get(item.providerId) ?? [];
      queue.push(item);
      queues.set(item.providerId, queue);
      count(item.providerId, 1);
    },
    remove(item) {
      const queues = queuesOf(item.priority);
      const queue = queues.get(item.providerId);
      const index = queue?.indexOf(item) ?? -1;
      if (!queue || index < 0) return;
      queue.splice(index, 1);
      if (queue.length === 0) queues.delete(item.providerId);
      count(item.providerId, -1);
    },
    next(mayRun) {
      if (size === 0) return undefined;
      for (const priority of order()) {
        const item = nextOf(priority, mayRun);
        if (item) return item;
      }
      return undefined;
    },
    dropFromLongest(mayDrop) {
      let longest: string | undefined;
      for (const [providerId, length] of lengths)
        if (mayDrop(providerId) && (longest === undefined || length > (lengths.get(longest) ?? 0)))
          longest = providerId;
      if (longest === undefined) return undefined;
      for (const priority of [...PRIORITIES].reverse()) {
        const queue = queuesOf(priority).get(longest);
        const newest = queue?.at(-1);
        if (!newest) continue;
        this.remove(newest);
        return newest;
      }
      return undefined;
    },
    size: () => size,
    sizeOf: (providerId) => lengths.get(providerId) ?? 0,
    lengths: () => lengths,
  };
}
