/** npm packages as bundles: real archives from a registry on loopback, npm's own resolver, hostile content. */
import { execFile } from 'node:child_process';
import { randomBytes } from 'node:crypto';
import { gzipSync } from 'node:zlib';
import { mkdtemp, readdir, readFile, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { unpack } from '#main/features/packages/archive/unpack.ts';
import { fetchForeign } from '#main/features/packages/foreign/index.ts';
import { resolveNpm } from '#main/features/packages/foreign/npm-tree.ts';
import { fetchNpmPart } from '#main/features/packages/foreign/npm-unpack.ts';
import { systemClock as clock } from '#main/platform/clock.ts';
import { type DescribedPackage, describedPackageSchema } from '#shared/features/packages/described.ts';
import { readPackageManifest } from '#shared/features/packages/manifest.ts';
import {
  bomb,
  type NpmRegistryServer,
  startNpmRegistry,
  tarball,
} from '#test/support/packages/npm-registry.ts';

let registry: NpmRegistryServer;
let folder: string;
const { signal } = new AbortController();

beforeEach(async () => {
  registry = await startNpmRegistry();
  folder = await mkdtemp(join(tmpdir(), 'foreign-npm-'));
});
afterEach(async () => {
  await registry.close();
  await rm(folder, { recursive: true, force: true });
});

const weather = (more: object = {}): DescribedPackage =>
  describedPackageSchema.parse({
    registryType: 'npm',
    identifier: '@sky/weather-mcp',
    version: '1.2.0',
    ...more,
  });
const fetchInto = async (described: DescribedPackage, name = 'one') => {
  const into = await mkdtemp(join(folder, `${name}-`));
  const fetched = await fetchForeign({ clock, npmRegistry: registry.url }, described, into, signal);
  expect(await readdir(into)).toEqual(['bundle.mcpb']);
  return fetched;
};
const refusal = async (described: DescribedPackage) => {
  const into = await mkdtemp(join(folder, 'refused-'));
  const fault = await fetchForeign({ clock, npmRegistry: registry.url }, described, into, signal).catch(
    (error: unknown) => error as { code: string; advice: string },
  );
  expect(await readdir(into)).toEqual([]);
  return 'code' in fault ? fault.code : 'taken';
};

function publishWeather(more: Partial<Parameters<NpmRegistryServer['publish']>[0]> = {}): void {
  registry.publish(
    {
      name: '@sky/weather-mcp',
      version: '1.2.0',
      json: {
        description: 'Tells the weather.',
        author: { name: 'Sky' },
        license: 'MIT',
        engines: { node: '>=18' },
        bin: { 'weather-mcp': './bin/run.js' },
        dependencies: { clouds: '^2.0.0' },
        devDependencies: { 'test-things': '1.0.0' },
        scripts: { postinstall: 'node -e "process.exit(1)"' },
      },
      files: { 'bin/run.js': '#!/usr/bin/env node\nconsole.log(require("clouds"));' },
      ...more,
    },
    {
      name: 'clouds',
      version: '2.0.9',
      json: { main: 'index.js' },
      files: { 'index.js': 'module.exports = "many";' },
    },
    { name: 'clouds', version: '3.0.0' },
  );
}

describe('an npm package', () => {
  it('becomes a bundle that runs: itself and what it needs, and nothing of it was run', async () => {
    publishWeather();
    const { bundle, manifest, provenance } = await fetchInto(
      weather({
        environmentVariables: [
          { name: 'API_KEY', isSecret: true, isRequired: true, description: 'From the sky' },
          { name: 'UNITS', value: 'metric' },
        ],
        packageArguments: [{ type: 'named', name: '--city', default: 'Cairo' }],
      }),
    );
    const root = join(folder, 'unpacked');
    const tree = await unpack(bundle, root, signal);
    expect(tree.map(({ path }) => path)).toEqual([
      'manifest.json',
      'node_modules/@sky/weather-mcp/bin/run.js',
      'node_modules/@sky/weather-mcp/package.json',
      'node_modules/clouds/index.js',
      'node_modules/clouds/package.json',
      'toolswarm-lock.json',
    ]);
    expect(readPackageManifest(await readFile(join(root, 'manifest.json')))).toEqual(manifest);
    expect(manifest).toMatchObject({
      name: 'weather-mcp',
      version: '1.2.0',
      license: 'MIT',
      server: {
        type: 'node',
        entry_point: 'node_modules/@sky/weather-mcp/bin/run.js',
        mcp_config: {
          command: 'node',
          args: ['${__dirname}/node_modules/@sky/weather-mcp/bin/run.js', '--city=${user_config.city}'],
          env: { API_KEY: '${user_config.API_KEY}', UNITS: 'metric' },
        },
      },
      user_config: {
        API_KEY: { sensitive: true, required: true },
        city: { default: 'Cairo', sensitive: false },
      },
      compatibility: { runtimes: { node: '>=18' } },
    });
    expect(manifest._meta?.['io.toolswarm']?.permissions).toMatchObject({ hosts: [], read: [], write: [] });
    expect(provenance).toMatchObject({
      registryType: 'npm',
      identifier: '@sky/weather-mcp',
      version: '1.2.0',
    });
    expect(provenance.parts.map(({ name, version }) => `${name}@${version}`)).toEqual([
      '@sky/weather-mcp@1.2.0',
      'clouds@2.0.9',
    ]);
    expect(JSON.parse(await readFile(join(root, 'toolswarm-lock.json'), 'utf8'))).toEqual(provenance);
    const { stdout } = await promisify(execFile)(process.execPath, [join(root, manifest.server.entry_point)]);
    expect(stdout).toBe('many\n');
  });

  it('gives the same bytes for the same parts', async () => {
    publishWeather();
    const [first, second] = [await fetchInto(weather(), 'first'), await fetchInto(weather(), 'second')];
    expect((await readFile(first.bundle)).equals(await readFile(second.bundle))).toBe(true);
  });

  it('brings what it needs to where Node looks for it: nested, carried inside, for this platform alone', async () => {
    const here = { os: [process.platform], cpu: [process.arch] };
    const main = 'module.exports = require("./package.json").version;';
    publishWeather({
      json: {
        bin: './bin/run.js',
        dependencies: { clouds: '^2.0.0', rain: '1.0.0' },
        optionalDependencies: { 'sky-here': '1.0.0', 'sky-elsewhere': '1.0.0' },
        bundleDependencies: ['wind'],
      },
      files: {
        'bin/run.js': '#!/usr/bin/env node\nconsole.log(require("clouds"), require("rain"), require("wind"))',
        'node_modules/wind/package.json': '{"name":"wind","version":"7.0.0"}',
        'node_modules/wind/index.js': main,
        'certificates/roots.pem': 'kept',
      },
    });
    registry.publish(
      {
        name: 'rain',
        version: '1.0.0',
        json: { dependencies: { clouds: '^3.0.0' } },
        files: { 'index.js': 'module.exports = require("clouds");' },
      },
      { name: 'clouds', version: '2.1.0', files: { 'index.js': main } },
      { name: 'clouds', version: '3.1.0', files: { 'index.js': main } },
      { name: 'sky-here', version: '1.0.0', json: here, files: { 'a.node': '' } },
      { name: 'sky-elsewhere', version: '1.0.0', json: { os: ['aix'] } },
    );
    const { bundle, manifest, provenance } = await fetchInto(weather());
    expect(provenance.parts.map(({ name, version }) => `${name}@${version}`)).toEqual([
      '@sky/weather-mcp@1.2.0',
      'clouds@2.1.0',
      'rain@1.0.0',
      'clouds@3.1.0',
      'sky-here@1.0.0',
    ]);
    expect(manifest.compatibility?.platforms).toEqual([process.platform]);
    const root = join(folder, 'unpacked');
    const paths = (await unpack(bundle, root, signal)).map(({ path }) => path);
    expect(paths).toContain('node_modules/@sky/weather-mcp/certificates/roots.pem');
    const { stdout } = await promisify(execFile)(process.execPath, [join(root, manifest.server.entry_point)]);
    expect(stdout).toBe('2.1.0 3.1.0 7.0.0\n');
  });

  it('loses links, and nothing leaves its folder', async () => {
    publishWeather({
      entries: [
        { path: 'package/link', type: '2', linkTo: '/etc/passwd' },
        { path: 'package/way', type: '2', linkTo: folder },
        { path: 'package/way/through.js', content: 'inside after all' },
        { path: 'package/hard', type: '1', linkTo: 'package/package.json' },
        { path: '/etc/absolute', content: 'inside after all' },
      ],
    });
    const { bundle } = await fetchInto(weather());
    const tree = await unpack(bundle, join(folder, 'unpacked'), signal);
    const paths = tree.map(({ path }) => path);
    expect(paths).not.toContain('node_modules/@sky/weather-mcp/link');
    expect(paths).toContain('node_modules/@sky/weather-mcp/way/through.js');
    expect(
      paths.filter((path) => !/^(node_modules\/|manifest.json$|toolswarm-lock.json$)/.test(path)),
    ).toEqual([]);
  });
});

describe('what is refused, with nothing left behind', () => {
  it('a path that leads out', async () => {
    publishWeather({ entries: [{ path: 'package/../../../out.js', content: 'x' }] });
    expect(await refusal(weather())).toBe('packages.foreign_unsupported');
  });

  it('other bytes than the registry promised', async () => {
    publishWeather();
    registry.tamper('clouds', '2.0.9');
    expect(await refusal(weather())).toBe('packages.foreign_integrity');
  });

  it('no hash at all', async () => {
    publishWeather({ dist: { integrity: undefined, shasum: undefined } });
    expect(await refusal(weather())).toBe('packages.foreign_integrity');
  });

  it('an archive that inflates without end', async () => {
    publishWeather();
    registry.publish({ name: 'clouds', version: '2.1.0', archive: bomb(1 << 30) });
    expect(await refusal(weather())).toBe('packages.foreign_too_large');
  });

  it.each([
    ['no archive at all', Buffer.from('<html>')],
    [
      'an archive that ends in the middle',
      tarball([{ path: 'package/a.js', content: 'x'.repeat(9_000) }]).subarray(0, 60),
    ],
    ['an archive in an archive', gzipSync(tarball([{ path: 'package/a.js', content: 'x' }]))],
    ['an archive that is compressed noise', gzipSync(randomBytes(4_096))],
  ])('%s, though its hash is right', async (_what, archive) => {
    publishWeather();
    registry.publish({ name: 'clouds', version: '2.1.0', archive });
    expect(await refusal(weather())).toBe('packages.foreign_integrity');
  });

  it.each([
    ['files', { files: 1, bytes: 1 << 20 }],
    ['bytes', { files: 9, bytes: 40 }],
  ])('more %s than there is room for', async (_what, room) => {
    publishWeather();
    const wish = { name: 'clouds', version: '2.0.9', registry: registry.url };
    const [root, cache] = [join(folder, 'tree'), join(folder, 'cache')];
    const [part] = await resolveNpm(wish, root, cache, signal);
    if (!part) throw new Error('nothing was found');
    const fetching = fetchNpmPart(part, { wish, root, cache, room, signal });
    await expect(fetching).rejects.toMatchObject({ code: 'packages.foreign_too_large' });
  });

  it.each([
    ['an unknown package', { identifier: 'nobody-has-this' }, 'packages.foreign_not_found'],
    ['an unknown version', { version: '9.9.9' }, 'packages.foreign_not_found'],
    ['a range', { version: '^1.0.0' }, 'packages.foreign_unsupported'],
    ['a folder of this machine', { identifier: 'file:/etc' }, 'packages.foreign_unsupported'],
    ['an address', { identifier: 'https://example.org/a.tgz' }, 'packages.foreign_unsupported'],
    ['another kind', { registryType: 'oci' }, 'packages.foreign_unsupported'],
    [
      'a server that listens',
      { transport: { type: 'streamable-http', url: 'http://x' } },
      'packages.foreign_unsupported',
    ],
    [
      'a variable that loads code',
      { environmentVariables: [{ name: 'NODE_OPTIONS' }] },
      'packages.foreign_unsupported',
    ],
  ])('%s', async (_what, more, code) => {
    publishWeather();
    expect(await refusal(weather(more))).toBe(code);
  });

  it.each([
    ['git', 'git+ssh://git@example.org/a/b.git'],
    ['an address', 'http://127.0.0.1:1/evil.tgz'],
    ['a folder', 'file:../../../etc'],
  ])('a dependency from %s', async (_what, wanted) => {
    publishWeather({ json: { bin: './bin/run.js', dependencies: { clouds: wanted } } });
    expect(await refusal(weather())).toBe('packages.foreign_unsupported');
  });

  it.each([
    ['none', {}],
    ['one outside', { bin: '../../../bin/sh' }],
    ['an absolute one', { bin: '/bin/sh' }],
    ['one that is missing', { bin: './gone.js' }],
    ['one for another interpreter', { bin: './shell.sh' }],
    ['several, none of its name', { bin: { a: './bin/run.js', b: './other.js' } }],
  ])('a program: %s', async (_what, json) => {
    publishWeather({ json, files: { 'bin/run.js': '', 'other.js': '', 'shell.sh': '#!/bin/sh\necho' } });
    expect(await refusal(weather())).toBe('packages.foreign_no_program');
  });

  it('a registry that does not answer', async () => {
    await registry.close();
    expect(await refusal(weather())).toBe('packages.foreign_unreachable');
  });

  it('ends when it is called off', async () => {
    publishWeather();
    const into = await mkdtemp(join(folder, 'off-'));
    const fetching = fetchForeign({ clock, npmRegistry: registry.url }, weather(), into, AbortSignal.abort());
    await expect(fetching).rejects.toMatchObject({ name: 'AbortError' });
    expect(await readdir(into)).toEqual([]);
  });
});
