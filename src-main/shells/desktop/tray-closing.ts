/** Closing the last window ends neither the application nor the node. A person is told so, once. */
import { dialog } from 'electron';
import type { Log } from '#main/platform/log.ts';
import type { SystemSettingsStore } from './system-settings.ts';
import type { SystemTexts } from './system-texts.ts';

export interface ClosingDeps {
  settings: SystemSettingsStore;
  texts: SystemTexts;
  /** Whether there is a symbol to find the application by. */
  hasTray: () => boolean;
  quit: () => void;
  log: Log;
}

const KEEP = 0;
const QUIT = 1;

/** Returns what to do when the last window was closed. */
export function createClosingNote({ settings, texts, hasTray, quit, log }: ClosingDeps): () => void {
  return () => {
    if (settings.get().toldClosing) return;
    settings.change({ toldClosing: true });
    const { t } = texts;
    dialog
      .showMessageBox({
        type: 'info',
        title: 'Toolswarm',
        message: t('desktop:closing.title'),
        detail: t(hasTray() ? 'desktop:closing.inTray' : 'desktop:closing.noTray'),
        buttons: [t('desktop:closing.keep'), t('desktop:menu.quit')],
        defaultId: KEEP,
        cancelId: KEEP,
        noLink: true,
      })
      .then(
        ({ response }) => response === QUIT && quit(),
        (error: unknown) => log.warn({ err: error }, 'the note on closing could not be shown'),
      );
  };
}
