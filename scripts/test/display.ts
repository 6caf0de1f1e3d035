/** A display for windows: that of the person, or a virtual one; on Debian that is installed when it is missing. */
import { installOnDebian, onPath } from './debian.ts';

/** What Electron needs besides; Chromium's package would bring most of it. */
const LIBRARIES = ['libgtk-3-0', 'libnss3', 'libgbm1', 'libasound2'];

export interface Display {
  /** The command that gives another one a display; absent where there is a display already. */
  within?: [string, ...string[]];
}

/** Undefined where there is no display and can be none. */
export async function ensureDisplay(): Promise<Display | undefined> {
  const { DISPLAY, WAYLAND_DISPLAY } = process.env;
  if (process.platform !== 'linux' || DISPLAY !== undefined || WAYLAND_DISPLAY !== undefined) return {};
  if (!onPath('xvfb-run') && !(await installOnDebian('xvfb', 'xauth', ...LIBRARIES))) return undefined;
  return { within: ['xvfb-run', '-a'] };
}
