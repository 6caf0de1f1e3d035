/** Whether a server may be started now: back-off after ends that nobody asked for, and giving up after too many. */
import { type Clock, sleep } from '#shared/kernel/clock.ts';
import { AppError } from '#shared/kernel/errors.ts';
import type { Random } from '#shared/kernel/random.ts';
import { afterExit, type BackoffPolicy } from './backoff.ts';

/** Only a person can help: starting it again would ask in vain. */
export const LOGIN_NEEDED = 'servers.login_needed';

export interface Supervisor {
  /**
   * Resolves when a process may be started; waits out a short back-off. Rejects with `servers.backoff` while a longer
   * one lasts and `servers.failed` once given up.
   */
  admit(): Promise<void>;
  /** A process ended that should not have, or could not be started (`ranMs` 0). Returns the delay before the next. */
  ended(ranMs: number, reason: AppError): number | undefined;
  /** A person said to start it: the past is forgotten. */
  reset(): void;
  /** Why it is not running, while that is so. */
  problem(): AppError | undefined;
  readonly failed: boolean;
  readonly waiting: boolean;
  /** How often it ended by itself since the last reset. */
  readonly restarts: number;
}

/** A call waits out a back-off of at most this long; beyond it the caller is told to come back. */
const MAX_WAIT_MS = 2_000;

export function createSupervisor(
  deps: { clock: Clock; random: Random },
  policy: BackoffPolicy,
  /** The newest lines of stderr, for the problem that a person reads. */
  lastWords: () => string,
): Supervisor {
  let quickExits = 0;
  let restarts = 0;
  let blockedUntil = 0;
  let last: AppError | undefined;
  let failure: AppError | undefined;
  const remaining = () => Math.max(0, blockedUntil - deps.clock.monotonic());

  return {
    async admit() {
      if (failure) throw failure;
      const waitMs = remaining();
      if (waitMs > MAX_WAIT_MS) throw backingOff(waitMs, last);
      if (waitMs > 0) await sleep(deps.clock, waitMs);
    },
    ended(ranMs, reason) {
      if (reason.code === LOGIN_NEEDED) {
        failure = reason;
        return undefined;
      }
      const verdict = afterExit(policy, quickExits, ranMs, deps.random);
      quickExits = verdict.quickExits;
      restarts += 1;
      last = reason;
      if (verdict.next === 'fail') {
        failure = givenUp(verdict.quickExits, reason, lastWords());
        return undefined;
      }
      blockedUntil = deps.clock.monotonic() + verdict.delayMs;
      return verdict.delayMs;
    },
    reset() {
      quickExits = 0;
      restarts = 0;
      blockedUntil = 0;
      last = undefined;
      failure = undefined;
    },
    problem: () => failure ?? (remaining() > 0 ? last : undefined),
    get failed() {
      return failure !== undefined;
    },
    get waiting() {
      return failure === undefined && remaining() > 0;
    },
    get restarts() {
      return restarts;
    },
  };
}

const backingOff = (waitMs: number, last: AppError | undefined): AppError =>
  new AppError('servers.backoff', `${last?.message ?? 'The server ended.'} It is started again soon.`, {
    advice: `Try again in ${Math.ceil(waitMs / 1_000)} s.`,
    retryable: true,
    details: { retryAfterMs: Math.ceil(waitMs) },
  });

const givenUp = (times: number, reason: AppError, lastWords: string): AppError =>
  new AppError('servers.failed', `${reason.message} It failed ${times} times in a row and is left alone.`, {
    advice: `${reason.advice} Start it again when the cause is removed.`.trim(),
    details: { cause: reason.code, ...(lastWords ? { lastWords } : {}) },
  });
