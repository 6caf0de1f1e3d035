/** electron-updater as an `UpdateEngine`. It is loaded when a feed is asked, not before. */
import type { App } from 'electron';
import type * as electronUpdater from 'electron-updater';
import type { AppUpdater, UpdateInfo } from 'electron-updater';
import type { ProviderRuntimeOptions } from 'electron-updater/out/providers/Provider.js';
import { AppError } from '#shared/kernel/errors.ts';
import type { Log } from '#main/platform/log.ts';
import { type Feed, type FetchText, readManifest, type ReleaseManifest } from './updater-feed.ts';
import type { UpdateEngine } from './updater.ts';

export interface UpdateEngineDeps {
  app: Pick<App, 'isPackaged'>;
  platform: NodeJS.Platform;
  arch: string;
  env: Record<string, string | undefined>;
  fetchText: FetchText;
  log: Log;
}

type ElectronUpdater = typeof electronUpdater;
type FeedOptions = Parameters<AppUpdater['setFeedURL']>[0];

export function createUpdateEngine(deps: UpdateEngineDeps): UpdateEngine {
  let loaded: ElectronUpdater | undefined;

  async function load(): Promise<ElectronUpdater> {
    loaded ??= await import('electron-updater');
    const { autoUpdater } = loaded;
    autoUpdater.autoDownload = false;
    autoUpdater.autoInstallOnAppQuit = false;
    autoUpdater.allowDowngrade = false;
    // A difference is computed from files of the feed that no signature covers.
    autoUpdater.disableDifferentialDownload = true;
    autoUpdater.logger = logger(deps.log);
    return loaded;
  }

  return {
    unsupported: !isOurs(deps),
    async find(feed, signal) {
      const updater = await load();
      const manifest = await readManifest(feed, manifestName(deps), deps.fetchText, signal);
      updater.autoUpdater.setFeedURL(asProvider(updater, feed, manifest));
      const found = await updater.autoUpdater.checkForUpdates();
      return found?.isUpdateAvailable ? manifest.version : undefined;
    },
    async download() {
      await loaded?.autoUpdater.downloadUpdate();
    },
    install() {
      if (!loaded) throw new AppError('desktop.no_update', 'No update is ready.');
      loaded.autoUpdater.quitAndInstall();
    },
  };
}

/** A package manager's files and a checkout are not ours to replace. */
const isOurs = ({ app, platform, env }: UpdateEngineDeps): boolean =>
  app.isPackaged && (platform !== 'linux' || env['APPIMAGE'] !== undefined);

/** As electron-builder names it. */
export function manifestName({ platform, arch }: Pick<UpdateEngineDeps, 'platform' | 'arch'>): string {
  if (platform === 'darwin') return 'latest-mac.yml';
  if (platform === 'win32') return 'latest.yml';
  return arch === 'x64' ? 'latest-linux.yml' : `latest-linux-${arch}.yml`;
}

/** What electron-updater asks for the newest version: it answers with what was verified, and with nothing else. */
function asProvider(updater: ElectronUpdater, { url }: Feed, manifest: ReleaseManifest): FeedOptions {
  class VerifiedRelease extends updater.Provider<UpdateInfo> {
    constructor(_options: unknown, _updater: unknown, runtime: ProviderRuntimeOptions) {
      super(runtime);
    }
    getLatestVersion(): Promise<UpdateInfo> {
      return Promise.resolve(manifest as unknown as UpdateInfo);
    }
    resolveFiles({ files }: UpdateInfo) {
      return files.map((info) => ({ url: new URL(info.url, url), info }));
    }
  }
  return { provider: 'custom', updateProvider: VerifiedRelease } as unknown as FeedOptions;
}

const logger = (log: Log) => ({
  info: (message?: unknown) => log.debug({}, String(message)),
  warn: (message?: unknown) => log.warn({}, String(message)),
  error: (message?: unknown) => log.warn({}, String(message)),
});
