/** Everything that ties the application to the operating system: tray, notifications, autostart, links, keychain, updates. */
import type { App } from 'electron';
import type { desktopSystemContract } from '#shared/features/desktop/system.ts';
import type { Clock } from '#shared/kernel/clock.ts';
import type { Handlers } from '#shared/kernel/contract.ts';
import type { Closeable } from '#shared/kernel/disposables.ts';
import type { Log } from '#main/platform/log.ts';
import type { DesktopHost, PassphraseKeeper } from './node-host.ts';
import type { Windows } from './windows.ts';

export interface SystemDeps {
  app: App;
  host: DesktopHost;
  windows: Windows;
  clock: Clock;
  log: Log;
  /** The data folder of the node. */
  dataDir: string;
  /** Arguments that the application was started with, deep links among them. */
  argv: readonly string[];
}

export interface SystemIntegration extends Closeable {
  handlers: Handlers<typeof desktopSystemContract>;
  /** A second start of the application, on this one's data folder, with its arguments. */
  onSecondInstance(argv: readonly string[]): void;
}

/** Called once, after `app.whenReady()`, before the first window and the start of the node. */
export function integrateWithSystem(_deps: SystemDeps): Promise<SystemIntegration> {
  return Promise.resolve({ handlers: {}, onSecondInstance: () => undefined, close: () => undefined });
}

/** Where the passphrase of the keystore is kept. Called after `app.whenReady()`, before the host is made. */
export function createPassphraseKeeper(_deps: { dataDir: string; log: Log }): PassphraseKeeper {
  let known: string | undefined;
  return {
    recall: () => Promise.resolve(known),
    keep(passphrase) {
      known = passphrase;
      return Promise.resolve();
    },
  };
}
