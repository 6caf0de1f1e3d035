/** From the start to the end: windows come and go, the node stays; quitting leaves nothing behind. */
import { expect, test } from './app.ts';

test('opens a window, starts the node and shows it', async ({ desktop }) => {
  const page = await desktop.window();
  await expect(page).toHaveURL(/^app:\/\/toolswarm\//);
  await expect(page.getByRole('banner').getByText('Running')).toBeVisible({ timeout: 20_000 });
  expect(await desktop.nodePid()).toBeGreaterThan(0);
  const isVisible = await desktop.electron.evaluate(({ BrowserWindow }) =>
    BrowserWindow.getAllWindows().map((window) => window.isVisible()),
  );
  expect(isVisible).toEqual([true]);
});

test('leaves no process behind when it quits', async ({ desktop }) => {
  await expect.poll(() => desktop.nodePid()).toBeGreaterThan(0);
  expect((await desktop.processes()).length).toBeGreaterThan(2);
  await desktop.quit();
  await expect.poll(() => desktop.processes()).toEqual([]);
});
