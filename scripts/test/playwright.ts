/** The suite in a browser: Playwright on the system's Chromium. */
import { existsSync } from 'node:fs';
import { join } from 'node:path';
import { root } from '../lib/root.mjs';
import { runNode24, toolEnvironment, toolPath } from '../lib/tools.mjs';
import { readReport, reportFile } from './report.ts';
import { type SuiteResult, withExitCode } from './suite.ts';

/** The parts of Playwright's JSON report that are read here. */
export interface PlaywrightReport {
  suites: PlaywrightSuite[];
  /** Faults outside of any test. */
  errors: Array<{ message?: string }>;
}

interface PlaywrightSuite {
  title: string;
  suites?: PlaywrightSuite[];
  specs: Array<{ title: string; tests: Array<{ projectName: string; status: string }> }>;
}

const CONFIG = join('test', 'e2e', 'playwright.config.ts');

export async function runPlaywright(suite: string): Promise<SuiteResult> {
  if (!existsSync(join(root, CONFIG))) return { suite, passed: 0, failed: [], skipped: [] };
  const file = reportFile(suite);
  const code = await runNode24([toolPath('playwright'), 'test', '-c', CONFIG, '--reporter=list,json'], {
    env: { ...toolEnvironment(), PLAYWRIGHT_JSON_OUTPUT_FILE: file },
  });
  return withExitCode(readPlaywright(suite, readReport<PlaywrightReport>(file)), code);
}

/** A test that passed only when it was tried again counts as failed. */
export function readPlaywright(suite: string, report: PlaywrightReport | undefined): SuiteResult {
  const tests = (report?.suites ?? []).flatMap((item) => testsOf(item, suite));
  const named = (wanted: readonly string[]) =>
    tests.filter((test) => wanted.includes(test.status)).map((test) => test.name);
  return {
    suite,
    passed: named(['expected']).length,
    failed: [
      ...named(['unexpected', 'flaky']),
      ...(report?.errors ?? []).map((error) => `${suite}: ${error.message}`),
    ],
    skipped: named(['skipped']),
  };
}

function testsOf(item: PlaywrightSuite, path: string): Array<{ name: string; status: string }> {
  const here = `${path}: ${item.title}`;
  const own = item.specs.flatMap((spec) =>
    spec.tests.map(({ projectName, status }) => ({
      name: `${here} › ${spec.title}${projectName === '' ? '' : ` [${projectName}]`}`,
      status,
    })),
  );
  return [...own, ...(item.suites ?? []).flatMap((inner) => testsOf(inner, here))];
}
