/**
 * What is shipped and under which terms, found in the bundles themselves: every package of which a module went into one,
 * those that are carried beside them, and the runtime. No list is kept by hand, so none can be out of date.
 */
import { existsSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { root } from './root.mjs';

/**
 * @typedef {{ name: string, version: string, licence: string, homepage: string | undefined, text: string | undefined }} Package
 */

/**
 * A package.json, as far as it is read; older ones name their licence in an object, or several.
 * @typedef {string | { type?: string }} Stated
 * @typedef {{
 *   name: string, version: string, homepage?: string, license?: Stated, licenses?: Stated[],
 *   repository?: string | { url?: string }, optionalDependencies?: Record<string, string>
 * }} Manifest
 */

const PART = /^licences-[a-z]+\.json$/;
const TEXT_NAME = /^(licen[cs]e|copying|unlicense)([.-].*)?$/i;
/** Ways in which packages say where they come from. */
const REPOSITORY = /^(?:git\+)?(https:\/\/.+?)(?:\.git)?$/;

/**
 * A Vite plugin: writes the packages of each environment's bundle beside it.
 * @param {readonly string[]} beside packages that are not bundled but carried
 * @returns {import('vite').Plugin}
 */
export function licences(beside) {
  return {
    name: 'licences',
    apply: 'build',
    generateBundle(_options, bundle) {
      const modules = Object.values(bundle).flatMap((file) => (file.type === 'chunk' ? file.moduleIds : []));
      const folders = new Set(modules.flatMap((id) => packageFolder(id) ?? []));
      for (const name of beside) folders.add(join(root, 'node_modules', name));
      this.emitFile({
        type: 'asset',
        fileName: `licences-${this.environment.name}.json`,
        source: JSON.stringify([...folders].filter((folder) => existsSync(folder)).map(readPackage)),
      });
    },
  };
}

/**
 * Joins the parts of all bundles into one file for the page that shows them, and takes the parts away. Texts that many
 * packages share stand there once.
 * @param {readonly string[]} folders
 * @param {string} file
 */
export function joinLicences(folders, file) {
  const parts = folders.flatMap((folder) =>
    readdirSync(folder)
      .filter((name) => PART.test(name))
      .map((name) => join(folder, name)),
  );
  const found = [...parts.flatMap((part) => /** @type {Package[]} */ (readJson(part))), ...runtimes()];
  const known = new Map(found.map((item) => [`${item.name}@${item.version}`, item]));
  const packages = [...known.values()].sort((a, b) => a.name.localeCompare(b.name, 'en'));
  const texts = [...new Set(packages.flatMap(({ text }) => text ?? []))];
  const items = packages.map(({ text, ...item }) => ({
    ...item,
    ...(text === undefined ? {} : { text: texts.indexOf(text) }),
  }));
  writeFileSync(file, JSON.stringify({ packages: items, texts }));
  for (const part of parts) rmSync(part);
}

/** The Node that runs the node, as it is locked for this platform. */
function runtimes() {
  const { optionalDependencies = {} } = /** @type {Manifest} */ (readJson(join(root, 'package.json')));
  return Object.keys(optionalDependencies)
    .filter((name) => /^node(-bin)?-/.test(name))
    .map((name) => join(root, 'node_modules', name))
    .filter((folder) => existsSync(folder))
    .map(readPackage);
}

/** @param {string} id of a module */
function packageFolder(id) {
  const path = id.replace(/^\0/, '').split('?')[0] ?? '';
  const at = path.lastIndexOf('/node_modules/');
  if (at < 0) return undefined;
  const [first = '', second = ''] = path.slice(at + '/node_modules/'.length).split('/');
  return join(path.slice(0, at), 'node_modules', first.startsWith('@') ? `${first}/${second}` : first);
}

/**
 * @param {string} folder
 * @returns {Package}
 */
function readPackage(folder) {
  const manifest = /** @type {Manifest} */ (readJson(join(folder, 'package.json')));
  const { name, version, license, licenses, homepage, repository } = manifest;
  const stated = license ?? licenses?.[0];
  const address = typeof repository === 'string' ? repository : repository?.url;
  const textFile = readdirSync(folder).find((file) => TEXT_NAME.test(file));
  return {
    name,
    version,
    licence: typeof stated === 'string' ? stated : (stated?.type ?? 'unknown'),
    homepage: REPOSITORY.exec(address ?? '')?.[1] ?? homepage,
    text: textFile && readFileSync(join(folder, textFile), 'utf8').trim(),
  };
}

/**
 * @param {string} file
 * @returns {unknown}
 */
const readJson = (file) => JSON.parse(readFileSync(file, 'utf8'));
