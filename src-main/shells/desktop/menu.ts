/** The application's menu. It holds all that the tray holds, so that nothing depends on a tray. */
import { Menu, type MenuItemConstructorOptions } from 'electron';
import type { Closeable } from '#shared/kernel/disposables.ts';
import type { FactsSource } from './tray-facts.ts';
import { type MenuAction, type MenuItem, nodeMenu } from './tray-rules.ts';
import type { DesktopT, SystemTexts } from './system-texts.ts';

/** Our model as Electron wants it. */
export const menuTemplate = (
  items: readonly MenuItem[],
  act: (action: MenuAction) => void,
): MenuItemConstructorOptions[] =>
  items.map((item) => {
    if (item.kind === 'separator') return { type: 'separator' };
    const { id, label, enabled, action, accelerator } = item;
    return {
      id,
      // On Windows and Linux a single & would underline the next letter instead of being shown.
      label: label.replaceAll('&', '&&'),
      enabled,
      ...(accelerator ? { accelerator } : {}),
      ...(action ? { click: () => act(action) } : {}),
    };
  });

export interface ApplicationMenuDeps {
  facts: FactsSource;
  texts: SystemTexts;
  act: (action: MenuAction) => void;
  platform: NodeJS.Platform;
}

export interface ApplicationMenu extends Closeable {
  refresh(): void;
}

export function createApplicationMenu({ facts, texts, act, platform }: ApplicationMenuDeps): ApplicationMenu {
  let shown = '';

  function refresh(): void {
    const model = nodeMenu(facts.get(), texts.t);
    const next = JSON.stringify([model, texts.language()]);
    if (next === shown) return;
    shown = next;
    Menu.setApplicationMenu(Menu.buildFromTemplate(templateOf(menuTemplate(model, act), texts.t, platform)));
  }

  const release = facts.subscribe(refresh);
  refresh();
  return { refresh, close: release };
}

/** What the system's own menus are made of comes by role: macOS takes copy and paste from there. */
function templateOf(
  ours: MenuItemConstructorOptions[],
  t: DesktopT,
  platform: NodeJS.Platform,
): MenuItemConstructorOptions[] {
  const isMac = platform === 'darwin';
  const hiding: MenuItemConstructorOptions[] = [
    { type: 'separator' },
    { role: 'hide' },
    { role: 'hideOthers' },
    { role: 'unhide' },
  ];
  return [
    {
      label: 'Toolswarm',
      submenu: isMac ? [{ role: 'about' }, { type: 'separator' }, ...ours, ...hiding] : ours,
    },
    { label: t('desktop:menu.edit'), role: 'editMenu' },
    {
      label: t('desktop:menu.view'),
      submenu: [{ role: 'resetZoom' }, { role: 'zoomIn' }, { role: 'zoomOut' }, { role: 'togglefullscreen' }],
    },
    { label: t('desktop:menu.window'), role: 'windowMenu' },
  ];
}
