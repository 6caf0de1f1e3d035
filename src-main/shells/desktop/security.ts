/** What no page may do, ours or not. Applied to every session and every web contents, however they came to be. */
import { type App, type Session, type WebContents, type WebPreferences, shell } from 'electron';
import type { Log } from '#main/platform/log.ts';
import { isOpenableOutside, isOwnPage } from './origin.ts';

/** The preferences of every page. @param devTools only in a checkout. */
export const securePreferences = (preload: string, devTools: boolean): WebPreferences => ({
  preload,
  devTools,
  contextIsolation: true,
  sandbox: true,
  nodeIntegration: false,
  nodeIntegrationInWorker: false,
  nodeIntegrationInSubFrames: false,
  webSecurity: true,
  allowRunningInsecureContent: false,
  experimentalFeatures: false,
  webviewTag: false,
  navigateOnDragDrop: false,
  disableDialogs: true,
  spellcheck: false,
});

/** Call before the application is ready. */
export function lockDownPages(app: App, log: Log): void {
  // Where Chromium cannot have its sandbox (for root, in most containers) it is started without; insisting would start no page.
  if (!app.commandLine.hasSwitch('no-sandbox')) app.enableSandbox();
  app.on('web-contents-created', (_event, contents) => lockDown(contents, log));
}

/**
 * No page gets a permission of the system: camera, location, notifications of the web, devices, what the clipboard holds.
 * The one exception is that the main frame of a page of ours may put text onto the clipboard, which its copy buttons do.
 */
export function denyPermissions(session: Session): void {
  session.setPermissionRequestHandler((contents, permission, answer, { isMainFrame, requestingUrl }) =>
    answer(mayHave(permission, isMainFrame, requestingUrl) && isOwnPage(contents.getURL())),
  );
  session.setPermissionCheckHandler((_contents, permission, origin, { isMainFrame }) =>
    mayHave(permission, isMainFrame, origin),
  );
  session.setDevicePermissionHandler(() => false);
  session.setDisplayMediaRequestHandler(null);
}

const mayHave = (permission: string, isMainFrame: boolean, url: string): boolean =>
  permission === 'clipboard-sanitized-write' && isMainFrame && isOwnPage(url);

function lockDown(contents: WebContents, log: Log): void {
  const stayHome = (event: { preventDefault(): void; url: string }) => {
    if (isOwnPage(event.url)) return;
    event.preventDefault();
    log.warn({ url: event.url.slice(0, 200) }, 'a page was kept from leaving');
  };
  contents.on('will-navigate', stayHome);
  contents.on('will-frame-navigate', stayHome);
  contents.on('will-redirect', stayHome);
  contents.on('will-attach-webview', (event) => event.preventDefault());
  contents.setWindowOpenHandler(({ url }) => {
    if (isOpenableOutside(url)) openOutside(url, log);
    else log.warn({ url: url.slice(0, 200) }, 'a page was kept from opening a window');
    return { action: 'deny' };
  });
}

/** Opens an address in the system's browser. */
export function openOutside(url: string, log: Log): void {
  shell.openExternal(url).catch((error: unknown) => log.warn({ err: error }, 'no browser could be opened'));
}
