/** The windows: one main window whose place is remembered, and others beside it. All show the same pages. */
import { type App, BrowserWindow, type WebContents, nativeTheme, screen } from 'electron';
import type { Clock } from '#shared/kernel/clock.ts';
import type { Log } from '#main/platform/log.ts';
import { APP_URL } from './origin.ts';
import { securePreferences } from './security.ts';
import { MIN_SIZE, type Placement, placeBeside, placeWindow } from './window-bounds.ts';
import type { WindowStore } from './window-store.ts';

/** The windows as the rest of the application sees them. */
export interface Windows {
  /** Shows the main window: the present one, or a new one where it was closed. `route` is a page such as `/servers`. */
  show(route?: string): void;
  /** Opens another window. */
  open(): void;
  /** How many are open. */
  count(): number;
  /** Calls `listener` when the last window was closed while the application goes on. */
  onAllClosed(listener: () => void): () => void;
  /** Whether a page is shown in one of them. */
  has(contents: WebContents): boolean;
  /** Closes all of them without anyone being told. */
  closeAll(): void;
}

export interface WindowsDeps {
  app: App;
  clock: Clock;
  log: Log;
  store: WindowStore;
  /** The built preload script. */
  preload: string;
  title: string;
}

/** Windows that may be open at a time; each is a process of its own. */
const MAX_WINDOWS = 16;
/** A window is shown once it is painted, and after this long in any case. */
const SHOW_ANYWAY_MS = 4_000;
/** The page’s paper in `ui/styles/tokens.css`, so that nothing flashes before the first paint. */
const PAPER = { light: '#faf8f3', dark: '#14161c' } as const;
/** Times that a page whose process died is loaded again before it is left as it is. */
const MAX_RELOADS = 3;

export function createWindows(deps: WindowsDeps): Windows {
  const { store } = deps;
  const listeners = new Set<() => void>();
  const open = new Set<BrowserWindow>();
  let main: BrowserWindow | undefined;
  let isClosingAll = false;

  const workAreas = () => screen.getAllDisplays().map(({ workArea }) => workArea);

  function openMain(route: string): BrowserWindow {
    const saved = store.read().window;
    const window = create(placeWindow(saved?.bounds, workAreas()), route);
    if (saved?.maximized) window.maximize();
    window.on('close', () => remember(window));
    window.on('closed', () => {
      if (main === window) main = undefined;
    });
    main = window;
    return window;
  }

  function remember(window: BrowserWindow): void {
    if (!window.isMinimized())
      store.write({ window: { bounds: window.getNormalBounds(), maximized: window.isMaximized() } });
  }

  function create(place: Placement, route: string): BrowserWindow {
    const window = new BrowserWindow({
      ...place,
      minWidth: MIN_SIZE.width,
      minHeight: MIN_SIZE.height,
      show: false,
      title: deps.title,
      backgroundColor: nativeTheme.shouldUseDarkColors ? PAPER.dark : PAPER.light,
      webPreferences: securePreferences(deps.preload, !deps.app.isPackaged),
    });
    open.add(window);
    window.on('closed', () => {
      open.delete(window);
      if (open.size === 0 && !isClosingAll) for (const listener of [...listeners]) listener();
    });
    showWhenPainted(window, deps.clock);
    keepAlive(window, deps.log);
    load(window, route, deps.log);
    return window;
  }

  return {
    show(route) {
      const window = main ?? openMain(route ?? '/');
      if (route !== undefined) load(window, route, deps.log);
      if (window.isMinimized()) window.restore();
      if (window.isVisible()) window.focus();
    },
    open() {
      if (open.size >= MAX_WINDOWS) return;
      const other = BrowserWindow.getFocusedWindow() ?? main;
      if (other) create(placeBeside(other.getNormalBounds(), workAreas()), '/');
      else openMain('/');
    },
    count: () => open.size,
    onAllClosed(listener) {
      listeners.add(listener);
      return () => void listeners.delete(listener);
    },
    has: (contents) => [...open].some((window) => window.webContents === contents),
    closeAll() {
      isClosingAll = true;
      if (main) remember(main);
      for (const window of [...open]) window.destroy();
    },
  };
}

/** Another route of a page that is already there is a step within it, not a new load. */
function load(window: BrowserWindow, route: string, log: Log): void {
  window.loadURL(`${APP_URL}#${route}`).catch((error: unknown) => {
    if (!window.isDestroyed()) log.error({ err: error, route }, 'a page could not be loaded');
  });
}

function showWhenPainted(window: BrowserWindow, clock: Clock): void {
  const show = () => {
    if (!window.isDestroyed() && !window.isVisible()) window.show();
  };
  window.once('ready-to-show', show);
  const timer = clock.after(SHOW_ANYWAY_MS, show);
  window.once('closed', () => timer.cancel());
}

/** A page whose process died is loaded again: its state is the node's, nothing is lost with it. */
function keepAlive(window: BrowserWindow, log: Log): void {
  let reloads = 0;
  window.webContents.on('render-process-gone', (_event, { reason, exitCode }) => {
    log.error({ reason, exitCode }, 'the process of a page ended');
    if (reason !== 'clean-exit' && !window.isDestroyed() && (reloads += 1) <= MAX_RELOADS)
      window.webContents.reload();
  });
}
