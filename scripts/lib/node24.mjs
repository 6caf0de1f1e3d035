/** Finds the Node 24 that everything runs on: the one among the dependencies, else a newer one on this machine. */
import { execFileSync } from 'node:child_process';
import { existsSync } from 'node:fs';
import { delimiter, join } from 'node:path';

const NEEDED_MAJOR = 24;

/** Packages that carry the runtime; macOS has packages of two publishers, neither with every version. */
const PACKAGES = [
  `node-${process.platform === 'win32' ? 'win' : process.platform}-${process.arch}`,
  `node-bin-${process.platform}-${process.arch}`,
];

/**
 * @param {string} root
 * @returns {string} absolute path of a Node executable of version 24 or newer
 * @throws {Error} with a sentence for a person when there is none
 */
export function findNode24(root) {
  const found = [...bundled(root), ...runningOrOnPath()].find(isNewEnough);
  if (found) return found;
  throw new Error(
    `Toolswarm needs Node ${NEEDED_MAJOR}. Its package for ${process.platform} on ${process.arch} is not installed ` +
      `(were optional dependencies left out?), and no newer Node was found: install Node ${NEEDED_MAJOR} and start again.`,
  );
}

/** @param {string} version such as `24.21.0` */
export const isNode24 = (version) => Number.parseInt(version, 10) >= NEEDED_MAJOR;

/** @param {string} root */
function bundled(root) {
  const file = process.platform === 'win32' ? 'node.exe' : 'node';
  return PACKAGES.map((name) => join(root, 'node_modules', name, 'bin', file)).filter((path) =>
    existsSync(path),
  );
}

function runningOrOnPath() {
  const file = process.platform === 'win32' ? 'node.exe' : 'node';
  const folders = (process.env.PATH ?? '').split(delimiter).filter(Boolean);
  return [
    process.execPath,
    ...folders.map((folder) => join(folder, file)).filter((path) => existsSync(path)),
  ];
}

/** @param {string} path */
function isNewEnough(path) {
  if (path === process.execPath) return isNode24(process.versions.node);
  try {
    const version = execFileSync(path, ['--version'], {
      encoding: 'utf8',
      stdio: ['ignore', 'pipe', 'ignore'],
    });
    return isNode24(version.slice(1));
  } catch {
    return false; // a file that does not run here (another libc, another architecture) is no candidate
  }
}
