/** The browser of the end-to-end tests is the system's; on Debian it is installed when it is missing. */
import { installOnDebian, onPath } from './debian.ts';

const NAMES = ['chromium', 'chromium-browser', 'google-chrome', 'google-chrome-stable'];

/**
 * Sees to it that there is a Chromium.
 * @returns false when there is none and none can be installed here
 */
export const ensureChromium = async (): Promise<boolean> =>
  chromiumPath() !== undefined || (await installOnDebian('chromium', 'fonts-noto-core'));

/** `CHROMIUM_PATH`, else the first of the usual names on the PATH. */
export const chromiumPath = (): string | undefined =>
  process.env['CHROMIUM_PATH'] ?? NAMES.map(onPath).find((file) => file !== undefined);
