/** What happens when somebody chooses from the tray or from the menu. */
import { type App, dialog } from 'electron';
import { toErrorShape } from '#shared/kernel/errors.ts';
import type { Log } from '#main/platform/log.ts';
import type { DesktopHost } from './node-host.ts';
import type { MenuAction } from './tray-rules.ts';
import type { Windows } from './windows.ts';

export interface SystemActionDeps {
  app: Pick<App, 'quit'>;
  host: DesktopHost;
  windows: Windows;
  log: Log;
}

export function createSystemActions({
  app,
  host,
  windows,
  log,
}: SystemActionDeps): (action: MenuAction) => void {
  async function carryOut(action: MenuAction): Promise<void> {
    switch (action.do) {
      case 'open':
        return windows.show(action.route);
      case 'window':
        return windows.open();
      case 'quit':
        return app.quit();
      case 'start':
        return host.start();
      case 'stop':
        return host.stop();
      case 'pause':
        return void (await host.client()['node.pauseSharing']({}));
      case 'resume':
        return void (await host.client()['node.resumeSharing']({}));
    }
  }

  return (action) => {
    carryOut(action).catch((error: unknown) => {
      log.warn({ err: error, action: action.do }, 'what was chosen in a menu could not be done');
      const { message, advice } = toErrorShape(error);
      dialog.showErrorBox(message, advice);
    });
  };
}
