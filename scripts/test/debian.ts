/** Programs that tests need and that come from the system: looked for, and on Debian installed where root runs this. */
import { spawnSync } from 'node:child_process';
import { existsSync } from 'node:fs';
import { delimiter, join } from 'node:path';
import { spawnToEnd } from '../lib/process.mjs';

/** Absolute path of a program on the PATH. */
export const onPath = (name: string): string | undefined =>
  (process.env['PATH'] ?? '')
    .split(delimiter)
    .filter((folder) => folder !== '')
    .map((folder) => join(folder, name))
    .find((file) => existsSync(file));

/** @returns false where nothing can be installed here. */
export async function installOnDebian(...packages: [string, ...string[]]): Promise<boolean> {
  if (process.platform !== 'linux' || process.getuid?.() !== 0 || !onPath('apt-get')) return false;
  console.log(`Installing ${packages[0]}…`);
  const env = { ...process.env, DEBIAN_FRONTEND: 'noninteractive' };
  if (spawnSync('apt-cache', ['show', packages[0]], { stdio: 'ignore' }).status !== 0)
    await spawnToEnd('apt-get', ['update', '-q'], { env });
  const install = ['install', '-y', '-q', '--no-install-recommends', ...packages];
  return (await spawnToEnd('apt-get', install, { env })) === 0;
}
