/** Runs the suites one after the other and ends with one line that sums them all up. */
import { build } from '../lib/built.mjs';
import { findElectron } from '../lib/desktop.mjs';
import { runCheckSuite } from './check.ts';
import { ensureChromium } from './chromium.ts';
import { ensureDisplay } from './display.ts';
import { ensureNftables } from './nftables.ts';
import { runPlaywright } from './playwright.ts';
import { ensureSandbox } from './sandbox.ts';
import { emptySuite, type Failure, type SuiteResult, summaryLine } from './suite.ts';
import { runVitest } from './vitest.ts';

/** Cheapest first: what is wrong at the bottom is seen early. */
const SUITES: Readonly<Record<string, (suite: string) => Promise<SuiteResult>>> = {
  check: runCheckSuite,
  unit: runVitest,
  integration: runIntegrationSuite,
  sim: runVitest,
  conformance: runVitest,
  e2e: runBrowserSuite,
  desktop: runDesktopSuite,
};

/** Without nftables the tests of address translation are left out, and say so. */
async function runIntegrationSuite(suite: string): Promise<SuiteResult> {
  await ensureNftables();
  await ensureSandbox();
  return await runVitest(suite);
}

async function runBrowserSuite(suite: string): Promise<SuiteResult> {
  if (await ensureChromium()) return await runPlaywright(suite, { config: 'test/e2e/playwright.config.ts' });
  return emptySuite(suite, [
    { name: `${suite}: no Chromium on this machine; install one, or name it in CHROMIUM_PATH` },
  ]);
}

/** Where there is no Electron or no display it is left out, and the results say so: it is for whoever can run it. */
async function runDesktopSuite(suite: string): Promise<SuiteResult> {
  if (!findElectron())
    return leftOut(
      suite,
      'no Electron runtime on this machine; name one’s folder in ELECTRON_OVERRIDE_DIST_PATH',
    );
  const display = await ensureDisplay();
  if (!display) return leftOut(suite, 'no display on this machine, and no xvfb to stand in for one');
  return await runPlaywright(suite, { config: 'test/e2e/desktop/playwright.config.ts', ...display });
}

function leftOut(suite: string, why: string): SuiteResult {
  console.log(`left out: ${why}`);
  return { ...emptySuite(suite), skipped: [`${suite}: left out, ${why}`] };
}

/** Suites that need nothing of `dist/`. */
const WITHOUT_BUILD: readonly string[] = ['check', 'unit'];

/** Runs what is named, or all. Without a build only the suites that can do without one. */
async function runSuites(names: readonly string[]): Promise<SuiteResult[]> {
  const broken = names.every((name) => WITHOUT_BUILD.includes(name)) ? undefined : await tryBuild();
  const results = broken ? [broken] : [];
  for (const [name, run] of Object.entries(SUITES)) {
    if (!names.includes(name) || (broken && !WITHOUT_BUILD.includes(name))) continue;
    console.log(`\n=== ${name}`);
    results.push(await run(name));
  }
  return results;
}

/** The failure, if there is one. */
async function tryBuild(): Promise<SuiteResult | undefined> {
  try {
    await build();
    return undefined;
  } catch (error) {
    const message = error instanceof Error ? error.message : String(error);
    return emptySuite('build', [{ name: `build: ${message}` }]);
  }
}

function printResults(results: readonly SuiteResult[]): void {
  console.log('\n=== results');
  for (const result of results) console.log(summaryLine([result]).padEnd(40), result.suite);
  for (const name of results.flatMap((result) => result.skipped)) console.log(`skipped  ${name}`);
  for (const item of results.flatMap((result) => result.wavered)) printTest('wavered ', item);
  for (const item of results.flatMap((result) => result.failed)) printTest('FAILED  ', item);
  console.log(`\n${summaryLine(results)}`);
}

/** With the reason: whoever reads only the end of the output can mend it. */
function printTest(word: string, { name, why }: Failure): void {
  console.log(`${word} ${name}`);
  if (why) console.log(why.replaceAll(/^/gm, '    '));
}

const args = process.argv.slice(2);
// The long profiles of simulation, fuzzing and chaos; the tests themselves ask for it.
if (args.includes('--nightly')) process.env['TOOLSWARM_TEST_PROFILE'] = 'nightly';
const named = args.filter((arg) => arg !== '--nightly');
const unknown = named.filter((name) => !(name in SUITES));
if (unknown.length > 0) {
  console.error(`no such suite: ${unknown.join(', ')}; there are ${Object.keys(SUITES).join(', ')}`);
  process.exitCode = 2;
} else {
  const results = await runSuites(named.length > 0 ? named : Object.keys(SUITES));
  printResults(results);
  if (results.some((result) => result.failed.length > 0)) process.exitCode = 1;
}
