/** The tray and the menu of the application, as the system sees them. */
import type { MenuItem } from 'electron';
import type { DesktopApp } from './app.ts';
import { expect, test } from './app.ts';

interface Shown {
  toolTip: string;
  labels: string[];
}

type Observed = typeof globalThis & { trayMenu?: Electron.Menu; trayTip?: string };

/** From here on what the tray is told is kept. It is told something at once, because the language is said anew. */
async function observeTray({ electron }: DesktopApp): Promise<void> {
  await electron.evaluate(({ Tray }) => {
    const seen = globalThis as Observed;
    const { setContextMenu, setToolTip } = Tray.prototype;
    Tray.prototype.setContextMenu = function (menu) {
      if (menu) seen.trayMenu = menu;
      setContextMenu.call(this, menu);
    };
    Tray.prototype.setToolTip = function (text) {
      seen.trayTip = text;
      setToolTip.call(this, text);
    };
  });
}

const shown = ({ electron }: DesktopApp): Promise<Shown> =>
  electron.evaluate(() => {
    const { trayMenu, trayTip = '' } = globalThis as Observed;
    const labels =
      trayMenu?.items.filter((item) => item.type !== 'separator').map((item) => item.label) ?? [];
    return { toolTip: trayTip, labels };
  });

/** Chooses an item of the tray's menu. */
const choose = ({ electron }: DesktopApp, id: string): Promise<void> =>
  electron.evaluate((_, id) => {
    const item = (globalThis as Observed).trayMenu?.getMenuItemById(id) as MenuItem | null | undefined;
    if (!item?.enabled) throw new Error(`the tray offers no ${id}`);
    item.click();
  }, id);

const labelsOf = async (desktop: DesktopApp) => (await shown(desktop)).labels;

test('the menu of the tray pauses, stops and starts the node, and says how it is', async ({ desktop }) => {
  await expect.poll(() => desktop.nodePid()).toBeGreaterThan(0);
  await expect.poll(() => applicationMenu(desktop)).toContain('Pause sharing');
  await observeTray(desktop);
  await desktop.electron.evaluate(({ Menu }) => Menu.getApplicationMenu()?.getMenuItemById('pause')?.click());
  await expect
    .poll(() => labelsOf(desktop))
    .toEqual([
      'Running, sharing is paused',
      'Open Toolswarm',
      'Stop node',
      'Resume sharing',
      'Quit Toolswarm',
    ]);
  await choose(desktop, 'resume');
  await expect.poll(() => labelsOf(desktop)).toContain('Pause sharing');

  await choose(desktop, 'stop');
  await expect
    .poll(() => labelsOf(desktop), { timeout: 20_000 })
    .toEqual(['Stopped', 'Open Toolswarm', 'Start node', 'Quit Toolswarm']);
  expect((await shown(desktop)).toolTip).toBe('Toolswarm · Stopped');
  await expect.poll(() => desktop.nodePid()).toBeUndefined();

  await choose(desktop, 'start');
  await expect.poll(() => labelsOf(desktop), { timeout: 20_000 }).toContain('Pause sharing');
  await expect.poll(() => desktop.nodePid()).toBeGreaterThan(0);
});

/** All labels of the application's menu. */
const applicationMenu = ({ electron }: DesktopApp): Promise<string[]> =>
  electron.evaluate(({ Menu }) => {
    const items = Menu.getApplicationMenu()?.items.flatMap((top) => top.submenu?.items ?? []) ?? [];
    return items.map((item) => item.label);
  });

test('menus speak the language of the window, also after a restart', async ({ launch }) => {
  const desktop = await launch();
  const page = await desktop.window();
  await page.evaluate(() => localStorage.setItem('toolswarm.language', 'ru'));
  await page.reload();
  await expect.poll(() => applicationMenu(desktop)).toContain('Завершить Toolswarm');
  await desktop.quit();
  const { dataDir } = desktop;
  const again = await launch({ dataDir, args: ['--hidden'] });
  await expect.poll(() => applicationMenu(again)).toContain('Завершить Toolswarm');
  expect(again.electron.windows()).toEqual([]);
});

test('closing the window says once that the node goes on, and a second start shows it again', async ({
  launch,
}) => {
  const desktop = await launch();
  const page = await desktop.window();
  await expect.poll(() => desktop.nodePid()).toBeGreaterThan(0);
  const node = await desktop.nodePid();
  await desktop.electron.evaluate(({ dialog }) => {
    const asked: string[] = [];
    Object.assign(globalThis, { asked });
    dialog.showMessageBox = ((options: Electron.MessageBoxOptions) => {
      asked.push(options.message);
      return Promise.resolve({ response: 0, checkboxChecked: false });
    }) as typeof dialog.showMessageBox;
  });
  const asked = () => desktop.electron.evaluate(() => (globalThis as unknown as { asked: string[] }).asked);
  await page.close();
  await expect.poll(asked).toEqual(['Toolswarm keeps running']);
  expect(await desktop.nodePid()).toBe(node);

  const reopened = desktop.electron.waitForEvent('window');
  await desktop.electron.evaluate(({ app }) => app.emit('second-instance', {}, ['toolswarm'], '', null));
  const second = await reopened;
  await expect(second.getByRole('main')).toBeVisible();
  await second.close();
  await expect.poll(() => desktop.electron.windows().length).toBe(0);
  expect(await asked()).toHaveLength(1);
  expect(await desktop.nodePid()).toBe(node);
});

test('quitting from the tray leaves no process behind', async ({ desktop }) => {
  await expect.poll(() => desktop.nodePid()).toBeGreaterThan(0);
  await observeTray(desktop);
  const page = await desktop.window();
  await page.evaluate(() => localStorage.setItem('toolswarm.language', 'ar'));
  await page.reload();
  await expect.poll(() => labelsOf(desktop)).toContain('إنهاء Toolswarm');
  await choose(desktop, 'quit').catch(() => undefined);
  await desktop.ended;
  await expect.poll(() => desktop.processes()).toEqual([]);
});
