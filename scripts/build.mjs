/** `npm run build`: the node's bundle and the renderer, into `dist/`. */
import { build } from './lib/built.mjs';
import { runScript } from './lib/prepare.mjs';

await runScript(async () => {
  await build();
  return 0;
});
