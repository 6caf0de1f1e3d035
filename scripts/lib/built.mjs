/** Knows whether `dist/` is what the sources say, and builds it when it is not. */
import { existsSync, readdirSync, statSync } from 'node:fs';
import { join } from 'node:path';
import { ensureInstalled } from './install.mjs';
import { withLock } from './lock.mjs';
import { root } from './root.mjs';
import { runNode24 } from './tools.mjs';

const SOURCES = [
  'src-main',
  'src-shared',
  'src-renderer',
  'locales',
  'vite.config.ts',
  'package.json',
  'package-lock.json',
];

/** Written last by a build; its time is that at which the build began to read. */
export const stampFile = join(root, 'dist', '.built');

/** The command line and the daemon. */
export const cliBundle = join(root, 'dist', 'node', 'cli.js');

/** Builds when `dist/` is missing or older than the sources. A package without sources is taken as built. */
export async function ensureBuilt() {
  if (isBuilt()) return;
  await ensureInstalled(root);
  await withLock(root, 'build', async () => {
    if (!isBuilt()) await buildNow();
  });
}

/** Builds in any case. */
export const build = () => withLock(root, 'build', buildNow);

/** What a build prints goes to stderr: the caller's stdout may be a protocol. */
async function buildNow() {
  process.stderr.write('Building…\n');
  const code = await runNode24([join(root, 'scripts', 'lib', 'vite-build.mjs')], { stdio: ['ignore', 2, 2] });
  if (code !== 0) throw new Error('the build failed; its own message stands above');
}

export function isBuilt() {
  if (!existsSync(join(root, 'src-main'))) return true;
  if (!existsSync(stampFile)) return false;
  const builtAt = statSync(stampFile).mtimeMs;
  return SOURCES.every((source) => newestIn(join(root, source)) <= builtAt);
}

/**
 * The latest change in a file or a folder's whole tree, in epoch ms. A folder's own time counts: it tells of
 * removed files.
 * @param {string} path
 * @returns {number}
 */
function newestIn(path) {
  const stat = statSync(path, { throwIfNoEntry: false });
  if (!stat?.isDirectory()) return stat?.mtimeMs ?? 0;
  return Math.max(stat.mtimeMs, ...readdirSync(path).map((name) => newestIn(join(path, name))));
}
