import { onAbort } from './abort.ts';

/** How many items of a stream may still be sent. */
export interface Credit {
  grant(items: number): void;
  /** Takes one, waiting for a grant where there is none. Rejects with the signal's reason. */
  take(signal: AbortSignal): Promise<void>;
}

/** Most credit a caller can pile up; more is forgotten. */
const MAX_CREDIT = 1024;

/** For one taker at a time, which is how a stream is sent. */
export function createCredit(): Credit {
  let left = 0;
  let wake: (() => void) | undefined;
  return {
    grant(items) {
      left = Math.min(left + items, MAX_CREDIT);
      wake?.();
    },
    take: (signal) =>
      new Promise((resolve, reject) => {
        const release = onAbort(signal, () => {
          wake = undefined;
          reject(signal.reason as Error);
        });
        wake = () => {
          if (left === 0) return;
          left -= 1;
          wake = undefined;
          release();
          resolve();
        };
        if (signal.aborted) wake = undefined;
        else wake();
      }),
  };
}
