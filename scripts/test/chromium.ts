/** The browser of the end-to-end tests is the system's; on Debian it is installed when it is missing. */
import { spawnSync } from 'node:child_process';
import { existsSync } from 'node:fs';
import { delimiter, join } from 'node:path';
import { spawnToEnd } from '../lib/process.mjs';

const NAMES = ['chromium', 'chromium-browser', 'google-chrome', 'google-chrome-stable'];

/**
 * Sees to it that there is a Chromium.
 * @returns false when there is none and none can be installed here
 */
export async function ensureChromium(): Promise<boolean> {
  if (chromiumPath() !== undefined) return true;
  if (process.platform !== 'linux' || process.getuid?.() !== 0 || !isOnPath('apt-get')) return false;
  console.log('Installing chromium…');
  const env = { ...process.env, DEBIAN_FRONTEND: 'noninteractive' };
  if (spawnSync('apt-cache', ['show', 'chromium'], { stdio: 'ignore' }).status !== 0)
    await spawnToEnd('apt-get', ['update', '-q'], { env });
  const install = ['install', '-y', '-q', '--no-install-recommends', 'chromium', 'fonts-noto-core'];
  return (await spawnToEnd('apt-get', install, { env })) === 0;
}

/** `CHROMIUM_PATH`, else the first of the usual names on the PATH. */
export const chromiumPath = (): string | undefined =>
  process.env['CHROMIUM_PATH'] ?? NAMES.map(onPath).find((file) => file !== undefined);

const isOnPath = (name: string): boolean => onPath(name) !== undefined;

const onPath = (name: string): string | undefined =>
  (process.env['PATH'] ?? '')
    .split(delimiter)
    .filter((folder) => folder !== '')
    .map((folder) => join(folder, name))
    .find((file) => existsSync(file));
