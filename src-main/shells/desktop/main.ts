/**
 * The desktop application: windows onto a node that it owns.
 *
 * What must happen before Electron is ready happens in the first tick, without waiting for anything.
 */
import { homedir } from 'node:os';
import { join, resolve } from 'node:path';
import { app, dialog, ipcMain, nativeTheme, session } from 'electron';
import { AppError, toErrorShape } from '#shared/kernel/errors.ts';
import { systemClock as clock } from '#main/platform/clock.ts';
import { defaultDataDir, openDataDir } from '#main/platform/data-dir.ts';
import { openLog } from '#main/platform/log.ts';
import { systemRandom as random } from '#main/platform/random.ts';
import { registerAppScheme, serveApp } from './app-protocol.ts';
import { type DesktopArgs, readArgs } from './args.ts';
import { createDesktopHost } from './create-node-host.ts';
import { createDesktopHandlers } from './desktop-handlers.ts';
import { servePages } from './ipc.ts';
import { quitInOrder } from './lifecycle.ts';
import { attachToNode } from './node-run-attached.ts';
import { chooseRun } from './choose-run.ts';
import { findPlaces } from './places.ts';
import { denyPermissions, lockDownPages } from './security.ts';
import { createPassphraseKeeper, integrateWithSystem } from './system.ts';
import { openWindowStore } from './window-store.ts';
import { createWindows } from './windows.ts';

const here = import.meta.dirname;

registerAppScheme();
app.setName('Toolswarm');
try {
  const args = readArgs(process.argv.slice(1));
  const dataDir = resolve(
    args.dataDir ?? defaultDataDir({ env: process.env, platform: process.platform, home: homedir() }),
  );
  openDataDir(dataDir);
  // The application's own files lie beside the node's: one folder, one node, one application.
  const folder = join(dataDir, 'desktop');
  app.setPath('userData', folder);
  // Electron becomes ready only once this module is done: nothing here may wait for that.
  if (app.requestSingleInstanceLock()) run({ args, dataDir, folder }).catch(giveUp);
  else quitAsSecond();
} catch (error) {
  giveUp(error);
}

async function run({
  args,
  dataDir,
  folder,
}: {
  args: DesktopArgs;
  dataDir: string;
  folder: string;
}): Promise<void> {
  const { log } = openLog({ dir: join(folder, 'log') });
  process.on('uncaughtExceptionMonitor', (error) => log.error({ err: error }, 'an error was not caught'));
  process.on('unhandledRejection', (error) => log.error({ err: error }, 'a failure was not handled'));
  lockDownPages(app, log);
  const places = findPlaces(here);
  const { env, resourcesPath: resources } = process;
  const own = chooseRun({ args, dataDir, places, here, resources, env, clock });
  await app.whenReady();

  denyPermissions(session.defaultSession);
  serveApp(session.defaultSession, places.renderer);
  const store = openWindowStore(folder, log);
  nativeTheme.themeSource = store.read().theme;

  const keychain = createPassphraseKeeper({ dataDir, log });
  const host = createDesktopHost({
    run: own,
    kind: args.host,
    attach: attachToNode(dataDir),
    passphrases: keychain,
    clock,
    random,
    log: log.child('host'),
  });
  const windows = createWindows({ app, clock, log, store, preload: places.preload, title: 'Toolswarm' });
  const system = await integrateWithSystem({
    app,
    host,
    windows,
    keychain,
    clock,
    log,
    dataDir,
    argv: process.argv,
  });
  const handlers = { ...createDesktopHandlers({ app, host, windows, store }), ...system.handlers };
  servePages({ ipcMain, host, isShown: windows.has, handlers, log });

  const lifecycle = quitInOrder({
    app,
    log,
    async close() {
      windows.closeAll();
      await Promise.allSettled([system.close()]);
      await host.close();
    },
  });
  app.on('activate', () => windows.show());
  app.on('second-instance', (_event, argv) => {
    if (lifecycle.isQuitting) return lifecycle.startAgain();
    windows.show();
    system.onSecondInstance(argv);
  });
  if (!args.hidden) windows.show();
  // Why it could not start is in the state, which window and tray show.
  host.start().catch((error: unknown) => log.warn({ err: error }, 'the node did not start'));
}

function quitAsSecond(): void {
  process.stdout.write('Toolswarm is open already; its window is shown.\n');
  app.quit();
}

/** Nothing can be shown in a window of ours yet. */
function giveUp(error: unknown): void {
  const { message, advice } = error instanceof AppError ? error : toErrorShape(error);
  process.stderr.write(`toolswarm: ${message} ${advice}\n`);
  dialog.showErrorBox('Toolswarm', `${message}\n\n${advice}`);
  app.exit(1);
}
