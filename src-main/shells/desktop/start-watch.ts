import type { StartPhase } from '#shared/features/desktop/host.ts';
import type { Clock, Timer } from '#shared/kernel/clock.ts';
import { GIVEN_UP_AFTER_MS, SLOW_AFTER_MS } from './node-host-rules.ts';

/** How long each phase of a start may take. */
export interface Patience {
  slowAfterMs: Readonly<Record<StartPhase, number>>;
  givenUpAfterMs: Readonly<Partial<Record<StartPhase, number>>>;
}

export interface StartWatch {
  /** A phase began; `undefined`: the start is over. */
  enter(phase: StartPhase | undefined): void;
}

/** Measures the phases of one start and says which takes too long. */
export function createStartWatch(
  clock: Clock,
  { onSlow, onGivenUp }: { onSlow(): void; onGivenUp(phase: StartPhase): void },
  patience: Patience = { slowAfterMs: SLOW_AFTER_MS, givenUpAfterMs: GIVEN_UP_AFTER_MS },
): StartWatch {
  let timers: Timer[] = [];
  return {
    enter(phase) {
      for (const timer of timers) timer.cancel();
      timers = [];
      if (phase === undefined) return;
      timers.push(clock.after(patience.slowAfterMs[phase], onSlow));
      const limitMs = patience.givenUpAfterMs[phase];
      if (limitMs !== undefined) timers.push(clock.after(limitMs, () => onGivenUp(phase)));
    },
  };
}
