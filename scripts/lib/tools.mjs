/** The development tools, found in their packages rather than through shell shims, which differ between platforms. */
import { readFileSync } from 'node:fs';
import { delimiter, dirname, join } from 'node:path';
import { findNode24 } from './node24.mjs';
import { spawnToEnd } from './process.mjs';
import { root } from './root.mjs';

/** @type {Record<string, string>} */
const PACKAGE_OF = {
  biome: '@biomejs/biome',
  knip: 'knip',
  oxlint: 'oxlint',
  playwright: '@playwright/test',
  tsc: 'typescript',
  vite: 'vite',
  vitest: 'vitest',
};

/**
 * @param {string} name
 * @returns {string} absolute path of the tool's JavaScript file
 */
export function toolPath(name) {
  const owner = PACKAGE_OF[name];
  if (!owner) throw new Error(`unknown tool ${name}; known are ${Object.keys(PACKAGE_OF).join(', ')}`);
  const folder = join(root, 'node_modules', owner);
  const { bin } = /** @type {{ bin: string | Record<string, string> }} */ (
    JSON.parse(readFileSync(join(folder, 'package.json'), 'utf8'))
  );
  const file = typeof bin === 'string' ? bin : bin[name];
  if (!file) throw new Error(`${owner} has no command ${name}`);
  return join(folder, file);
}

/** The environment in which `node` and the project's tools are those of the checkout. */
export function toolEnvironment() {
  const folders = [dirname(findNode24(root)), join(root, 'node_modules', '.bin'), process.env.PATH ?? ''];
  return { ...process.env, PATH: folders.join(delimiter) };
}

/**
 * Runs Node 24 with these arguments.
 * @param {readonly string[]} args
 * @param {Parameters<typeof spawnToEnd>[2]} [options]
 */
export const runNode24 = (args, options = {}) =>
  spawnToEnd(findNode24(root), args, { cwd: root, env: toolEnvironment(), ...options });

/**
 * Runs a development tool with these arguments.
 * @param {string} name
 * @param {readonly string[]} args
 */
export async function runTool(name, args) {
  return await runNode24([toolPath(name), ...args]);
}
