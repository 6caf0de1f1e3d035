import type { Clock } from '#shared/kernel/clock.ts';

export interface IdleDeadline {
  /** Aborts once nothing was heard for the whole time. */
  signal: AbortSignal;
  /** A sign of life: the time starts anew. */
  extend(): void;
  close(): void;
}

/** A deadline that every sign of life puts off, so that long work with progress is never cut. */
export function createIdleDeadline(clock: Clock, idleMs: number): IdleDeadline {
  const controller = new AbortController();
  const expire = () => controller.abort();
  let timer = clock.after(idleMs, expire);
  return {
    signal: controller.signal,
    extend() {
      timer.cancel();
      timer = clock.after(idleMs, expire);
    },
    close: () => timer.cancel(),
  };
}
