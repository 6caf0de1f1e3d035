/** The pictures of the tray: which file shows a state on this system. `scripts/icons` draws them. */
import { existsSync } from 'node:fs';
import { dirname, join } from 'node:path';
import type { TrayState } from './tray-rules.ts';

/**
 * The base file; Electron finds those for other scales beside it. macOS colours templates itself. On Linux nobody says
 * which colour the panel has: the theme of the programs is the best guess, and the images for light panels are seen on
 * dark ones as well.
 */
export function trayImageFile(
  folder: string,
  platform: NodeJS.Platform,
  state: TrayState,
  dark: boolean,
): string {
  if (platform === 'darwin') return join(folder, `${state}Template.png`);
  const theme = dark ? 'dark' : 'light';
  return join(folder, platform === 'linux' ? `${state}-${theme}-linux.png` : `${state}-${theme}.png`);
}

/** `assets/tray` above this file, whether it runs from the sources, from the bundle or from the archive. */
export function findTrayImages(): string {
  for (let folder = import.meta.dirname; folder !== dirname(folder); folder = dirname(folder)) {
    const found = join(folder, 'assets', 'tray');
    if (existsSync(found)) return found;
  }
  return join(import.meta.dirname, 'tray');
}
