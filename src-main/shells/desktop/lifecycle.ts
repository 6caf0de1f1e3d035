/** The application's last steps: everything ends in order, and nothing is left behind. */
import type { App } from 'electron';
import type { Log } from '#main/platform/log.ts';

export interface LifecycleDeps {
  app: App;
  log: Log;
  /** Ends everything, the node last. */
  close: () => Promise<void>;
}

export interface Lifecycle {
  /** Whether the application is on its way out. */
  readonly isQuitting: boolean;
  /** Starts anew once everything has ended: somebody opened the application while it was on its way out. */
  startAgain(): void;
}

/** Holds back every way out (menu, tray, a signal, the end of the session) until the node has stopped. */
export function quitInOrder({ app, log, close }: LifecycleDeps): Lifecycle {
  let isQuitting = false;
  let isOver = false;
  let isWantedAgain = false;
  app.on('before-quit', (event) => {
    if (isOver) return;
    event.preventDefault();
    if (isQuitting) return;
    isQuitting = true;
    close()
      .catch((error: unknown) => log.error({ err: error }, 'not everything ended in order'))
      .finally(() => {
        isOver = true;
        if (isWantedAgain) app.relaunch();
        app.quit();
      });
  });
  // The node and the tray go on without a window.
  app.on('window-all-closed', () => undefined);
  return {
    get isQuitting() {
      return isQuitting;
    },
    startAgain() {
      isWantedAgain = true;
    },
  };
}
