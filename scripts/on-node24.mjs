/** Runs a development tool on Node 24: `node scripts/on-node24.mjs vitest run`. */
import { runScript } from './lib/prepare.mjs';
import { runTool } from './lib/tools.mjs';

const [tool = '', ...args] = process.argv.slice(2);

await runScript(() => runTool(tool, args));
