import { existsSync } from 'node:fs';
import { join } from 'node:path';
import { root } from './root.mjs';

/**
 * Why there is no window. The desktop shell is not part of this version; what it will need is looked for first, so
 * that the sentence names what this machine lacks.
 */
export function whyHeadless() {
  const runtime = process.env.ELECTRON_OVERRIDE_DIST_PATH ?? join(root, 'node_modules', 'electron');
  if (process.platform === 'linux' && !process.env.DISPLAY && !process.env.WAYLAND_DISPLAY)
    return 'There is no display here.';
  if (!existsSync(runtime)) return 'There is no Electron runtime here.';
  return 'The desktop window is not part of this version yet.';
}
