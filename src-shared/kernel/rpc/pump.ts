import { orAbort } from './abort.ts';

export interface PumpTarget {
  /** Resolves when one more item may be sent. */
  room(): Promise<void>;
  /** Sends one item. */
  send(item: unknown): void;
}

/**
 * Moves the items of a handler's stream to a reader. An item is taken from the handler only when there is room for
 * it, so nothing piles up in between. Resolves at the stream's end; rejects with the handler's error, or with the
 * signal's reason as soon as it aborts, even where the handler does not heed it.
 */
export async function pump(
  items: AsyncIterable<unknown>,
  signal: AbortSignal,
  target: PumpTarget,
): Promise<void> {
  const iterator = items[Symbol.asyncIterator]();
  try {
    for (;;) {
      await orAbort(target.room(), signal);
      const step = await orAbort(iterator.next(), signal);
      if (step.done) return;
      target.send(step.value);
    }
  } finally {
    const returned = Promise.resolve(iterator.return?.());
    // A handler that was cancelled ends when it can, and what it still throws then is of no interest to anyone.
    if (signal.aborted) returned.catch(() => undefined);
    else await returned;
  }
}
