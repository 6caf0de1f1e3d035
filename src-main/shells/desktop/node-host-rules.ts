/** When a node that failed is started again by itself, and what takes too long. Pure. */
import type { StartPhase } from '#shared/features/desktop/host.ts';
import { AppError } from '#shared/kernel/errors.ts';

const FIRST_PAUSE_MS = 1_000;
const LONGEST_PAUSE_MS = 60_000;
/** A node that ran this long has recovered: its earlier crashes are forgotten. */
export const RECOVERED_MS = 60_000;
/** Crashes in a row after which a person must decide. */
export const MAX_CRASHES = 6;

/**
 * The pause before the next start, or undefined where starting again by itself makes no sense: the node itself said
 * why it cannot run, or it crashed too often in a row.
 * @param crashes in a row, this one included.
 */
export function restartPause(fault: AppError, crashes: number): number | undefined {
  if (!isCrash(fault) || crashes > MAX_CRASHES) return undefined;
  return Math.min(LONGEST_PAUSE_MS, FIRST_PAUSE_MS * 2 ** (crashes - 1));
}

/** Whether the node died, rather than saying why it cannot run. */
export const isCrash = ({ code }: AppError): boolean =>
  code === 'desktop.node_crashed' || code === 'desktop.node_silent';

/** After this much a phase counts as slow. Opening migrates and checks the database, which may be large. */
export const SLOW_AFTER_MS: Readonly<Record<StartPhase, number>> = {
  process: 10_000,
  storage: 20_000,
  network: 20_000,
  services: 10_000,
};

/**
 * After this much the node is given up. Opening never is: whoever interrupts a migration only makes the next start as
 * long.
 */
export const GIVEN_UP_AFTER_MS: Readonly<Partial<Record<StartPhase, number>>> = {
  process: 60_000,
  network: 120_000,
  services: 60_000,
};

export const silent = (phase: StartPhase): AppError =>
  new AppError('desktop.node_silent', `The node did not get on with its start (${phase}).`, {
    advice:
      'It is tried again by itself. If that does not help, restart the computer, then look at the node’s log.',
    retryable: true,
    details: { phase },
  });
