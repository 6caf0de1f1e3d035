/** Deadlines and signals on the clock that was passed in. */
import type { Clock } from '#shared/kernel/clock.ts';
import type { AppError } from '#shared/kernel/errors.ts';

export interface Limit {
  readonly signal: AbortSignal;
  /** Aborts the signal now, unless it was aborted before, and stops the timer. */
  end(reason: AppError): void;
}

/** A signal that aborts after `delayMs` with what `reason` makes. */
export function abortAfter(clock: Clock, delayMs: number, reason: () => AppError): Limit {
  const controller = new AbortController();
  const timer = clock.after(delayMs, () => controller.abort(reason()));
  return {
    signal: controller.signal,
    end(error) {
      timer.cancel();
      if (!controller.signal.aborted) controller.abort(error);
    },
  };
}

/** `promise`, or a rejection with the signal's reason as soon as it aborts. */
export function raceAbort<T>(promise: Promise<T>, signal: AbortSignal): Promise<T> {
  return new Promise((resolve, reject) => {
    const abort = () => reject(signal.reason as Error);
    if (signal.aborted) abort();
    signal.addEventListener('abort', abort, { once: true });
    promise.then(resolve, reject).finally(() => signal.removeEventListener('abort', abort));
  });
}
