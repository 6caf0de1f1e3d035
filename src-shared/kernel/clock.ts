/**
 * Time as an argument. Features never call `Date.now` or a raw timer: they receive a `Clock`, which is the
 * system's on a real node and virtual in simulation (`test/support`).
 */
export interface Clock {
  /** Wall clock in epoch milliseconds; may jump. */
  now(): number;
  /** Monotonic milliseconds since an arbitrary origin, for durations. */
  monotonic(): number;
  /** Runs `run` once after `delayMs`. The timer alone never keeps a process alive. */
  after(delayMs: number, run: () => void): Timer;
  /** Runs `run` every `intervalMs` until cancelled. */
  every(intervalMs: number, run: () => void): Timer;
}

export interface Timer {
  cancel(): void;
}

/** Resolves after `delayMs`, or rejects with the signal's reason as soon as it aborts. */
export function sleep(clock: Clock, delayMs: number, signal?: AbortSignal): Promise<void> {
  return new Promise((resolve, reject) => {
    if (signal?.aborted) return reject(signal.reason as Error);
    const timer = clock.after(delayMs, () => {
      signal?.removeEventListener('abort', abort);
      resolve();
    });
    const abort = () => {
      timer.cancel();
      reject(signal?.reason as Error);
    };
    signal?.addEventListener('abort', abort, { once: true });
  });
}
