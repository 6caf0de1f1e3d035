/** How many things are waited for at once, and for how long. */
import type { Clock } from '#shared/kernel/clock.ts';
import { AppError } from '#shared/kernel/errors.ts';

/** Places for work that runs at the same time; whoever finds none waits in line. */
export interface Slots {
  /** Rejects with the signal's reason where it aborts before a place is free. */
  run<T>(work: () => Promise<T>, signal?: AbortSignal): Promise<T>;
  /** How many wait. */
  waiting(): number;
}

export function createSlots(most: number): Slots {
  const line = new Set<() => void>();
  let free = most;

  async function enter(signal?: AbortSignal): Promise<void> {
    signal?.throwIfAborted();
    if (free > 0) {
      free--;
      return;
    }
    await new Promise<void>((resolve, reject) => {
      const abort = () => {
        line.delete(called);
        reject(signal?.reason as Error);
      };
      const called = () => {
        signal?.removeEventListener('abort', abort);
        resolve();
      };
      line.add(called);
      signal?.addEventListener('abort', abort, { once: true });
    });
  }

  function leave(): void {
    const [next] = line;
    if (!next) free++;
    else if (line.delete(next)) next();
  }

  return {
    waiting: () => line.size,
    async run(work, signal) {
      await enter(signal);
      try {
        return await work();
      } finally {
        leave();
      }
    },
  };
}

/** Rejects with `p2p.timeout` after `ms`; the work's own signal aborts then. */
export async function within<T>(
  clock: Clock,
  ms: number,
  signal: AbortSignal,
  work: (signal: AbortSignal) => Promise<T>,
): Promise<T> {
  const late = new AbortController();
  const timer = clock.after(ms, () =>
    late.abort(new AppError('p2p.timeout', 'The peer did not answer in time.', { retryable: true })),
  );
  try {
    return await work(AbortSignal.any([signal, late.signal]));
  } finally {
    timer.cancel();
  }
}

/**
 * Yields what `work` emits while it runs; ends or throws as it does. Who stops reading aborts its signal. What is emitted
 * and not read yet is kept: the work emits a bounded number of items.
 */
export async function* gather<T>(
  signal: AbortSignal,
  work: (emit: (item: T) => void, signal: AbortSignal) => Promise<void>,
): AsyncGenerator<T> {
  const left = new AbortController();
  const items: T[] = [];
  let outcome: { error?: unknown } | undefined;
  let wake = () => {};
  const poke = () => wake();
  const emit = (item: T) => {
    items.push(item);
    poke();
  };
  work(emit, AbortSignal.any([signal, left.signal])).then(
    () => {
      outcome = {};
      poke();
    },
    (error: unknown) => {
      outcome = { error };
      poke();
    },
  );
  try {
    for (;;) {
      const next = items.shift();
      if (next !== undefined) yield next;
      else if (outcome) break;
      else
        await new Promise<void>((resolve) => {
          wake = resolve;
        });
    }
    if ('error' in outcome) throw outcome.error;
  } finally {
    left.abort(new AppError('p2p.cancelled', 'Nobody waits for the answer any more.'));
  }
}

/** The same items in an order of chance. */
export function shuffled<T>(items: readonly T[], random: { float(): number }): T[] {
  const rest = [...items];
  for (let last = rest.length - 1; last > 0; last--) {
    const other = Math.floor(random.float() * (last + 1));
    [rest[last], rest[other]] = [rest[other] as T, rest[last] as T];
  }
  return rest;
}
