/**
 * Builds the node's bundle and the renderer. Each is written beside its place in `dist/` and moved there when it is
 * whole, so that a process that starts meanwhile meets the old files or the new ones, never half of each.
 */
import { renameSync, rmSync, utimesSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { createBuilder } from 'vite';
import { stampFile } from './built.mjs';
import { root } from './root.mjs';

const ENVIRONMENTS = ['node', 'renderer'];

/** @param {string} name */
const outDir = (name) => join(root, 'dist', name);
/** @param {string} name */
const nextDir = (name) => join(root, 'dist', `${name}.next`);

try {
  await buildAll();
} catch (error) {
  console.error(error instanceof Error ? error.message : error);
  process.exitCode = 1;
}

async function buildAll() {
  const startedAt = new Date();
  const builder = await createBuilder({
    configFile: join(root, 'vite.config.ts'),
    logLevel: 'warn',
    environments: Object.fromEntries(
      ENVIRONMENTS.map((name) => [name, { build: { outDir: nextDir(name) } }]),
    ),
  });
  for (const name of ENVIRONMENTS) {
    const environment = builder.environments[name];
    if (!environment) throw new Error(`vite.config.ts has no environment ${name}`);
    await builder.build(environment);
  }
  for (const name of ENVIRONMENTS) {
    rmSync(outDir(name), { recursive: true, force: true });
    renameSync(nextDir(name), outDir(name));
  }
  writeFileSync(stampFile, '');
  utimesSync(stampFile, startedAt, startedAt);
}
