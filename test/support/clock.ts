import type { Clock } from '#shared/kernel/clock.ts';

export interface ManualClock extends Clock {
  /** Moves time forward and runs the timers that fall due, in order. */
  advance(durationMs: number): void;
}

interface Pending {
  dueAt: number;
  run: () => void;
  everyMs?: number;
}

/** A clock that moves only when told to. */
export function createManualClock(startAt = 1_800_000_000_000): ManualClock {
  let now = startAt;
  const pending = new Set<Pending>();
  const schedule = (timer: Pending) => {
    pending.add(timer);
    return { cancel: () => void pending.delete(timer) };
  };
  const nextDue = (until: number) =>
    [...pending].filter((timer) => timer.dueAt <= until).sort((a, b) => a.dueAt - b.dueAt)[0];

  return {
    now: () => now,
    monotonic: () => now - startAt,
    after: (delayMs, run) => schedule({ dueAt: now + delayMs, run }),
    every: (everyMs, run) => schedule({ dueAt: now + everyMs, run, everyMs }),
    advance(durationMs) {
      const until = now + durationMs;
      for (let timer = nextDue(until); timer; timer = nextDue(until)) {
        now = timer.dueAt;
        if (timer.everyMs === undefined) pending.delete(timer);
        else timer.dueAt += timer.everyMs;
        timer.run();
      }
      now = until;
    },
  };
}
