/** Updates from a feed on this machine, through the real electron-updater of the packaged application. */
import { createHash } from 'node:crypto';
import { existsSync, mkdtempSync, readFileSync, writeFileSync } from 'node:fs';
import { createServer, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import { join } from 'node:path';
import type { Locator, Page } from '@playwright/test';
import { toBase64Url } from '#shared/kernel/bytes.ts';
import { signManifests } from '#scripts/packaging/sign.ts';
import { EXECUTABLE, expect, test as base } from './packaged-app.ts';
import { openThisComputer } from './this-computer.ts';

const SEED = toBase64Url(new Uint8Array(32).fill(3));
const NAME = 'toolswarm-9.0.0-linux-x64.AppImage';

interface Feed {
  url: string;
  publicKey: string;
  folder: string;
}

const test = base.extend<{ feed: Feed }>({
  feed: async ({ scratch }, provide) => {
    const folder = mkdtempSync(join(scratch, 'feed-'));
    const release = `#!/bin/sh\ntouch "${folder}/started"\n`;
    writeFileSync(join(folder, NAME), release);
    const sha512 = createHash('sha512').update(release).digest('base64');
    const file = `url: ${NAME}\n    sha512: ${sha512}\n    size: ${release.length}`;
    writeFileSync(
      join(folder, 'latest-linux.yml'),
      `version: 9.0.0\nfiles:\n  - ${file}\npath: ${NAME}\nsha512: ${sha512}\nreleaseDate: '2026-01-01T00:00:00.000Z'\n`,
    );
    const publicKey = signManifests(folder, SEED);
    const server = await serve(folder);
    const { port } = server.address() as AddressInfo;
    await provide({ url: `http://127.0.0.1:${port}/`, publicKey, folder });
    server.closeAllConnections();
    server.close();
  },
});

function serve(folder: string): Promise<Server> {
  const server = createServer(({ url = '/' }, response) => {
    const file = join(folder, url.slice(1).split('?')[0] ?? '');
    if (!existsSync(file) || url === '/') return void response.writeHead(404).end();
    const content = readFileSync(file);
    response.writeHead(200, { 'content-length': content.length }).end(content);
  });
  return new Promise((resolve) => server.listen(0, '127.0.0.1', () => resolve(server)));
}

test.skip(
  process.platform !== 'linux' || process.arch !== 'x64',
  'the release of the test is one for Linux on x64',
);

/** The file that the application takes itself to be started from. */
function appImageIn(folder: string): string {
  const file = join(mkdtempSync(join(folder, 'app-')), 'Toolswarm.AppImage');
  writeFileSync(file, '#!/bin/sh\n', { mode: 0o755 });
  return file;
}

/** Types the feed and its key into the settings, and looks for a release. */
async function follow(page: Page, { url, publicKey }: Feed): Promise<Locator> {
  const card = await openThisComputer(page);
  await card.getByRole('button', { name: 'Set up updates' }).click();
  const dialog = page.getByRole('dialog');
  await dialog.getByRole('textbox', { name: 'Address of the feed' }).fill(url);
  await dialog.getByRole('textbox', { name: 'Key of the publisher' }).fill(publicKey);
  await dialog.getByRole('button', { name: 'Save' }).click();
  await expect(dialog).toBeHidden();
  await card.getByRole('button', { name: 'Look now' }).click();
  return card;
}

test('a signed release is downloaded, and installed when the person says so', async ({
  packaged,
  scratch,
  start,
  feed,
}) => {
  const appImage = appImageIn(scratch);
  const { page, processes } = await start(join(packaged, EXECUTABLE), undefined, { APPIMAGE: appImage });
  const card = await follow(page, feed);
  await expect(card).toContainText('Version 9.0.0 is downloaded and its signature is right.', {
    timeout: 20_000,
  });
  expect(readFileSync(appImage, 'utf8')).toBe('#!/bin/sh\n');

  await card.getByRole('button', { name: 'Install and restart' }).click();
  await expect.poll(() => existsSync(join(feed.folder, 'started')), { timeout: 20_000 }).toBe(true);
  await expect.poll(processes, { timeout: 30_000 }).toEqual([]);
});

test('a release that is not what was signed is refused', async ({ packaged, scratch, start, feed }) => {
  const appImage = appImageIn(scratch);
  writeFileSync(
    join(feed.folder, NAME),
    '#!/bin/sh\necho evil\n'.padEnd(readFileSync(join(feed.folder, NAME)).length),
  );
  const { page } = await start(join(packaged, EXECUTABLE), undefined, { APPIMAGE: appImage });
  const card = await follow(page, feed);
  await expect(card).toContainText('The last attempt failed.', { timeout: 20_000 });
  await expect(card.getByRole('button', { name: 'Install and restart' })).toHaveCount(0);
});
