/** Reports of the runners, one JSON file per suite, away from the folder that Playwright empties. */
import { mkdirSync, readFileSync, rmSync } from 'node:fs';
import { join } from 'node:path';
import { root } from '../lib/root.mjs';

const FOLDER = join(root, '.cache', 'reports');

/** A fresh path for the report of a suite: one left by an earlier run is removed. */
export function reportFile(suite: string): string {
  const file = join(FOLDER, `${suite}.json`);
  mkdirSync(FOLDER, { recursive: true });
  rmSync(file, { force: true });
  return file;
}

/** The report, or undefined when the runner wrote none: there were no tests, or it broke down. */
export function readReport<T>(file: string): T | undefined {
  try {
    return JSON.parse(readFileSync(file, 'utf8')) as T;
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === 'ENOENT') return undefined;
    throw error;
  }
}
