/** The suites of Vitest: one project of vitest.config.ts each. */
import { runTool } from '../lib/tools.mjs';
import { readReport, reportFile } from './report.ts';
import { failure, type SuiteResult, withExitCode } from './suite.ts';

/** The parts of Vitest's JSON report that are read here. */
export interface VitestReport {
  testResults: Array<{
    name: string;
    status: string;
    /** Messages of each try that failed. */
    assertionResults: Array<{ fullName: string; status: string; failureMessages?: string[] | null }>;
    message?: string;
  }>;
}

export async function runVitest(suite: string): Promise<SuiteResult> {
  const file = reportFile(suite);
  const reporters = ['--reporter=default', '--reporter=json', `--outputFile.json=${file}`];
  const code = await runTool('vitest', ['run', '--project', suite, '--passWithNoTests', ...reporters]);
  return withExitCode(readVitest(suite, readReport<VitestReport>(file)), code);
}

export function readVitest(suite: string, report: VitestReport | undefined): SuiteResult {
  const files = report?.testResults ?? [];
  const tests = files.flatMap((file) => file.assertionResults);
  const passed = tests.filter((test) => test.status === 'passed');
  const described = (test: (typeof tests)[number]) =>
    failure(`${suite}: ${test.fullName}`, test.failureMessages?.[0]);
  const broken = files.filter((file) => file.status === 'failed' && !file.assertionResults.some(hasFailed));
  return {
    suite,
    passed: passed.length,
    failed: [
      ...tests.filter(hasFailed).map(described),
      ...broken.map((file) => failure(`${suite}: ${file.name}`, file.message)),
    ],
    skipped: tests
      .filter((test) => test.status !== 'passed' && !hasFailed(test))
      .map((test) => `${suite}: ${test.fullName}`),
    wavered: passed.filter((test) => (test.failureMessages?.length ?? 0) > 0).map(described),
  };
}

const hasFailed = (test: { status: string }) => test.status === 'failed';
