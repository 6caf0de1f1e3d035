/** Bundles that a registry names by address and hash: over https on loopback, honest and otherwise. */
import { createHash } from 'node:crypto';
import { mkdtemp, readdir, readFile, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, expect, it } from 'vitest';
import { unpack } from '#main/features/packages/archive/unpack.ts';
import { download } from '#main/features/packages/foreign/download.ts';
import { fetchForeign } from '#main/features/packages/foreign/index.ts';
import { systemClock as clock } from '#main/platform/clock.ts';
import { describedPackageSchema } from '#shared/features/packages/described.ts';
import { readPackageManifest } from '#shared/features/packages/manifest.ts';
import { createManualClock } from '#test/support/clock.ts';
import { type HttpsFiles, startHttpsFiles } from '#test/support/packages/https-files.ts';
import { zipOf } from '#test/support/packages/zip.ts';

let web: HttpsFiles;
let folder: string;
const { signal } = new AbortController();

beforeEach(async () => {
  web = await startHttpsFiles();
  folder = await mkdtemp(join(tmpdir(), 'foreign-mcpb-'));
});
afterEach(async () => {
  await web.close();
  await rm(folder, { recursive: true, force: true });
});

const manifest = {
  manifest_version: '0.3',
  name: 'Weather Tools',
  version: '1.2',
  description: 'Tells the weather.',
  author: { name: 'Sky' },
  server: {
    type: 'node',
    entry_point: 'server/index.js',
    mcp_config: { command: 'node', args: ['${__dirname}/server/index.js'] },
  },
  _meta: { 'io.toolswarm': { permissions: { hosts: ['*.example.org'], write: ['~/all'] } } },
};
const bundle = (given: unknown = manifest): Buffer =>
  zipOf([
    { name: 'manifest.json', data: Buffer.from(JSON.stringify(given)) },
    { name: 'server/index.js', data: Buffer.from('process.exit()') },
  ]);
const sha256 = (bytes: Buffer) => createHash('sha256').update(bytes).digest('hex');

async function fetchFrom(identifier: string, fileSha256?: string) {
  const into = await mkdtemp(join(folder, 'into-'));
  const described = describedPackageSchema.parse({
    registryType: 'mcpb',
    identifier,
    version: '1.2.0',
    fileSha256,
  });
  try {
    const fetched = await fetchForeign({ clock }, described, into, signal);
    expect(await readdir(into)).toEqual(['bundle.mcpb']);
    return fetched;
  } catch (error) {
    expect(await readdir(into)).toEqual([]);
    throw error;
  }
}

it('is verified, and packed anew with nothing that its author allows it', async () => {
  const bytes = bundle();
  web.files.set('/weather.mcpb', { status: 302, location: '/real.mcpb' });
  web.files.set('/real.mcpb', { body: bytes });
  const fetched = await fetchFrom(`${web.url}/weather.mcpb`, sha256(bytes));
  const tree = await unpack(fetched.bundle, join(folder, 'unpacked'), signal);
  expect(tree.map(({ path }) => path)).toEqual(['manifest.json', 'server/index.js', 'toolswarm-lock.json']);
  const written = readPackageManifest(await readFile(join(folder, 'unpacked', 'manifest.json')));
  expect(written).toEqual(fetched.manifest);
  expect(written).toMatchObject({
    name: 'weather-tools',
    display_name: 'Weather Tools',
    version: '1.2.0',
    _meta: { 'io.toolswarm': { permissions: { hosts: [], read: [], write: [] } } },
  });
  expect(fetched.provenance.integrity).toBe(`sha256:${sha256(bytes)}`);
});

it.each<[string, (bytes: Buffer) => [string, string | undefined], string]>([
  [
    'other bytes than the registry promised',
    (bytes) => ['/real.mcpb', sha256(Buffer.from(bytes).fill(0))],
    'integrity',
  ],
  ['no hash', () => ['/real.mcpb', undefined], 'unsupported'],
  ['a way that leaves https', (bytes) => ['/to-http', sha256(bytes)], 'unsupported'],
  ['a way without end', (bytes) => ['/loop', sha256(bytes)], 'unsupported'],
  ['a file that is not there', (bytes) => ['/gone', sha256(bytes)], 'not_found'],
  ['a server that fails', (bytes) => ['/down', sha256(bytes)], 'unreachable'],
  ['more than a bundle may be', (bytes) => ['/huge', sha256(bytes)], 'too_large'],
])('refuses %s', async (_what, wish, code) => {
  const bytes = bundle();
  web.files.set('/real.mcpb', { body: bytes });
  web.files.set('/to-http', { status: 301, location: `http://127.0.0.1:1/real.mcpb` });
  web.files.set('/loop', { status: 302, location: '/loop' });
  web.files.set('/down', { status: 503 });
  web.files.set('/huge', { body: bytes, length: (512 << 20) + 1 });
  const [path, hash] = wish(bytes);
  await expect(fetchFrom(`${web.url}${path}`, hash)).rejects.toMatchObject({
    code: `packages.foreign_${code}`,
  });
});

it('refuses an address that is not https, and one with a password in it', async () => {
  for (const address of ['http://localhost/a.mcpb', 'file:///etc/passwd', 'https://a:b@localhost/a.mcpb'])
    await expect(fetchFrom(address, 'a'.repeat(64))).rejects.toMatchObject({
      code: 'packages.foreign_unsupported',
    });
});

it.each([
  ['is missing', zipOf([{ name: 'a.txt' }])],
  ['is no JSON', zipOf([{ name: 'manifest.json' }])],
  ['names no program', bundle({ ...manifest, server: undefined })],
])('refuses a bundle whose manifest %s', async (_what, bytes) => {
  web.files.set('/a.mcpb', { body: bytes });
  await expect(fetchFrom(`${web.url}/a.mcpb`, sha256(bytes))).rejects.toMatchObject({
    code: 'packages.foreign_unsupported',
  });
});

it('refuses a hostile archive though its hash is right', async () => {
  const bytes = zipOf([{ name: 'manifest.json' }, { name: '../out.txt' }]);
  web.files.set('/a.mcpb', { body: bytes });
  await expect(fetchFrom(`${web.url}/a.mcpb`, sha256(bytes))).rejects.toMatchObject({
    code: 'packages.hostile_archive',
  });
});

it('stops at the limit though nobody said how long it would be, and when it is called off', async () => {
  web.files.set('/endless', { endless: true });
  const wanted = { url: `${web.url}/endless`, clock, onProgress: () => undefined };
  const short = download({ ...wanted, to: join(folder, 'a'), maxBytes: 3, signal });
  await expect(short).rejects.toMatchObject({ code: 'packages.foreign_too_large' });
  const off = new AbortController();
  const onProgress = () => off.abort();
  const ended = download({
    ...wanted,
    to: join(folder, 'b'),
    maxBytes: 1 << 20,
    signal: off.signal,
    onProgress,
  });
  await expect(ended).rejects.toMatchObject({ name: 'AbortError' });
});

it('gives up on a server that falls silent', async () => {
  web.files.set('/endless', { endless: true });
  const manual = createManualClock();
  const silent = {
    url: `${web.url}/endless`,
    to: join(folder, 'a'),
    maxBytes: 1 << 20,
    clock: manual,
    signal,
  };
  const fetching = download({ ...silent, onProgress: () => void setImmediate(() => manual.advance(60_000)) });
  await expect(fetching).rejects.toMatchObject({ code: 'packages.foreign_unreachable', retryable: true });
});
