/**
 * `npm start [-- OPTIONS]`: installs what is missing, builds, and runs Toolswarm. OPTIONS are those of
 * `toolswarm daemon`; `--dev` rebuilds and restarts whenever a source changes.
 */
import { ensureBuilt } from './lib/built.mjs';
import { runDaemon } from './lib/daemon.mjs';
import { whyHeadless } from './lib/desktop.mjs';
import { runDev } from './lib/dev.mjs';
import { runScript } from './lib/prepare.mjs';

const args = process.argv.slice(2);
const options = args.filter((arg) => arg !== '--dev');

await runScript(async () => {
  await ensureBuilt();
  process.stdout.write(`${whyHeadless()} Toolswarm runs headless and serves its dashboard to a browser.\n`);
  return await (args.includes('--dev') ? runDev(options) : runDaemon(options));
});
