/** The symbol in the tray, with a text and a menu that are true at any moment. */
import { Menu, nativeImage, nativeTheme, Tray } from 'electron';
import type { Closeable } from '#shared/kernel/disposables.ts';
import { menuTemplate } from './menu.ts';
import type { FactsSource } from './tray-facts.ts';
import { trayImageFile } from './tray-images.ts';
import { type MenuAction, tooltipOf, trayMenu, trayStateOf } from './tray-rules.ts';
import type { SystemTexts } from './system-texts.ts';

export interface TrayDeps {
  facts: FactsSource;
  texts: SystemTexts;
  act: (action: MenuAction) => void;
  /** Folder of the pictures. */
  images: string;
  platform: NodeJS.Platform;
}

export interface DesktopTray extends Closeable {
  /** Draws anew: the language has changed. */
  refresh(): void;
}

export function createTray({ facts, texts, act, images, platform }: TrayDeps): DesktopTray {
  const picture = () => {
    const state = trayStateOf(facts.get());
    const image = nativeImage.createFromPath(
      trayImageFile(images, platform, state, nativeTheme.shouldUseDarkColors),
    );
    if (platform === 'darwin') image.setTemplateImage(true);
    return image;
  };
  const tray = new Tray(picture());
  let shown = '';

  /** What did not change is left alone: a menu that is open closes when it is replaced. */
  function refresh(): void {
    const model = trayMenu(facts.get(), texts.t);
    const tooltip = tooltipOf(facts.get(), texts.t);
    const state = trayStateOf(facts.get());
    const next = JSON.stringify([model, tooltip, state, nativeTheme.shouldUseDarkColors]);
    if (next === shown) return;
    shown = next;
    tray.setImage(picture());
    tray.setToolTip(tooltip);
    tray.setContextMenu(Menu.buildFromTemplate(menuTemplate(model, act)));
  }

  const release = facts.subscribe(refresh);
  nativeTheme.on('updated', refresh);
  // Windows and some Linux panels report a click; the menu never depends on it. macOS opens the menu by itself.
  if (platform !== 'darwin') tray.on('click', () => act({ do: 'open' }));
  refresh();
  return {
    refresh,
    close() {
      release();
      nativeTheme.off('updated', refresh);
      tray.destroy();
    },
  };
}
