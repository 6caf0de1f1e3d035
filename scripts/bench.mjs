/** `npm run bench -- NAME [--json]`: one measurement of `test/bench`, on a fresh build. */
import { existsSync, readdirSync } from 'node:fs';
import { join } from 'node:path';
import { ensureBuilt } from './lib/built.mjs';
import { runScript } from './lib/prepare.mjs';
import { root } from './lib/root.mjs';
import { runNode24 } from './lib/tools.mjs';

const folder = join(root, 'test', 'bench');
const [name = '', ...args] = process.argv.slice(2);

await runScript(async () => {
  const file = join(folder, `${name}.ts`);
  if (!/^[a-z0-9-]+$/.test(name) || !existsSync(file)) {
    const known = readdirSync(folder).filter((entry) => entry.endsWith('.ts'));
    throw new Error(`name one of these: ${known.map((entry) => entry.slice(0, -3)).join(', ')}`);
  }
  await ensureBuilt();
  return await runNode24([file, ...args]);
});
