/** The desktop application as a person starts it: the built program on a real Electron, with a data folder of its own. */
import { mkdirSync, mkdtempSync, rmSync } from 'node:fs';
import { readFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { _electron, type ElectronApplication, expect, type Page, test as base } from '@playwright/test';
import { descendantsOf, processesMarked, stillRunning } from '#main/platform/process-tree.ts';
import { desktopArgs, findElectron } from '#scripts/lib/desktop.mjs';

/** Ports are free ones, and nobody is looked for on the local network. */
const QUIET = ['--mcp-port', '0', '--web-port', '0', '--listen', '/ip4/127.0.0.1/tcp/0', '--no-mdns'];

export interface LaunchOptions {
  /** Default: a new one, removed with the test. */
  dataDir?: string;
  args?: string[];
  env?: Record<string, string>;
}

export interface DesktopApp {
  /** Playwright's handle; `electron.evaluate(({ app }) => …)` runs in the main process. */
  electron: ElectronApplication;
  dataDir: string;
  /** Process id of the main process. */
  pid: number;
  /** The first window, once its page stands. */
  window(): Promise<Page>;
  /** What the main process has printed, on both streams. */
  output(): string;
  /** Process id of the node, where it is a process. */
  nodePid(): Promise<number | undefined>;
  /** Every process that came of it and still runs, orphans included. */
  processes(): Promise<number[]>;
  /** Quits as a person does, and waits for the end of the main process. */
  quit(): Promise<void>;
  /** Resolves when the main process has ended. */
  ended: Promise<void>;
  /** SIGKILL, and waits until nothing is left. */
  kill(): Promise<void>;
}

export async function launchDesktop(
  options: LaunchOptions & { dataDir: string; home: string },
): Promise<DesktopApp> {
  const executablePath = findElectron() ?? '';
  const { dataDir, home } = options;
  const electron = await _electron.launch({
    executablePath,
    args: ['--disable-gpu', ...desktopArgs(), '--data-dir', dataDir, ...QUIET, ...(options.args ?? [])],
    // Autostart entries, configurations of AI clients and caches stay within the test.
    env: { ...process.env, HOME: home, XDG_CONFIG_HOME: join(home, '.config'), ...options.env } as Record<
      string,
      string
    >,
  });
  const main = electron.process();
  const pid = main.pid ?? 0;
  const ended = new Promise<void>((resolve) => {
    if (main.exitCode !== null || main.signalCode !== null) resolve();
    else main.once('exit', () => resolve());
  });
  // Orphans have lost their ancestors but not their home, which no other test has; Chromium's processes hide theirs.
  const seen = new Set<number>();
  const processes = async () => {
    const found = await Promise.all([descendantsOf(pid), processesMarked(`HOME=${home}\0`)]);
    for (const known of [pid, ...found.flat()]) seen.add(known);
    return stillRunning([...seen]);
  };
  let output = '';
  for (const stream of [main.stdout, main.stderr])
    stream?.on('data', (chunk: Buffer) => {
      output = (output + chunk.toString()).slice(-64_000);
    });
  return {
    electron,
    dataDir,
    pid,
    async window() {
      const page = await electron.firstWindow();
      await expect(page.getByRole('main')).toBeVisible({ timeout: 20_000 });
      return page;
    },
    output: () => output,
    processes,
    nodePid: async () => nodeAmong(await processes()),
    async quit() {
      await electron.evaluate(({ app }) => app.quit()).catch(gone);
      await ended;
    },
    ended,
    async kill() {
      await processes();
      main.kill('SIGKILL');
      await ended;
      await expect.poll(processes, { timeout: 30_000 }).toEqual([]);
    },
  };
}

/** The call ends with the process that was to answer it. */
const gone = (error: Error) => {
  if (!/closed|destroyed/i.test(error.message)) throw error;
};

/** The process that runs the node's bundle. */
async function nodeAmong(pids: readonly number[]): Promise<number | undefined> {
  for (const pid of pids) {
    // It may end between the listing and the reading.
    const command = await readFile(`/proc/${pid}/cmdline`, 'utf8').catch(() => '');
    if (command.split('\0').includes('--hosted')) return pid;
  }
  return undefined;
}

export interface DesktopFixtures {
  /** Starts an application; all that were started are ended with the test, and their folders removed. */
  launch(options?: LaunchOptions): Promise<DesktopApp>;
  /** One that is started, with its first window. */
  desktop: DesktopApp;
}

export const test = base.extend<DesktopFixtures>({
  // oxlint-disable-next-line no-empty-pattern -- Playwright reads the names of what a fixture needs from here
  launch: async ({}, provide) => {
    const folder = mkdtempSync(join(tmpdir(), 'toolswarm-desktop-'));
    const apps: DesktopApp[] = [];
    let count = 0;
    await provide(async (options = {}) => {
      const home = join(folder, `home-${(count += 1)}`);
      mkdirSync(home);
      const app = await launchDesktop({ dataDir: join(folder, `data-${count}`), home, ...options });
      apps.push(app);
      return app;
    });
    for (const app of apps) await app.kill();
    rmSync(folder, { recursive: true, force: true });
  },
  desktop: async ({ launch }, provide) => {
    const app = await launch();
    await app.window();
    await provide(app);
  },
});

export { expect };
