import { createServer, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { toBase64Url } from '#shared/kernel/bytes.ts';
import { providerIdOf } from '#shared/kernel/ids.ts';
import { createSigner } from '#main/platform/crypto.ts';
import { silentLog } from '#main/platform/log.ts';
import { openSystemSettings } from '#main/shells/desktop/system-settings.ts';
import { createUpdater, type UpdateEngine } from '#main/shells/desktop/updater.ts';
import { checkFeed, readManifest, releaseMessage } from '#main/shells/desktop/updater-feed.ts';
import { manifestName } from '#main/shells/desktop/updater-engine.ts';
import { createFetchText } from '#main/shells/desktop/updater-fetch.ts';
import { createManualClock } from '#test/support/clock.ts';

const publisher = createSigner(new Uint8Array(32).fill(7));
const stranger = createSigner(new Uint8Array(32).fill(8));
const publicKey = providerIdOf(publisher.publicKey);
const signatureBy = (signer: typeof publisher, manifest: string) =>
  toBase64Url(signer.sign(releaseMessage(manifest)));

const MANIFEST = [
  'version: 1.2.0',
  'files:',
  '  - url: toolswarm-1.2.0-linux-x64.AppImage',
  '    sha512: q83vEg==',
  '    size: 12',
  'path: toolswarm-1.2.0-linux-x64.AppImage',
  '',
].join('\n');

let feed = '';
let server: Server;
let asked: string[] = [];
let files: Record<string, string> = {};
let folder = '';

beforeEach(async () => {
  folder = mkdtempSync(join(tmpdir(), 'toolswarm-updates-'));
  asked = [];
  files = { '/latest-linux.yml': MANIFEST, '/latest-linux.yml.sig': signatureBy(publisher, MANIFEST) };
  server = createServer(({ url = '' }, response) => {
    asked.push(url);
    const text = files[url];
    response.writeHead(text === undefined ? 404 : 200).end(text);
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  feed = `http://127.0.0.1:${(server.address() as AddressInfo).port}/`;
});

afterEach(async () => {
  await new Promise((resolve) => server.close(resolve));
  rmSync(folder, { recursive: true, force: true });
});

const fetchText = createFetchText((url, init) => fetch(url, init));
const { signal } = new AbortController();
const read = (key = publicKey) =>
  readManifest({ url: feed, publicKey: key }, 'latest-linux.yml', fetchText, signal);

describe('a feed', () => {
  it('is believed where its publisher signed it', async () => {
    await expect(read()).resolves.toMatchObject({ version: '1.2.0', files: [{ sha512: 'q83vEg==' }] });
  });

  it.each<[string, () => void]>([
    ['signed by a stranger', () => (files['/latest-linux.yml.sig'] = signatureBy(stranger, MANIFEST))],
    ['changed after it was signed', () => (files['/latest-linux.yml'] = MANIFEST.replace('1.2.0', '9.9.9'))],
    ['without a real signature', () => (files['/latest-linux.yml.sig'] = 'trust me')],
    ['with an empty signature', () => (files['/latest-linux.yml.sig'] = '')],
    [
      'signed for another purpose',
      () =>
        (files['/latest-linux.yml.sig'] = toBase64Url(publisher.sign(new TextEncoder().encode(MANIFEST)))),
    ],
  ])('%s is refused', async (_, spoil) => {
    spoil();
    await expect(read()).rejects.toMatchObject({ code: 'desktop.update_unsigned' });
  });

  it('that leads elsewhere is refused, even signed', async () => {
    for (const url of ['https://evil.example/a.AppImage', '../a.AppImage', '/a', 'a/b']) {
      const manifest = MANIFEST.replaceAll('toolswarm-1.2.0-linux-x64.AppImage', url);
      files = { '/latest-linux.yml': manifest, '/latest-linux.yml.sig': signatureBy(publisher, manifest) };
      await expect(read()).rejects.toMatchObject({ code: 'desktop.update_malformed' });
    }
  });

  it('that is away or endless is said so', async () => {
    delete files['/latest-linux.yml.sig'];
    await expect(read()).rejects.toMatchObject({ code: 'desktop.unreachable', retryable: true });
    files['/latest-linux.yml.sig'] = 'x'.repeat(300_000);
    await expect(read()).rejects.toMatchObject({ code: 'desktop.unreachable' });
  });

  it('has an https address, or one of this machine, and a key', () => {
    expect(checkFeed({ url: 'https://a.example/releases?x=1#y', publicKey }).url).toBe(
      'https://a.example/releases/',
    );
    for (const url of ['http://a.example/', 'file:///tmp/', 'releases', ''])
      expect(() => checkFeed({ url, publicKey })).toThrow(
        expect.objectContaining({ code: 'desktop.bad_feed' }),
      );
    expect(() => checkFeed({ url: 'https://a.example/', publicKey: 'z6Mknope' })).toThrow(
      expect.objectContaining({ code: 'desktop.bad_key' }),
    );
  });

  it('names a manifest for each system', () => {
    expect(manifestName({ platform: 'linux', arch: 'x64' })).toBe('latest-linux.yml');
    expect(manifestName({ platform: 'linux', arch: 'arm64' })).toBe('latest-linux-arm64.yml');
    expect(manifestName({ platform: 'darwin', arch: 'arm64' })).toBe('latest-mac.yml');
    expect(manifestName({ platform: 'win32', arch: 'x64' })).toBe('latest.yml');
  });
});

describe('updates', () => {
  function setUp(part: Partial<UpdateEngine> = {}, present = '1.0.0') {
    const done: string[] = [];
    const engine: UpdateEngine = {
      unsupported: false,
      async find(wanted, signal) {
        const { version } = await readManifest(wanted, 'latest-linux.yml', fetchText, signal);
        return version === present ? undefined : version;
      },
      download: () => Promise.resolve(void done.push('download')),
      install: () => void done.push('install'),
      ...part,
    };
    const clock = createManualClock();
    const settings = openSystemSettings(join(folder, 'desktop.json'), silentLog);
    const updater = createUpdater({ engine, settings, clock, log: silentLog });
    return { updater, clock, settings, done };
  }

  it('are off: nothing is asked, however long it runs', async () => {
    const { updater, clock } = setUp();
    clock.advance(30 * 86_400_000);
    expect(updater.view()).toEqual({ state: 'off' });
    await expect(updater.check()).rejects.toMatchObject({ code: 'desktop.updates_off' });
    expect(asked).toEqual([]);
  });

  it('are found, downloaded, and installed only by a person', async () => {
    const { updater, done } = setUp();
    const states: string[] = [];
    updater.subscribe(() => states.push(updater.view().state));
    updater.configure({ url: feed, publicKey });
    expect(() => updater.install()).toThrow(expect.objectContaining({ code: 'desktop.no_update' }));
    await updater.check();
    expect(states).toEqual(['idle', 'checking', 'checking', 'downloading', 'ready']);
    expect(updater.view()).toMatchObject({ state: 'ready', version: '1.2.0' });
    expect(done).toEqual(['download']);
    updater.install();
    expect(done).toEqual(['download', 'install']);
  });

  it('come by themselves once a feed is known, also after a restart', async () => {
    setUp().updater.configure({ url: feed, publicKey });
    const { updater, clock } = setUp();
    expect(updater.view()).toMatchObject({ state: 'idle', feed, publicKey });
    clock.advance(61_000);
    await expect.poll(() => updater.view().state).toBe('ready');
  });

  it('that are unsigned are neither downloaded nor installed', async () => {
    files['/latest-linux.yml.sig'] = signatureBy(stranger, MANIFEST);
    const { updater, done } = setUp();
    updater.configure({ url: feed, publicKey });
    await expect(updater.check()).rejects.toMatchObject({ code: 'desktop.update_unsigned' });
    expect(updater.view()).toMatchObject({ state: 'failed', fault: { code: 'desktop.update_unsigned' } });
    expect(done).toEqual([]);
  });

  it('end with the version that runs', async () => {
    const { updater, done } = setUp({}, '1.2.0');
    updater.configure({ url: feed, publicKey });
    await updater.check();
    expect(updater.view()).toMatchObject({ state: 'idle' });
    expect(done).toEqual([]);
  });

  it('are turned off again, and what is still on its way is forgotten', async () => {
    const { updater, settings, done } = setUp();
    updater.configure({ url: feed, publicKey });
    const checking = updater.check();
    updater.configure({});
    await checking;
    expect(updater.view()).toEqual({ state: 'off' });
    expect(settings.get().updates).toEqual({});
    expect(done).toEqual([]);
  });

  it('are left to the package manager where one installed the application', () => {
    const { updater } = setUp({ unsupported: true });
    expect(updater.view()).toEqual({ state: 'unsupported' });
    expect(() => updater.configure({ url: feed, publicKey })).toThrow(
      expect.objectContaining({ code: 'desktop.updates_unsupported' }),
    );
  });
});
