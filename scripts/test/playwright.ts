/** The suite in a browser: Playwright on the system's Chromium. */
import { existsSync } from 'node:fs';
import { join } from 'node:path';
import { root } from '../lib/root.mjs';
import { runNode24, toolEnvironment, toolPath } from '../lib/tools.mjs';
import { readReport, reportFile } from './report.ts';
import { emptySuite, type Failure, failure, type SuiteResult, withExitCode } from './suite.ts';

/** The parts of Playwright's JSON report that are read here. */
export interface PlaywrightReport {
  suites: PlaywrightSuite[];
  /** Faults outside of any test. */
  errors: Array<{ message?: string }>;
}

interface PlaywrightSuite {
  title: string;
  suites?: PlaywrightSuite[];
  specs: Array<{ title: string; tests: PlaywrightTest[] }>;
}

interface PlaywrightTest {
  projectName: string;
  status: string;
  /** A result for each try. */
  results?: Array<{ error?: { message?: string } }>;
}

const CONFIG = join('test', 'e2e', 'playwright.config.ts');

export async function runPlaywright(suite: string): Promise<SuiteResult> {
  if (!existsSync(join(root, CONFIG))) return emptySuite(suite);
  const file = reportFile(suite);
  const code = await runNode24([toolPath('playwright'), 'test', '-c', CONFIG, '--reporter=list,json'], {
    env: { ...toolEnvironment(), PLAYWRIGHT_JSON_OUTPUT_FILE: file },
  });
  return withExitCode(readPlaywright(suite, readReport<PlaywrightReport>(file)), code);
}

export function readPlaywright(suite: string, report: PlaywrightReport | undefined): SuiteResult {
  const tests = (report?.suites ?? []).flatMap((item) => testsOf(item, suite));
  const withStatus = (...wanted: string[]) => tests.filter((test) => wanted.includes(test.status));
  const described = (found: typeof tests) => found.map(({ name, message }) => failure(name, message));
  return {
    suite,
    passed: withStatus('expected', 'flaky').length,
    failed: [
      ...described(withStatus('unexpected')),
      ...(report?.errors ?? []).map((error): Failure => ({ name: `${suite}: ${error.message}` })),
    ],
    skipped: withStatus('skipped').map(({ name }) => name),
    wavered: described(withStatus('flaky')),
  };
}

interface FoundTest {
  name: string;
  status: string;
  message: string | undefined;
}

function testsOf(item: PlaywrightSuite, path: string): FoundTest[] {
  const here = `${path}: ${item.title}`;
  const own = item.specs.flatMap((spec) =>
    spec.tests.map(({ projectName, status, results = [] }) => ({
      name: `${here} › ${spec.title}${projectName === '' ? '' : ` [${projectName}]`}`,
      status,
      message: results.find(({ error }) => error?.message)?.error?.message,
    })),
  );
  return [...own, ...(item.suites ?? []).flatMap((inner) => testsOf(inner, here))];
}
