import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { createRetryBudgets } from '#main/features/relay/choose/retry-budgets.ts';
import {
  FULL_BUDGET,
  isRepeatable,
  MAX_ATTEMPTS,
  mayRetry,
  RETRY_SHARE,
} from '#shared/features/relay/retrying.ts';

const attempt = { attempt: 1, told: false, retryable: true, repeatable: true };

describe('a call that failed', () => {
  it('is made elsewhere where it was refused before it ran, whatever it does', () => {
    for (const code of ['relay.busy', 'relay.paused', 'relay.no_such_tool', 'servers.busy'])
      expect(mayRetry({ ...attempt, repeatable: false, code })).toBe(true);
  });

  it('is made again only where it does no harm, if it may have run', () => {
    for (const code of ['relay.unreachable', 'internal', 'mcp.-32603', 'servers.exited']) {
      expect(mayRetry({ ...attempt, code })).toBe(true);
      expect(mayRetry({ ...attempt, repeatable: false, code })).toBe(false);
    }
  });

  it('is not made again for what another node would say as well', () => {
    for (const code of ['relay.invalid_arguments', 'relay.too_large', 'access.not_known', 'mcp.-32602'])
      expect(mayRetry({ ...attempt, code })).toBe(false);
  });

  it('is not made again once the client has heard of it, after too many attempts, or after waiting in vain', () => {
    const code = 'relay.unreachable';
    expect(mayRetry({ ...attempt, code, told: true })).toBe(false);
    expect(mayRetry({ ...attempt, code, attempt: MAX_ATTEMPTS })).toBe(false);
    expect(mayRetry({ ...attempt, code: 'relay.timeout' })).toBe(false);
  });
});

it('tells tools that may run twice by what was approved, never where one says that it destroys', () => {
  const tool = (annotations?: object) =>
    ({ name: 'x', inputSchema: { type: 'object' }, annotations }) as never;
  expect(isRepeatable(tool({ readOnlyHint: true }))).toBe(true);
  expect(isRepeatable(tool({ idempotentHint: true }))).toBe(true);
  expect(isRepeatable(tool({ idempotentHint: true, destructiveHint: true }))).toBe(false);
  expect(isRepeatable(tool({}))).toBe(false);
  expect(isRepeatable(tool())).toBe(false);
});

describe('the budget for retries of a tool', () => {
  it('never lets more through than its reserve and its share of the calls, in whatever order they come', () => {
    fc.assert(
      fc.property(fc.array(fc.boolean(), { maxLength: 500 }), (steps) => {
        const budgets = createRetryBudgets();
        let calls = 0;
        let retries = 0;
        for (const isCall of steps) {
          if (isCall) {
            calls++;
            budgets.fresh('a');
          } else if (budgets.take('a')) retries++;
        }
        expect(retries).toBeLessThanOrEqual(FULL_BUDGET + RETRY_SHARE * calls);
      }),
    );
  });

  it('is each tool’s own, and comes back with calls that do well', () => {
    const budgets = createRetryBudgets();
    for (let count = 0; count < FULL_BUDGET; count++) expect(budgets.take('a')).toBe(true);
    expect([budgets.take('a'), budgets.take('b')]).toEqual([false, true]);
    for (let count = 0; count < 1 / RETRY_SHARE; count++) budgets.fresh('a');
    expect(budgets.take('a')).toBe(true);
  });
});
