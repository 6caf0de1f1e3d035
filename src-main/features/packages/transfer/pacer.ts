/** A limit on bytes a second: whoever wants to move some waits for his turn, in the order of asking. */
import { type Clock, sleep } from '#shared/kernel/clock.ts';

export interface Pacer {
  /** Resolves when `bytes` may move. Rejects with the signal's reason. */
  take(bytes: number, signal?: AbortSignal): Promise<void>;
}

/** @param bytesPerSecond read each time; 0: no limit. */
export function createPacer(clock: Clock, bytesPerSecond: () => number): Pacer {
  let freeAt = 0;
  return {
    async take(bytes, signal) {
      const rate = bytesPerSecond();
      if (rate <= 0) return;
      const now = clock.monotonic();
      const startAt = Math.max(now, freeAt);
      freeAt = startAt + (bytes * 1_000) / rate;
      if (startAt > now) await sleep(clock, startAt - now, signal);
    },
  };
}
