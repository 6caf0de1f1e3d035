/** Which Electron goes into the package. */
import { existsSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import type { Configuration } from 'electron-builder';
import { root } from '../lib/root.mjs';

/**
 * The runtime that `ELECTRON_OVERRIDE_DIST_PATH` names, so that a machine without a way to Electron's releases packages
 * offline; else the one that the package `electron` has downloaded; else electron-builder fetches that version.
 */
export function runtimeOptions(env = process.env): Pick<Configuration, 'electronDist' | 'electronVersion'> {
  const folders = [env['ELECTRON_OVERRIDE_DIST_PATH'], join(root, 'node_modules', 'electron', 'dist')];
  const folder = folders.find((candidate) => candidate && existsSync(join(candidate, 'version')));
  if (!folder) return {};
  const electronVersion = readFileSync(join(folder, 'version'), 'utf8').trim().replace(/^v/, '');
  return { electronDist: folder, electronVersion };
}
