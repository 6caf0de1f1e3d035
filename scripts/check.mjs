/** `npm run check [-- PART...]`: everything that can be proven without running the program. */
import { join } from 'node:path';
import { runScript } from './lib/prepare.mjs';
import { root } from './lib/root.mjs';
import { runNode24 } from './lib/tools.mjs';

await runScript(() => runNode24([join(root, 'scripts', 'check', 'main.ts'), ...process.argv.slice(2)]));
