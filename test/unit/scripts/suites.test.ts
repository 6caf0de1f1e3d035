import { expect, it } from 'vitest';
import { readPlaywright } from '#scripts/test/playwright.ts';
import { emptySuite, summaryLine, withExitCode } from '#scripts/test/suite.ts';
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
    failed: [{ name: 'unit: c' }],
    skipped: ['unit: b', 'unit: d'],
    wavered: [],
  });
});

it('names what Vitest had to try again, with the first lines of the reason', () => {
  const wavering = { ...test('a', 'passed'), failureMessages: ['\u001B[31mtoo slow\u001B[39m\n  at x'] };
  const report = { testResults: [{ name: 'a.test.ts', status: 'passed', assertionResults: [wavering] }] };
  const result = readVitest('integration', report);
  expect(result.passed).toBe(1);
  expect(result.wavered).toEqual([{ name: 'integration: a', why: 'too slow\n  at x' }]);
});

it('counts a file that did not even load as a failure', () => {
  const report = { testResults: [{ name: 'a.test.ts', status: 'failed', assertionResults: [] }] };
  expect(readVitest('unit', report).failed).toEqual([{ name: 'unit: a.test.ts' }]);
});

it('counts a runner that broke down, with or without a report', () => {
  expect(withExitCode(readVitest('sim', undefined), 1).failed).toHaveLength(1);
  expect(withExitCode(readVitest('sim', undefined), 0).failed).toEqual([]);
  const failed = emptySuite('sim', [{ name: 'x' }]);
  expect(withExitCode(failed, 1)).toBe(failed);
});

it('counts what Playwright reports; what passed at the second try is named', () => {
  const results = [{ error: { message: 'not visible' } }];
  const spec = (title: string, status: string) => ({
    title,
    tests: [{ projectName: 'chromium', status, results: status === 'flaky' ? results : [] }],
  });
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
    passed: 2,
    failed: [{ name: 'e2e: home.spec.ts: dark › is dark [chromium]' }, { name: 'e2e: no server' }],
    skipped: ['e2e: home.spec.ts: dark › prints [chromium]'],
    wavered: [{ name: 'e2e: home.spec.ts › wavers [chromium]', why: 'not visible' }],
  });
});

it('sums all suites in one line', () => {
  const results = [
    { ...emptySuite('a', [{ name: 'x' }]), passed: 2 },
    { ...emptySuite('b'), passed: 3, skipped: ['y', 'z'] },
  ];
  expect(summaryLine(results)).toBe('5 passed, 1 failed, 2 skipped');
});
