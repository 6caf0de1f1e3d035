/** The suites of Vitest: one project of vitest.config.ts each. */
import { runTool } from '../lib/tools.mjs';
import { readReport, reportFile } from './report.ts';
import { type SuiteResult, withExitCode } from './suite.ts';

/** The parts of Vitest's JSON report that are read here. */
export interface VitestReport {
  testResults: Array<{
    name: string;
    status: string;
    assertionResults: Array<{ fullName: string; status: string }>;
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
  const named = (wanted: (status: string) => boolean) =>
    tests.filter((test) => wanted(test.status)).map((test) => `${suite}: ${test.fullName}`);
  const broken = files.filter((file) => file.status === 'failed' && !file.assertionResults.some(hasFailed));
  return {
    suite,
    passed: named((status) => status === 'passed').length,
    failed: [...named((status) => status === 'failed'), ...broken.map((file) => `${suite}: ${file.name}`)],
    skipped: named((status) => status !== 'passed' && status !== 'failed'),
  };
}

const hasFailed = (test: { status: string }) => test.status === 'failed';
