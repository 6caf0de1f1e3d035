/**
 * What goes into the application, laid out for electron-builder: `app` becomes the archive, `unpacked` and `addons` lie
 * beside it, `node` and `bin` are the runtime and the command line.
 */
import { chmodSync, copyFileSync, cpSync, mkdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { findNode24 } from '../lib/node24.mjs';
import { root } from '../lib/root.mjs';

const stageDir = join(root, 'dist', 'stage');

/** Packages that are not in a bundle, and what is staged of each: their addons are read from disk. */
const ADDONS: Readonly<Record<string, readonly string[]>> = {
  'better-sqlite3': [
    'package.json',
    'LICENSE',
    'lib',
    join('prebuilds', `${process.platform}-${process.arch}.node`),
  ],
  'node-datachannel': ['package.json', 'LICENSE', join('dist', 'esm')],
  // By it the package above finds out which of its addons fits.
  'detect-libc': ['package.json', 'LICENSE', 'lib'],
  // The program that keeps packages from the machine's sockets; the rest is in the bundle.
  '@anthropic-ai/sandbox-runtime': [
    'package.json',
    'LICENSE',
    join('vendor', 'seccomp', process.arch === 'arm64' ? 'arm64' : 'x64'),
  ],
};
/** Where the addons of node-datachannel are, one package for each platform; npm installs the one that fits. */
const DATACHANNEL_ADDONS = '@node-datachannel';

interface Manifest {
  name: string;
  version: string;
  description: string;
  license: string;
  main: string;
}

/**
 * @param wanted version of the package; that of the checkout where none is given.
 * @returns the version
 */
export function stage(wanted?: string): string {
  rmSync(stageDir, { recursive: true, force: true });
  const manifest = JSON.parse(readFileSync(join(root, 'package.json'), 'utf8')) as Manifest;
  const version = wanted ?? manifest.version;
  stageApp(manifest, version);
  stageNodeSide();
  stageRuntime();
  return version;
}

function stageApp({ name, description, license, main }: Manifest, version: string): void {
  const app = join(stageDir, 'app');
  copy('dist/desktop', join(app, 'dist', 'desktop'));
  copy('assets/tray', join(app, 'assets', 'tray'));
  copy('LICENSE', join(app, 'LICENSE'));
  const content = {
    name,
    version,
    description,
    license,
    author: 'Toolswarm contributors',
    // Nobody may fetch from it: a package needs the address of a home page, and the project has none yet.
    homepage: 'https://toolswarm.invalid',
    type: 'module',
    main,
    // By this name Linux desktops find the entry that windows and links belong to.
    desktopName: 'toolswarm-desktop.desktop',
  };
  writeFileSync(join(app, 'package.json'), `${JSON.stringify(content, null, 2)}\n`);
}

/** The node's bundle with its addon, and the pages: the node serves them to a browser too. */
function stageNodeSide(): void {
  const unpacked = join(stageDir, 'unpacked');
  copy('dist/node', join(unpacked, 'dist', 'node'));
  copy('dist/renderer', join(unpacked, 'dist', 'renderer'));
  writeFileSync(join(unpacked, 'package.json'), '{ "type": "module" }\n');
  for (const [name, parts] of Object.entries(ADDONS)) for (const part of parts) copyAddon(join(name, part));
  copyAddon(DATACHANNEL_ADDONS);
}

/** One Node serves the node itself, the command line and the MCP servers that want one. */
function stageRuntime(): void {
  const isWindows = process.platform === 'win32';
  const node = join(stageDir, 'node', 'bin', isWindows ? 'node.exe' : 'node');
  const runtime = findNode24(root);
  copyTo(runtime, node);
  chmodSync(node, 0o755);
  const license = join(dirname(dirname(runtime)), 'LICENSE');
  copyIfThere(license, join(stageDir, 'node', 'LICENSE'));
  const command = isWindows ? 'toolswarm.cmd' : 'toolswarm';
  const shim = join(stageDir, 'bin', command);
  copyTo(join(root, 'assets', 'bin', command), shim);
  chmodSync(shim, 0o755);
}

const copyAddon = (path: string): void => copy(join('node_modules', path), join(stageDir, 'addons', path));

const copy = (from: string, to: string): void => copyTo(join(root, from), to);

function copyTo(from: string, to: string): void {
  mkdirSync(dirname(to), { recursive: true });
  cpSync(from, to, { recursive: true, filter: (path) => !path.endsWith('.map') });
}

/** A Node that a system brought has its licence elsewhere. */
function copyIfThere(from: string, to: string): void {
  try {
    copyFileSync(from, to);
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code !== 'ENOENT') throw error;
  }
}
