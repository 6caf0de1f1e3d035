/** `npm test [-- SUITE...] [--nightly]`: everything, with what it needs installed first. */
import { join } from 'node:path';
import { runScript } from './lib/prepare.mjs';
import { root } from './lib/root.mjs';
import { runNode24 } from './lib/tools.mjs';

await runScript(() => runNode24([join(root, 'scripts', 'test', 'main.ts'), ...process.argv.slice(2)]));
