/** What one suite came to, whichever runner it has. */
export interface SuiteResult {
  suite: string;
  passed: number;
  /** Names of the tests that failed; a suite that broke down counts as one. */
  failed: string[];
  skipped: string[];
}

/** A runner that ended badly although no test of it failed has itself failed. */
export function withExitCode(result: SuiteResult, code: number): SuiteResult {
  if (code === 0 || result.failed.length > 0) return result;
  return { ...result, failed: [`${result.suite}: the runner ended with code ${code}`] };
}

/** The line by which machines read the outcome of all suites. */
export function summaryLine(results: readonly SuiteResult[]): string {
  const passed = results.reduce((total, result) => total + result.passed, 0);
  const failed = results.flatMap((result) => result.failed).length;
  const skipped = results.flatMap((result) => result.skipped).length;
  return `${passed} passed, ${failed} failed, ${skipped} skipped`;
}
