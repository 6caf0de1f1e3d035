/** From the start to the end: windows come and go, the node stays; quitting leaves nothing behind, whichever way. */
import { stillRunning } from '#main/platform/process-tree.ts';
import { type DesktopApp, expect, isRunning, runDesktopToEnd, test } from './app.ts';

const windowCount = ({ electron }: DesktopApp) =>
  electron.evaluate(({ BrowserWindow }) => BrowserWindow.getAllWindows().length);

test('opens a window, starts the node and shows it', async ({ desktop }) => {
  const page = await desktop.window();
  await expect(page).toHaveURL(/^app:\/\/toolswarm\//);
  await isRunning(page);
  expect(await desktop.nodePid()).toBeGreaterThan(0);
  const isVisible = await desktop.electron.evaluate(({ BrowserWindow }) =>
    BrowserWindow.getAllWindows().map((window) => window.isVisible()),
  );
  expect(isVisible).toEqual([true]);
});

test('closing the window keeps the node; opening the application again shows a window', async ({
  desktop,
}) => {
  await isRunning(await desktop.window());
  const node = await desktop.nodePid();
  await desktop.electron.evaluate(({ BrowserWindow }) => BrowserWindow.getAllWindows()[0]?.close());
  await expect.poll(() => windowCount(desktop)).toBe(0);
  expect(await desktop.nodePid()).toBe(node);

  const reopened = desktop.electron.waitForEvent('window');
  const second = await runDesktopToEnd({ dataDir: desktop.dataDir });
  expect(second.code).toBe(0);
  expect(second.output).toContain('open already');
  await isRunning(await reopened);
  expect(await windowCount(desktop)).toBe(1);
  expect(await desktop.nodePid()).toBe(node);
});

test('another window is one of the same application', async ({ desktop }) => {
  await isRunning(await desktop.window());
  const opened = desktop.electron.waitForEvent('window');
  await desktop.call('desktop', 'desktop.newWindow');
  await isRunning(await opened);
  expect(await windowCount(desktop)).toBe(2);
  const nodes = await desktop.nodePid();
  expect(nodes).toBeGreaterThan(0);
});

test('a window comes back where it was', async ({ desktop, launch }) => {
  const bounds = { x: 60, y: 50, width: 820, height: 640 };
  await desktop.electron.evaluate(({ BrowserWindow }, place) => {
    BrowserWindow.getAllWindows()[0]?.setBounds(place);
  }, bounds);
  await desktop.quit();
  const again = await launch({ dataDir: desktop.dataDir });
  await again.window();
  const found = await again.electron.evaluate(({ BrowserWindow }) =>
    BrowserWindow.getAllWindows()[0]?.getBounds(),
  );
  expect(found).toEqual(bounds);
});

test('starts without a window where it is told to', async ({ launch }) => {
  const app = await launch({ args: ['--hidden'] });
  await expect.poll(() => app.nodePid()).toBeGreaterThan(0);
  expect(await windowCount(app)).toBe(0);
});

test.describe('leaves no process behind', () => {
  test.beforeEach(async ({ desktop }) => {
    await isRunning(await desktop.window());
    await desktop.addServer('everything');
    expect((await desktop.processes()).length).toBeGreaterThan(4);
  });

  test('when it quits', async ({ desktop }) => {
    await desktop.quit();
    await expect.poll(() => desktop.processes()).toEqual([]);
  });

  for (const signal of ['SIGTERM', 'SIGINT'] as const)
    test(`when it is ended by ${signal}`, async ({ desktop }) => {
      const node = await desktop.nodePid();
      process.kill(desktop.pid, signal);
      await desktop.ended;
      expect(await stillRunning([node ?? 0])).toEqual([]);
      await expect.poll(() => desktop.processes()).toEqual([]);
    });

  test('when it is killed by SIGKILL', async ({ desktop }) => {
    process.kill(desktop.pid, 'SIGKILL');
    await desktop.ended;
    await expect.poll(() => desktop.processes(), { timeout: 30_000 }).toEqual([]);
  });
});
