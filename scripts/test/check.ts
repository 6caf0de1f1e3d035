/** The static check as a suite: every part of it is one test. */
import { printPart } from '../check/print.ts';
import { runChecks } from '../check/run.ts';
import { emptySuite, type SuiteResult } from './suite.ts';

export async function runCheckSuite(suite: string): Promise<SuiteResult> {
  const results = await runChecks([], printPart);
  const wrong = results.filter((result) => result.violations.length > 0);
  return {
    ...emptySuite(
      suite,
      wrong.map((result) => ({ name: `${suite}: ${result.part.name}` })),
    ),
    passed: results.length - wrong.length,
  };
}
