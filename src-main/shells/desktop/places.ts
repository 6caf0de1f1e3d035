/** Where the parts of the application lie, in a checkout and in an installed application alike. */
import { existsSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { AppError } from '#shared/kernel/errors.ts';

export interface Places {
  preload: string;
  /** The built pages. */
  renderer: string;
  /** The node's bundles: the command line, and the same to be loaded into a process. */
  cli: string;
  commandLine: string;
}

/**
 * Everything that the node reads lies outside of the application's archive: its Node knows no archives.
 * @param here folder of the built main program, `…/dist/desktop`.
 */
export function findPlaces(here: string): Places {
  const dist = dirname(here);
  const unpacked = dist.replace(/app\.asar(?=[/\\])/, 'app.asar.unpacked');
  return {
    preload: join(here, 'preload.cjs'),
    renderer: join(unpacked, 'renderer'),
    cli: join(unpacked, 'node', 'cli.js'),
    commandLine: join(unpacked, 'node', 'command-line.js'),
  };
}

/**
 * The Node that the application brings: among its resources when it is installed, a package of the checkout otherwise.
 * Throws `desktop.no_runtime`.
 * @param resources `process.resourcesPath`
 */
export function findNodeRuntime({
  here,
  resources,
  platform = process.platform,
  arch = process.arch,
  exists = existsSync,
}: {
  here: string;
  resources: string;
  platform?: NodeJS.Platform;
  arch?: string;
  exists?: (path: string) => boolean;
}): string {
  const file = platform === 'win32' ? 'node.exe' : 'node';
  const packages = [
    `node-${platform === 'win32' ? 'win' : platform}-${arch}`,
    `node-bin-${platform}-${arch}`,
  ];
  const root = dirname(dirname(here));
  const candidates = [
    join(resources, 'node', 'bin', file),
    join(resources, 'node', file),
    ...packages.map((name) => join(root, 'node_modules', name, 'bin', file)),
  ];
  const found = candidates.find(exists);
  if (found) return found;
  throw new AppError('desktop.no_runtime', 'The Node that the application brings is missing.', {
    advice: 'Install the application again; in a checkout run `npm install`, optional dependencies included.',
  });
}
