/** The packaged application is used as an installed one: what is in it, what is shut, and a tool that is called. */
import { execFileSync } from 'node:child_process';
import { existsSync, readdirSync, readlinkSync } from 'node:fs';
import { join } from 'node:path';
import { listPackage } from '@electron/asar';
import { FuseV1Options, getCurrentFuseWire } from '@electron/fuses';
import { root } from '#scripts/lib/root.mjs';
import { EXECUTABLE, expect, test } from './packaged-app.ts';

const everything = join(
  root,
  'node_modules',
  '@modelcontextprotocol',
  'server-everything',
  'dist',
  'index.js',
);

test('nothing but the application is in it', ({ packaged }) => {
  const resources = join(packaged, 'resources');
  const parts = ['app-update.yml', 'app.asar', 'app.asar.unpacked', 'bin', 'node'];
  expect(readdirSync(resources).sort()).toEqual(parts);
  const files = listPackage(join(resources, 'app.asar'), { isPack: false });
  expect(files.filter((file) => /node_modules|\.map$|\.ts$/.test(file))).toEqual([]);
  expect(files).toContain('/assets/tray/running-dark@2x.png');
  // The sandbox brings its helper that blocks sockets; it is a program, and runs from a file.
  const sandbox = '@anthropic-ai';
  const addons = [sandbox, '@node-datachannel', 'better-sqlite3', 'detect-libc', 'node-datachannel'];
  expect(readdirSync(join(resources, 'app.asar.unpacked', 'node_modules')).sort()).toEqual(addons);
});

test('the addon for direct connections loads on the Node that it brings', ({ packaged }) => {
  const resources = join(packaged, 'resources');
  const program =
    "import('node-datachannel/polyfill').then(({ RTCPeerConnection: { name } }) => console.log(name))";
  const printed = execFileSync(
    join(resources, 'node', 'bin', 'node'),
    ['--input-type=module', '-e', program],
    {
      cwd: join(resources, 'app.asar.unpacked'),
      encoding: 'utf8',
    },
  );
  expect(printed.trim()).toBe('RTCPeerConnection');
});

test('its fuses are set', async ({ packaged }) => {
  const wire = await getCurrentFuseWire(join(packaged, EXECUTABLE));
  const off = [
    FuseV1Options.RunAsNode,
    FuseV1Options.EnableNodeOptionsEnvironmentVariable,
    FuseV1Options.EnableNodeCliInspectArguments,
    FuseV1Options.GrantFileProtocolExtraPrivileges,
    FuseV1Options.LoadBrowserProcessSpecificV8Snapshot,
  ];
  const on = [
    FuseV1Options.EnableCookieEncryption,
    FuseV1Options.EnableEmbeddedAsarIntegrityValidation,
    FuseV1Options.OnlyLoadAppFromAsar,
  ];
  expect(off.map((fuse) => String.fromCharCode(wire[fuse] ?? 0))).toEqual(off.map(() => '0'));
  expect(on.map((fuse) => String.fromCharCode(wire[fuse] ?? 0))).toEqual(on.map(() => '1'));
});

test('it opens its window, runs its node on the Node that it brings, and a tool is called', async ({
  packaged,
  start,
}) => {
  const { page, dataDir, processes } = await start(join(packaged, EXECUTABLE));
  await expect(page).toHaveURL(/^app:\/\/toolswarm\//);
  await expect(page.getByRole('banner').getByText('Running')).toBeVisible({ timeout: 20_000 });
  const runtime = join(packaged, 'resources', 'node', 'bin', 'node');
  expect((await processes()).map(programOf)).toContain(runtime);

  const toolswarm = (...args: string[]) => {
    const command = join(packaged, 'resources', 'bin', 'toolswarm');
    return execFileSync(command, args, {
      encoding: 'utf8',
      env: { ...process.env, TOOLSWARM_DATA_DIR: dataDir },
    });
  };
  toolswarm('servers', 'add', 'everything', '--', runtime, everything, 'stdio');
  expect(toolswarm('tools', 'call', 'everything_echo', '--args', '{"message":"from the package"}')).toContain(
    'from the package',
  );
  await page.evaluate(() => (location.hash = '#/servers'));
  await expect(page.getByRole('main').getByText('everything').first()).toBeVisible();
});

/** What runs behind a process; it may end meanwhile. */
function programOf(pid: number): string {
  const link = `/proc/${pid}/exe`;
  return existsSync(link) ? readlinkSync(link) : '';
}
