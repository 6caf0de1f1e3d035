/** Whether a window can be opened here: it needs a display and an Electron runtime. */
import { existsSync } from 'node:fs';
import { join } from 'node:path';
import { root } from './root.mjs';
import { spawnToEnd } from './process.mjs';

/** Electron's program within its distribution. */
const PROGRAM = {
  darwin: join('Electron.app', 'Contents', 'MacOS', 'Electron'),
  win32: 'electron.exe',
  linux: 'electron',
};

/** The built main program. */
export const desktopBundle = join(root, 'dist', 'desktop', 'main.cjs');

/**
 * The program of an Electron runtime: the one that `ELECTRON_OVERRIDE_DIST_PATH` names, else the one that the package
 * `electron` has downloaded. It is looked for and never asked for: asking would download it.
 * @returns {string | undefined} absolute path
 */
export function findElectron() {
  const program = PROGRAM[/** @type {keyof typeof PROGRAM} */ (process.platform)] ?? 'electron';
  const folders = [process.env.ELECTRON_OVERRIDE_DIST_PATH, join(root, 'node_modules', 'electron', 'dist')];
  return folders
    .flatMap((folder) => (folder ? [join(folder, program)] : []))
    .find((file) => existsSync(file));
}

/** What keeps a window from being opened here, in a sentence; undefined where nothing does. */
export function whyHeadless() {
  if (process.platform === 'linux' && !process.env.DISPLAY && !process.env.WAYLAND_DISPLAY)
    return 'There is no display here.';
  if (!findElectron()) return 'There is no Electron runtime here.';
  return undefined;
}

/**
 * The arguments with which Electron runs the application of this checkout. The main program is required by `-r` as well:
 * it then runs in Electron's first tick whatever loads the application.
 */
export const desktopArgs = () => [
  // Chromium's sandbox is not for root.
  ...(process.platform === 'linux' && process.getuid?.() === 0 ? ['--no-sandbox'] : []),
  '-r',
  desktopBundle,
  root,
];

/**
 * Runs the desktop application to its end.
 * @param {readonly string[]} options of the application and of `toolswarm daemon`
 */
export function runDesktop(options) {
  const electron = findElectron();
  if (!electron) throw new Error('there is no Electron runtime here');
  return spawnToEnd(electron, [...desktopArgs(), ...options], { env: process.env });
}
