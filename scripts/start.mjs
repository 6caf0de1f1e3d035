/**
 * `npm start [-- OPTIONS]`: installs what is missing, builds, and opens the desktop application; where there is no display
 * or no Electron, the node runs headless and serves its dashboard to a browser. OPTIONS are those of `toolswarm daemon`,
 * and for the application `--node-host=main` and `--hidden`; `--dev` runs headless, rebuilds and restarts whenever a
 * source changes.
 */
import { ensureBuilt } from './lib/built.mjs';
import { runDaemon } from './lib/daemon.mjs';
import { runDesktop, whyHeadless } from './lib/desktop.mjs';
import { runDev } from './lib/dev.mjs';
import { runScript } from './lib/prepare.mjs';

const args = process.argv.slice(2);
const options = args.filter((arg) => arg !== '--dev');
/** Options that only the desktop application knows. */
const WINDOW_ONLY = /^--(node-host=.*|hidden)$/;

await runScript(async () => {
  await ensureBuilt();
  if (args.includes('--dev')) return await runDev(options);
  const why = whyHeadless();
  if (!why) return await runDesktop(options);
  process.stdout.write(`${why} Toolswarm runs headless and serves its dashboard to a browser.\n`);
  return await runDaemon(options.filter((option) => !WINDOW_ONLY.test(option)));
});
