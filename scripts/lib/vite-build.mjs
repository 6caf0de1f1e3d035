/**
 * Builds the node's bundle, the renderer and the desktop application. Each is written beside its place in `dist/` and moved there when it is
 * whole, so that a process that starts meanwhile meets the old files or the new ones, never half of each.
 */
import { renameSync, rmSync, utimesSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { createBuilder } from 'vite';
import { stampFile } from './built.mjs';
import { joinLicences } from './licences.mjs';
import { root } from './root.mjs';

/** In the order in which they are built, with their folder in `dist/`. */
const FOLDER_OF = { node: 'node', renderer: 'renderer', desktop: 'desktop', preload: 'desktop' };
const ENVIRONMENTS = Object.entries(FOLDER_OF);
const FOLDERS = [...new Set(Object.values(FOLDER_OF))];

/** @param {string} folder */
const outDir = (folder) => join(root, 'dist', folder);
/** @param {string} folder */
const nextDir = (folder) => join(root, 'dist', `${folder}.next`);

try {
  await buildAll();
} catch (error) {
  console.error(error instanceof Error ? error.message : error);
  process.exitCode = 1;
}

async function buildAll() {
  // Whoever builds from a test hands down its own environment; the pages would be built for development then.
  process.env['NODE_ENV'] = 'production';
  const startedAt = new Date();
  const builder = await createBuilder({
    configFile: join(root, 'vite.config.ts'),
    logLevel: 'warn',
    environments: Object.fromEntries(
      ENVIRONMENTS.map(([name, folder]) => [name, { build: { outDir: nextDir(folder) } }]),
    ),
  });
  for (const [name] of ENVIRONMENTS) {
    const environment = builder.environments[name];
    if (!environment) throw new Error(`vite.config.ts has no environment ${name}`);
    await builder.build(environment);
  }
  joinLicences(FOLDERS.map(nextDir), join(nextDir('renderer'), 'licences.json'));
  for (const folder of FOLDERS) {
    rmSync(outDir(folder), { recursive: true, force: true });
    renameSync(nextDir(folder), outDir(folder));
  }
  writeFileSync(stampFile, '');
  utimesSync(stampFile, startedAt, startedAt);
}
