/** Everything that ties the application to the operating system: tray, notifications, autostart, links, keychain, updates. */
import { homedir } from 'node:os';
import { join } from 'node:path';
import { type App, BrowserWindow, net, powerMonitor, safeStorage } from 'electron';
import type { desktopSystemContract, SystemState, UpdatesView } from '#shared/features/desktop/system.ts';
import type { AttentionItem } from '#shared/features/node/attention.ts';
import type { Clock } from '#shared/kernel/clock.ts';
import type { Handlers } from '#shared/kernel/contract.ts';
import { type Closeable, createDisposableStore } from '#shared/kernel/disposables.ts';
import { AppError } from '#shared/kernel/errors.ts';
import { watch } from '#shared/kernel/watch.ts';
import type { Log } from '#main/platform/log.ts';
import { systemRandom } from '#main/platform/random.ts';
import { createAutostart } from './autostart.ts';
import { createDeepLinks } from './deep-links.ts';
import { createKeychain, type Keychain } from './keychain.ts';
import { leaveKeychain, protectByKeychain } from './keychain-switch.ts';
import { createApplicationMenu } from './menu.ts';
import type { DesktopHost } from './node-host.ts';
import { canNotify, createNotifications } from './notifications.ts';
import { watchPower } from './power.ts';
import { readMetered } from './power-metered.ts';
import { createSystemActions } from './system-actions.ts';
import { hasTrayHost } from './tray-host.ts';
import { openSystemSettings } from './system-settings.ts';
import { createSystemTexts } from './system-texts.ts';
import { createSystemValue } from './system-value.ts';
import { createTray } from './tray.ts';
import { findTrayImages } from './tray-images.ts';
import { createClosingNote } from './tray-closing.ts';
import { createFactsSource } from './tray-facts.ts';
import { createUpdater } from './updater.ts';
import { createUpdateEngine } from './updater-engine.ts';
import { createFetchText } from './updater-fetch.ts';
import type { Windows } from './windows.ts';

export interface SystemDeps {
  app: App;
  host: DesktopHost;
  windows: Windows;
  /** As `createPassphraseKeeper` returned it: the host was given the same. */
  keychain: Keychain;
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

/** Where the passphrase of the keystore is kept. Called after `app.whenReady()`, before the host is made. */
export const createPassphraseKeeper = ({ dataDir, log }: { dataDir: string; log: Log }): Keychain =>
  createKeychain({ dataDir, safeStorage, platform: process.platform, log });

/** Called once, after `app.whenReady()`, before the first window and the start of the node. */
export async function integrateWithSystem(deps: SystemDeps): Promise<SystemIntegration> {
  const { app, host, windows, keychain, clock, dataDir } = deps;
  const log = deps.log.child('desktop');
  const { platform, env, execPath, arch } = process;
  const owned = createDisposableStore();
  const settings = openSystemSettings(join(dataDir, 'desktop.json'), log);
  const texts = createSystemTexts(settings.get().language ?? app.getLocale());
  const fetchText = createFetchText((url, init) => net.fetch(url, init));
  const facts = owned.add(createFactsSource({ host, log }));
  const act = createSystemActions({ app, host, windows, log });
  const tray = owned.add(createTray({ facts, texts, act, images: findTrayImages(), platform }));
  const menu = owned.add(createApplicationMenu({ facts, texts, act, platform }));
  const isWatched = () => BrowserWindow.getFocusedWindow() !== null;
  const openRoute = (route: string) => windows.show(route);
  owned.add(createNotifications({ facts, texts, settings, isWatched, openRoute }));
  const links = owned.add(createDeepLinks({ app, showWindow: () => windows.show(), fetchText, log }));
  owned.add(
    watchPower({ host, monitor: powerMonitor, readMetered: () => readMetered(platform), clock, log }),
  );
  const engine = createUpdateEngine({ app, platform, arch, env, fetchText, log });
  const updater = owned.add(createUpdater({ engine, settings, clock, log }));
  const words = () => ({ name: 'Toolswarm', comment: texts.t('desktop:autostart.comment') });
  const autostart = createAutostart({ app, platform, env, home: homedir(), execPath, words });
  const trayShown = createSystemValue(await hasTrayHost(platform, env));
  const note = createClosingNote({ settings, texts, hasTray: trayShown.get, quit: () => app.quit(), log });
  owned.defer(windows.onAllClosed(note));

  const view = (): SystemState => ({
    tray: trayShown.get(),
    autostart: { supported: autostart.supported(), on: autostart.isOn() },
    notifications: { supported: canNotify(), on: settings.get().notifications },
    keychain: keychain.view(),
    updates: updater.view(),
  });
  const state = createSystemValue(view());
  const changed = () => state.set(view());
  owned.defer(updater.subscribe(changed));
  owned.defer(updater.subscribe(() => facts.setOwnMatters(updateMatters(updater.view()))));
  links.take(deps.argv);

  const switchDeps = { keychain, node: () => host.client(), random: systemRandom };
  return {
    handlers: {
      'desktop.watchSystem': (_, { signal }) => watch(signal, state.get, state.subscribe),
      'desktop.setLanguage': ({ language }) => {
        texts.use(language);
        settings.change({ language: texts.language() });
        tray.refresh();
        menu.refresh();
        return {};
      },
      'desktop.setAutostart': ({ on }) => {
        autostart.set(on);
        changed();
        return {};
      },
      'desktop.setNotifications': ({ on }) => {
        settings.change({ notifications: on });
        changed();
        return {};
      },
      'desktop.setKeychain': async ({ on, passphrase }) => {
        await (on ? protectByKeychain(switchDeps, passphrase) : leaveKeychain(switchDeps));
        changed();
        return {};
      },
      'desktop.revealPassphrase': () => revealed(keychain),
      'desktop.setUpdates': ({ feed, publicKey }) => {
        updater.configure({ url: feed, publicKey });
        return {};
      },
      'desktop.checkForUpdates': async () => {
        await updater.check();
        return {};
      },
      'desktop.installUpdate': () => {
        updater.install();
        return {};
      },
      'desktop.watchLinks': (_, { signal }) => links.watch(signal),
      'desktop.closeLink': ({ id }) => {
        links.answered(id);
        return {};
      },
      'desktop.fetchLink': async ({ id }, { signal }) => ({ text: await links.fetch(id, signal) }),
    },
    onSecondInstance(argv) {
      // The window comes to the front in any case: a second start is how one looks for an application without a tray.
      if (!links.take(argv)) windows.show();
    },
    close: owned.close,
  };
}

/** An update that is ready waits for a person like a matter of the node. */
function updateMatters({ state, version, checkedAt = 0 }: UpdatesView): AttentionItem[] {
  if (state !== 'ready' || version === undefined) return [];
  return [
    { id: `update:${version}`, kind: 'update.ready', level: 'decide', subject: version, since: checkedAt },
  ];
}

function revealed(keychain: Keychain): { passphrase: string } {
  const passphrase = keychain.view().holds ? keychain.known() : undefined;
  if (passphrase === undefined)
    throw new AppError('desktop.nothing_held', 'The keychain holds no passphrase.', {
      advice: 'Turn the protection by the keychain on first.',
    });
  return { passphrase };
}
