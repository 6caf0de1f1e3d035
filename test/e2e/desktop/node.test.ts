/** The node in the hands of the window: stopped, started, killed, locked, in use elsewhere, and called. */
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { openDataDir } from '#main/platform/data-dir.ts';
import { openKeystore } from '#main/platform/keystore.ts';
import { stillRunning } from '#main/platform/process-tree.ts';
import { systemRandom } from '#main/platform/random.ts';
import { startDaemon } from '#test/support/daemon.ts';
import { expect, isRunning, runDesktopToEnd, test, visit } from './app.ts';

test('is stopped and started from the window', async ({ desktop }) => {
  const page = await desktop.window();
  await isRunning(page);
  const first = (await desktop.nodePid()) ?? 0;
  await desktop.call('desktop', 'desktop.stopNode');
  await expect(page.getByText('The node is off')).toBeVisible();
  expect(await stillRunning([first])).toEqual([]);
  await page.getByRole('button', { name: 'Start the node' }).click();
  await isRunning(page);
  expect(await desktop.nodePid()).not.toBe(first);
});

test('that was killed is shown, and heals', async ({ desktop }) => {
  const page = await desktop.window();
  await isRunning(page);
  await visit(page, '/servers');
  const heading = page.getByRole('heading', { level: 1 });
  const before = await heading.textContent();
  process.kill((await desktop.nodePid()) ?? 0, 'SIGKILL');
  await expect(page.getByRole('alert').getByText('ended unexpectedly')).toBeVisible();
  await expect(page.getByRole('alert').getByText('ended unexpectedly')).toHaveCount(0, { timeout: 20_000 });
  await isRunning(page);
  // What was in view has stayed there.
  await expect(heading).toHaveText(before ?? '');
});

test('calls a tool of a real server over the IPC', async ({ desktop }) => {
  await isRunning(await desktop.window());
  await desktop.addServer('everything');
  const { items } = (await desktop.call('node', 'tools.list')) as {
    items: Array<{ id: string; name: string }>;
  };
  const echo = items.find(({ id }) => id.includes('/everything/echo'));
  const call = { id: echo?.id, arguments: { message: 'bees over IPC' } };
  const { result } = (await desktop.call('node', 'tools.call', call)) as { result: { content: unknown[] } };
  expect(result.content).toEqual([{ type: 'text', text: 'Echo: bees over IPC' }]);
});

test('asks for the passphrase in the window', async ({ launch }) => {
  const dataDir = mkdtempSync(join(tmpdir(), 'toolswarm-locked-'));
  const file = openDataDir(dataDir).keysFile;
  openKeystore({ file, random: systemRandom, passphrase: 'heather honey' }).set(
    'test/any',
    new Uint8Array([1]),
  );
  const desktop = await launch({ dataDir });
  const page = await desktop.window();
  await expect(page.getByText('Your keys are locked')).toBeVisible();
  await page.getByLabel('Passphrase').fill('clover');
  await page.getByRole('button', { name: 'Unlock and start' }).click();
  await expect(page.getByText('The passphrase does not open the keys.')).toBeVisible();
  await page.getByLabel('Passphrase').fill('heather honey');
  await page.getByRole('button', { name: 'Unlock and start' }).click();
  await isRunning(page);
  await desktop.kill();
  rmSync(dataDir, { recursive: true, force: true });
});

test('that already runs on the folder is used, and outlives the window', async ({ launch }) => {
  const daemon = await startDaemon();
  const desktop = await launch({ dataDir: daemon.dataDir });
  const page = await desktop.window();
  await expect(page.getByText('already runs on this data folder')).toBeVisible();
  await page.getByRole('button', { name: 'Use the running node' }).click();
  await isRunning(page);
  expect(await desktop.nodePid()).toBeUndefined();
  await desktop.quit();
  expect(await stillRunning([daemon.ready.pid])).toEqual([daemon.ready.pid]);
  await daemon.stop();
  rmSync(daemon.dataDir, { recursive: true, force: true });
});

test('inside of the program needs a newer Electron, and it says so', async ({ launch }) => {
  const node = await (await launch()).electron.evaluate(() => process.versions.node);
  test.skip(Number.parseInt(node, 10) >= 22, 'this Electron can host the node itself');
  const dataDir = mkdtempSync(join(tmpdir(), 'toolswarm-main-'));
  const { code, output } = await runDesktopToEnd({ dataDir, args: ['--node-host=main'] });
  expect(code).toBe(1);
  expect(output).toContain(`This application runs on Node ${node}; the node needs 22.`);
  rmSync(dataDir, { recursive: true, force: true });
});
