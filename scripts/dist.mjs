/**
 * `npm run dist [-- --dir] [-- --deb]`: the desktop application, packaged for this machine into `dist/installers`. Without
 * an option the installers of this system, for which electron-builder downloads tools of its own. `--dir` makes the
 * folder alone, offline where `ELECTRON_OVERRIDE_DIST_PATH` names an Electron runtime; `--deb` wraps that folder with
 * Debian's own dpkg-deb.
 */
import { join } from 'node:path';
import { ensureBuilt } from './lib/built.mjs';
import { runScript } from './lib/prepare.mjs';
import { root } from './lib/root.mjs';
import { runNode24 } from './lib/tools.mjs';

await runScript(async () => {
  await ensureBuilt();
  return await runNode24([join(root, 'scripts', 'packaging', 'main.ts'), ...process.argv.slice(2)]);
});
