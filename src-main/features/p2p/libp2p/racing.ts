/** Several ways to one peer, tried a moment apart: the first that works is taken, the others are given up. */
import type { Clock, Timer } from '#shared/kernel/clock.ts';

/** After so long without an answer the next way is tried beside the ones under way (RFC 8305). */
export const STAGGER_MS = 250;

export interface RaceOptions<Way, Won> {
  clock: Clock;
  /** Opens one way. Must end once its signal aborts; the signal of the way that wins never does. */
  open(way: Way, signal: AbortSignal): Promise<Won>;
  /** What was opened although another way had won. */
  discard(won: Won): void;
  signal: AbortSignal;
  /** How long one way may take. */
  limitMs: number;
}

/**
 * Starts the ways in their order: the next one {@link STAGGER_MS} after the one before, or at once when one fails. Rejects
 * with the signal's reason, or once all have failed with the faults of all.
 */
export function race<Way, Won>(ways: readonly Way[], options: RaceOptions<Way, Won>): Promise<Won> {
  const { clock, discard, limitMs, open, signal } = options;
  const underWay = new Set<AbortController>();
  const faults: unknown[] = [];
  const left = [...ways];
  let isOver = false;
  let timer: Timer | undefined;

  return new Promise((resolve, reject) => {
    const stop = () => finish(() => reject(signal.reason as Error));
    signal.addEventListener('abort', stop, { once: true });
    if (signal.aborted) stop();
    else next();

    function finish(settle: () => void): void {
      isOver = true;
      timer?.cancel();
      signal.removeEventListener('abort', stop);
      for (const other of underWay) other.abort(new Error('another way was taken'));
      settle();
    }

    function next(): void {
      timer?.cancel();
      if (left.length > 0) begin(left.shift() as Way);
      else if (underWay.size === 0)
        finish(() => reject(new AggregateError(faults, 'no way to the peer works')));
    }

    function begin(way: Way): void {
      const attempt = new AbortController();
      const limit = clock.after(limitMs, () => attempt.abort(new Error('no answer in time')));
      underWay.add(attempt);
      if (left.length > 0) timer = clock.after(STAGGER_MS, next);
      open(way, attempt.signal)
        .finally(() => {
          limit.cancel();
          underWay.delete(attempt);
        })
        .then(won, failed);
    }

    function won(result: Won): void {
      if (isOver) discard(result);
      else finish(() => resolve(result));
    }

    function failed(fault: unknown): void {
      faults.push(fault);
      if (!isOver) next();
    }
  });
}
