/** Starting with the person's session: login items on macOS and Windows, an XDG autostart file on Linux. */
import { existsSync, rmSync } from 'node:fs';
import { dirname, join } from 'node:path';
import type { App } from 'electron';
import { makePrivateFolder, writeFileAtomic } from '#main/platform/files.ts';
import { type AutostartWords, formatAutostart } from './autostart-file.ts';

/** The flag of a start that shows no window: the symbol in the tray is all there is to see. */
export const HIDDEN_FLAG = '--hidden';

export interface Autostart {
  /** Not from a checkout: the entry would start a bare Electron. */
  supported(): boolean;
  isOn(): boolean;
  /** Throws `storage.…` where the file cannot be written. */
  set(on: boolean): void;
}

export interface AutostartDeps {
  app: Pick<App, 'isPackaged' | 'getLoginItemSettings' | 'setLoginItemSettings'>;
  platform: NodeJS.Platform;
  env: Record<string, string | undefined>;
  home: string;
  execPath: string;
  words: () => AutostartWords;
}

export const createAutostart = (deps: AutostartDeps): Autostart =>
  deps.platform === 'linux' ? createFileAutostart(deps) : createLoginItem(deps);

/** Login items know the hidden start by an argument (Windows) or by how they were started (macOS, see `main.ts`). */
function createLoginItem({ app }: AutostartDeps): Autostart {
  return {
    supported: () => app.isPackaged,
    isOn: () => app.getLoginItemSettings({ args: [HIDDEN_FLAG] }).openAtLogin,
    set: (on) => app.setLoginItemSettings({ openAtLogin: on, args: [HIDDEN_FLAG] }),
  };
}

const READABLE = 0o644;

function createFileAutostart({ app, env, home, execPath, words }: AutostartDeps): Autostart {
  const file = autostartFile(env, home);
  return {
    supported: () => app.isPackaged,
    isOn: () => existsSync(file),
    set(on) {
      if (!on) return rmSync(file, { force: true });
      makePrivateFolder(dirname(file));
      writeFileAtomic(
        file,
        formatAutostart({ program: programOf(env, execPath), args: [HIDDEN_FLAG] }, words()),
        READABLE,
      );
    },
  };
}

export const autostartFile = (env: Record<string, string | undefined>, home: string): string =>
  join(env['XDG_CONFIG_HOME'] || join(home, '.config'), 'autostart', 'toolswarm.desktop');

/** An AppImage runs from a mount that is gone at the next start: its file is what must be started. */
const programOf = (env: Record<string, string | undefined>, execPath: string): string =>
  env['APPIMAGE'] ?? execPath;
