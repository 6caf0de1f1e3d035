import { expect, it } from 'vitest';
import { readPlaywright } from '#scripts/test/playwright.ts';
import { summaryLine, withExitCode } from '#scripts/test/suite.ts';
import { readVitest } from '#scripts/test/vitest.ts';

const test = (fullName: string, status: string) => ({ fullName, status });

it('counts what Vitest reports', () => {
  const report = {
    testResults: [
      { name: 'a.test.ts', status: 'passed', assertionResults: [test('a', 'passed'), test('b', 'pending')] },
      { name: 'b.test.ts', status: 'failed', assertionResults: [test('c', 'failed'), test('d', 'todo')] },
    ],
  };
  expect(readVitest('unit', report)).toEqual({
    suite: 'unit',
    passed: 1,
    failed: ['unit: c'],
    skipped: ['unit: b', 'unit: d'],
  });
});

it('counts a file that did not even load as a failure', () => {
  const report = { testResults: [{ name: 'a.test.ts', status: 'failed', assertionResults: [] }] };
  expect(readVitest('unit', report).failed).toEqual(['unit: a.test.ts']);
});

it('counts a runner that broke down, with or without a report', () => {
  expect(withExitCode(readVitest('sim', undefined), 1).failed).toHaveLength(1);
  expect(withExitCode(readVitest('sim', undefined), 0).failed).toEqual([]);
  const failed = { suite: 'sim', passed: 0, failed: ['x'], skipped: [] };
  expect(withExitCode(failed, 1)).toBe(failed);
});

it('counts what Playwright reports; what passed at the second try has failed', () => {
  const spec = (title: string, status: string) => ({ title, tests: [{ projectName: 'chromium', status }] });
  const report = {
    errors: [{ message: 'no server' }],
    suites: [
      {
        title: 'home.spec.ts',
        specs: [spec('opens', 'expected'), spec('wavers', 'flaky')],
        suites: [{ title: 'dark', specs: [spec('is dark', 'unexpected'), spec('prints', 'skipped')] }],
      },
    ],
  };
  expect(readPlaywright('e2e', report)).toEqual({
    suite: 'e2e',
    passed: 1,
    failed: [
      'e2e: home.spec.ts › wavers [chromium]',
      'e2e: home.spec.ts: dark › is dark [chromium]',
      'e2e: no server',
    ],
    skipped: ['e2e: home.spec.ts: dark › prints [chromium]'],
  });
});

it('sums all suites in one line', () => {
  const results = [
    { suite: 'a', passed: 2, failed: ['x'], skipped: [] },
    { suite: 'b', passed: 3, failed: [], skipped: ['y', 'z'] },
  ];
  expect(summaryLine(results)).toBe('5 passed, 1 failed, 2 skipped');
});
