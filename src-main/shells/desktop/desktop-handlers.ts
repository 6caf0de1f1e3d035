/** The program's own answers to its pages: the node's state, starting and stopping it, windows. */
import { type App, nativeTheme } from 'electron';
import type { DesktopState, desktopHostContract } from '#shared/features/desktop/host.ts';
import type { Handlers } from '#shared/kernel/contract.ts';
import { watch } from '#shared/kernel/watch.ts';
import { PRODUCT_VERSION } from '#main/platform/version.ts';
import type { DesktopHost } from './node-host.ts';
import type { WindowStore } from './window-store.ts';
import type { Windows } from './windows.ts';

export interface DesktopHandlersDeps {
  app: App;
  host: DesktopHost;
  windows: Windows;
  store: WindowStore;
}

export function createDesktopHandlers({
  app,
  host,
  windows,
  store,
}: DesktopHandlersDeps): Handlers<typeof desktopHostContract> {
  const read = (): DesktopState => ({
    ...host.state(),
    version: PRODUCT_VERSION,
    electronVersion: process.versions.electron ?? '',
    platform: process.platform as DesktopState['platform'],
    packaged: app.isPackaged,
  });
  return {
    'desktop.watch': (_input, { signal }) => watch(signal, read, host.subscribe),
    'desktop.startNode': async () => (await host.start(), {}),
    'desktop.stopNode': async () => (await host.stop(), {}),
    'desktop.unlock': async ({ passphrase }) => (await host.unlock(passphrase), {}),
    'desktop.attach': async () => (await host.attach(), {}),
    'desktop.newWindow': () => {
      windows.open();
      return {};
    },
    'desktop.setTheme': ({ theme }) => {
      nativeTheme.themeSource = theme;
      store.write({ theme });
      return {};
    },
  };
}
