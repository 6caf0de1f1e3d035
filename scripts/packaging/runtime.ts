/** Which Electron goes into the package. */
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import type { Configuration } from 'electron-builder';

/**
 * The runtime that `ELECTRON_OVERRIDE_DIST_PATH` names, so that a machine without a way to Electron's releases packages
 * offline; else electron-builder fetches the version of package.json.
 */
export function runtimeOptions(env = process.env): Pick<Configuration, 'electronDist' | 'electronVersion'> {
  const folder = env['ELECTRON_OVERRIDE_DIST_PATH'];
  if (!folder) return {};
  const electronVersion = readFileSync(join(folder, 'version'), 'utf8').trim().replace(/^v/, '');
  return { electronDist: folder, electronVersion };
}
