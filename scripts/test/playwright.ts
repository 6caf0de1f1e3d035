/** The suites in windows: Playwright on the system's Chromium, and on Electron. */
import { existsSync } from 'node:fs';
import { join } from 'node:path';
import { findNode24 } from '../lib/node24.mjs';
import { spawnToEnd } from '../lib/process.mjs';
import { root } from '../lib/root.mjs';
import { toolEnvironment, toolPath } from '../lib/tools.mjs';
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

export interface PlaywrightOptions {
  /** From the root. */
  config: string;
  /** A command that runs the tests, such as one that gives them a display. */
  within?: readonly [string, ...string[]] | undefined;
}

export async function runPlaywright(
  suite: string,
  { config, within }: PlaywrightOptions,
): Promise<SuiteResult> {
  if (!existsSync(join(root, config))) return emptySuite(suite);
  const file = reportFile(suite);
  const run = [
    findNode24(root),
    toolPath('playwright'),
    'test',
    '-c',
    config,
    '--reporter=list,json',
  ] as const;
  const [command, ...args] = within ? [...within, ...run] : run;
  const code = await spawnToEnd(command, args, {
    cwd: root,
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
