/** What is left for retries, for each tool. */
import { FULL_BUDGET, type RetryBudget, withFreshCall, withRetry } from '#shared/features/relay/retrying.ts';

/** Tools whose budget is remembered; the one not called for longest begins anew. */
const MAX_TOOLS = 2_000;

export interface RetryBudgets {
  /** A call begins. */
  fresh(tool: string): void;
  /** Takes one retry; false where none is left. */
  take(tool: string): boolean;
}

export function createRetryBudgets(): RetryBudgets {
  /** The tool called last stands last. */
  const budgets = new Map<string, RetryBudget>();
  const put = (tool: string, budget: RetryBudget): void => {
    budgets.delete(tool);
    budgets.set(tool, budget);
    const [oldest] = budgets.keys();
    if (budgets.size > MAX_TOOLS && oldest !== undefined) budgets.delete(oldest);
  };
  return {
    fresh: (tool) => put(tool, withFreshCall(budgets.get(tool) ?? FULL_BUDGET)),
    take(tool) {
      const left = withRetry(budgets.get(tool) ?? FULL_BUDGET);
      if (left === undefined) return false;
      put(tool, left);
      return true;
    },
  };
}
