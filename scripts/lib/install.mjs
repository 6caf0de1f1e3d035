/** Installs the dependencies when what is installed differs from what the lockfile says. */
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { withLock } from './lock.mjs';
import { spawnToEnd } from './process.mjs';

/**
 * @typedef {{ version?: string, optional?: boolean }} LockedPackage
 * @typedef {{ packages: Record<string, LockedPackage & Record<string, unknown>> }} Lockfile
 */

const DEPENDENCY_FIELDS = ['dependencies', 'devDependencies', 'optionalDependencies'];

/**
 * Brings `node_modules` to what package.json and the lockfile say. Quick when nothing is to be done; whatever npm
 * prints goes to stderr, because the caller's stdout may be a protocol.
 * @param {string} root
 */
export async function ensureInstalled(root) {
  if (isInstalled(root)) return;
  await withLock(root, 'install', async () => {
    if (isInstalled(root)) return; // another process has just done it
    process.stderr.write('Installing what is missing…\n');
    const npm = npmCommand();
    const kinds = ['--include=dev', '--include=optional'];
    const args = [...npm.args, 'install', '--no-audit', '--no-fund', '--loglevel=error', ...kinds];
    const code = await spawnToEnd(npm.command, args, {
      cwd: root,
      stdio: ['ignore', 2, 2],
      shell: npm.shell,
    });
    if (code !== 0) throw new Error('npm could not install the dependencies; its own message stands above.');
  });
}

/**
 * Whether the tree that npm noted after its last run is the one that the lockfile describes. Packages for other
 * platforms are optional and may be absent.
 * @param {string} root
 */
export function isInstalled(root) {
  const manifest = readJson(join(root, 'package.json'));
  const wanted = /** @type {Lockfile | undefined} */ (readJson(join(root, 'package-lock.json')));
  const installed = /** @type {Lockfile | undefined} */ (
    readJson(join(root, 'node_modules', '.package-lock.json'))
  );
  if (!manifest || !wanted || !installed) return false;
  if (!sameDependencies(manifest, wanted.packages[''] ?? {})) return false;
  return Object.entries(wanted.packages).every(([path, locked]) => {
    if (path === '') return true;
    const present = installed.packages[path];
    return present ? present.version === locked.version : locked.optional === true;
  });
}

/**
 * @param {Record<string, unknown>} manifest
 * @param {Record<string, unknown>} locked
 */
function sameDependencies(manifest, locked) {
  /** @param {Record<string, unknown>} holder */
  const listed = (holder) =>
    DEPENDENCY_FIELDS.map((field) =>
      Object.entries(holder[field] ?? {}).sort(([a], [b]) => (a < b ? -1 : 1)),
    );
  return JSON.stringify(listed(manifest)) === JSON.stringify(listed(locked));
}

/** npm itself says where it is when it started this process; otherwise it is looked up on PATH. */
function npmCommand() {
  const cli = process.env.npm_execpath;
  if (cli?.endsWith('npm-cli.js')) return { command: process.execPath, args: [cli], shell: false };
  return { command: 'npm', args: [], shell: process.platform === 'win32' };
}

/**
 * @param {string} file
 * @returns {Record<string, unknown> | undefined}
 */
function readJson(file) {
  try {
    return /** @type {Record<string, unknown>} */ (JSON.parse(readFileSync(file, 'utf8')));
  } catch (error) {
    if (/** @type {NodeJS.ErrnoException} */ (error).code === 'ENOENT') return undefined;
    throw error;
  }
}
