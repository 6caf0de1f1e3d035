/** Whether a call that failed at one instance may be made once more, and where. Pure. */
import type { Tool } from '../registry/tool.ts';

/** Attempts at one call, the first included. */
export const MAX_ATTEMPTS = 3;

export interface FailedAttempt {
  code: string;
  retryable: boolean;
  /** Which attempt this was, from 1. */
  attempt: number;
  /** Something of this attempt has reached the client: a second one would tell it twice. */
  told: boolean;
  /** Whether doing it twice does no more than doing it once, as the approved definition says. */
  repeatable: boolean;
}

/** Refusals before anything was run: any tool can be asked for elsewhere. */
const NOT_RUN: ReadonlySet<string> = new Set([
  'relay.busy',
  'relay.paused',
  'relay.rate_limited',
  'relay.too_late',
  'relay.no_such_tool',
  'relay.tool_changed',
  'relay.seal_unknown',
  'servers.busy',
]);

/** Failures that say nothing of what was done; `mcp.-32603` is the server's own “internal error”. */
const PERHAPS_RUN: ReadonlySet<string> = new Set([
  'relay.unreachable',
  'relay.malformed',
  'relay.seal_broken',
  'internal',
  'mcp.-32603',
]);

/** Whether the code speaks of the instance, so that another one may do better. */
export const isOfInstance = (code: string): boolean =>
  NOT_RUN.has(code) || PERHAPS_RUN.has(code) || code === 'relay.timeout' || code.startsWith('servers.');

export function mayRetry({ attempt, code, repeatable, retryable, told }: FailedAttempt): boolean {
  if (attempt >= MAX_ATTEMPTS || told) return false;
  if (NOT_RUN.has(code)) return true;
  if (!repeatable) return false;
  // Whoever waited in vain for as long as he wanted to is not made to wait again.
  return PERHAPS_RUN.has(code) || (code.startsWith('servers.') && retryable);
}

/** Annotations of a definition that the operator approved: those of one that he did not are never asked. */
export const isRepeatable = ({ annotations }: Tool): boolean =>
  annotations?.readOnlyHint === true ||
  (annotations?.idempotentHint === true && annotations.destructiveHint !== true);

/**
 * What is left for retries of one tool: every fresh call adds a share of a retry, every retry takes one. Where all instances
 * fail, what comes on top of the calls themselves is bounded, and does not hold down who is trying to get up again.
 */
export type RetryBudget = number;

/** After a quiet time, and the most that can be saved up. */
export const FULL_BUDGET: RetryBudget = 20;
/** Of a retry, for each fresh call: with one of three instances failing every second call, a sixth is needed. */
export const RETRY_SHARE = 0.4;

export const withFreshCall = (budget: RetryBudget): RetryBudget =>
  Math.min(FULL_BUDGET, budget + RETRY_SHARE);

/** What is left after one more retry; undefined where there is none left. */
export const withRetry = (budget: RetryBudget): RetryBudget | undefined =>
  budget >= 1 ? budget - 1 : undefined;
