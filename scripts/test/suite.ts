/** What one suite came to, whichever runner it has. */
import { stripVTControlCharacters } from 'node:util';

export interface SuiteResult {
  suite: string;
  passed: number;
  /** A suite that broke down counts as one. */
  failed: Failure[];
  skipped: string[];
  /** Tests that passed only at the second try: counted as passed, and named in the results until they are mended. */
  wavered: Failure[];
}

export interface Failure {
  name: string;
  /** What the runner said, its first lines. */
  why?: string;
}

const WHY_LINES = 12;

/** A failure with the first lines of what the runner said, without the colours of a terminal. */
export function failure(name: string, message?: string): Failure {
  if (!message) return { name };
  return { name, why: stripVTControlCharacters(message).split('\n').slice(0, WHY_LINES).join('\n') };
}

/** A suite in which no test ran. */
export const emptySuite = (suite: string, failed: Failure[] = []): SuiteResult => ({
  suite,
  passed: 0,
  failed,
  skipped: [],
  wavered: [],
});

/** A runner that ended badly although no test of it failed has itself failed. */
export function withExitCode(result: SuiteResult, code: number): SuiteResult {
  if (code === 0 || result.failed.length > 0) return result;
  return { ...result, failed: [{ name: `${result.suite}: the runner ended with code ${code}` }] };
}

/** The line by which machines read the outcome of all suites. */
export function summaryLine(results: readonly SuiteResult[]): string {
  const passed = results.reduce((total, result) => total + result.passed, 0);
  const failed = results.flatMap((result) => result.failed).length;
  const skipped = results.flatMap((result) => result.skipped).length;
  return `${passed} passed, ${failed} failed, ${skipped} skipped`;
}
