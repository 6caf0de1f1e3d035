import type { Clock } from '#shared/kernel/clock.ts';

/** The browser's time. */
export function createBrowserClock(): Clock {
  return {
    now: () => Date.now(),
    monotonic: () => performance.now(),
    after(delayMs, run) {
      const timer = setTimeout(run, delayMs);
      return { cancel: () => clearTimeout(timer) };
    },
    every(intervalMs, run) {
      const timer = setInterval(run, intervalMs);
      return { cancel: () => clearInterval(timer) };
    },
  };
}
