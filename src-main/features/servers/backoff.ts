/** When a server that ended may be started again. Pure; `supervisor.ts` keeps the state and the timer. */
import type { Random } from '#shared/kernel/random.ts';
import { jitter } from '#shared/kernel/random.ts';

export interface BackoffPolicy {
  firstDelayMs: number;
  maxDelayMs: number;
  /** A process that ran this long was well; what went wrong before is forgotten. */
  stableMs: number;
  /** After so many quick ends in a row the server is left alone until someone starts it. */
  maxQuickExits: number;
}

export const BACKOFF: BackoffPolicy = {
  firstDelayMs: 500,
  maxDelayMs: 30_000,
  stableMs: 60_000,
  maxQuickExits: 6,
};

const JITTER_SHARE = 0.2;

/** What follows the end of a process that ran `ranMs`, after `quickExits` quick ends before it. */
export function afterExit(
  policy: BackoffPolicy,
  quickExits: number,
  ranMs: number,
  random: Random,
): { quickExits: number; next: 'fail' } | { quickExits: number; next: 'retry'; delayMs: number } {
  const count = ranMs >= policy.stableMs ? 1 : quickExits + 1;
  if (count >= policy.maxQuickExits) return { quickExits: count, next: 'fail' };
  const delayMs = Math.min(policy.maxDelayMs, policy.firstDelayMs * 2 ** (count - 1));
  return { quickExits: count, next: 'retry', delayMs: jitter(random, delayMs, JITTER_SHARE) };
}
