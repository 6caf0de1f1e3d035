/** `node scripts/icons.mjs`: draws every icon of the desktop application from the two SVG files in `assets/`. */
import { join } from 'node:path';
import { runScript } from './lib/prepare.mjs';
import { root } from './lib/root.mjs';
import { runNode24 } from './lib/tools.mjs';

await runScript(() => runNode24([join(root, 'scripts', 'icons', 'main.ts')]));
