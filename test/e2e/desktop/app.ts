/** The desktop application as a person starts it: the built program on a real Electron, with a data folder of its own. */
import { spawn } from 'node:child_process';
import { mkdirSync, mkdtempSync, rmSync } from 'node:fs';
import { readFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { _electron, type ElectronApplication, expect, type Page, test as base } from '@playwright/test';
import { descendantsOf, processesMarked, stillRunning } from '#main/platform/process-tree.ts';
import { desktopArgs, findElectron } from '#scripts/lib/desktop.mjs';
import { program } from '#test/support/daemon.ts';

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
  /** A call of a contract from the first window's page, over a line of its own. */
  call(target: 'node' | 'desktop', method: string, params?: object): Promise<unknown>;
  /** Adds a program of the development dependencies (`mcp-server-<name>`) as a server, through the page. */
  addServer(name: string): Promise<void>;
  /** Every process that came of it and still runs, orphans included. */
  processes(): Promise<number[]>;
  /** Quits as a person does, and waits for the end of the main process. */
  quit(): Promise<void>;
  /** Resolves when the main process has ended. */
  ended: Promise<void>;
  /** SIGKILL, and waits until nothing is left. */
  kill(): Promise<void>;
}

/** What a person types after the program's name, and what surrounds it: entries, caches and files stay in `home`. */
const commandOf = ({
  dataDir,
  home,
  args = [],
  env,
}: Required<Pick<LaunchOptions, 'dataDir'>> & LaunchOptions & { home: string }) => ({
  command: findElectron() ?? '',
  args: ['--disable-gpu', ...desktopArgs(), '--data-dir', dataDir, ...QUIET, ...args],
  env: { ...process.env, HOME: home, XDG_CONFIG_HOME: join(home, '.config'), ...env } as Record<
    string,
    string
  >,
});

/** Starts the application where it is expected to end by itself: there is one already, or it cannot start. */
export function runDesktopToEnd(
  options: LaunchOptions & { dataDir: string },
): Promise<{ code: number | null; output: string }> {
  const { command, args, env } = commandOf({ home: tmpdir(), ...options });
  const child = spawn(command, args, { env, stdio: ['ignore', 'pipe', 'pipe'] });
  let output = '';
  for (const stream of [child.stdout, child.stderr])
    stream.on('data', (chunk: Buffer) => {
      output += chunk.toString();
    });
  return new Promise((resolve) => child.once('close', (code) => resolve({ code, output })));
}

export async function launchDesktop(
  options: LaunchOptions & { dataDir: string; home: string },
): Promise<DesktopApp> {
  const { dataDir, home } = options;
  const { command, args, env } = commandOf(options);
  const electron = await _electron.launch({ executablePath: command, args, env });
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
  async function window(): Promise<Page> {
    const page = await electron.firstWindow();
    await expect(page.getByRole('main')).toBeVisible({ timeout: 20_000 });
    return page;
  }
  const call: DesktopApp['call'] = async (target, method, params = {}) =>
    (await window()).evaluate(callFromPage, { target, method, params });
  return {
    electron,
    dataDir,
    pid,
    window,
    call,
    async addServer(name) {
      const transport = { type: 'stdio', command: program(`mcp-server-${name}`) };
      await call('node', 'servers.add', { name, transport });
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

/** Runs in the page: a line to `target`, one call, its result. Throws the fault's code and sentence. */
async function callFromPage({
  target,
  method,
  params,
}: {
  target: string;
  method: string;
  params: object;
}): Promise<unknown> {
  const ticket = `test-${Math.random()}`;
  const { toolswarm } = globalThis as unknown as {
    toolswarm: { connect(target: string, ticket: string): void };
  };
  const port = await new Promise<MessagePort>((resolve) => {
    addEventListener('message', ({ data, ports }: MessageEvent<{ toolswarm?: string }>) => {
      if (data.toolswarm === ticket && ports[0]) resolve(ports[0]);
    });
    toolswarm.connect(target, ticket);
  });
  return new Promise((resolve, reject) => {
    port.addEventListener('message', ({ data }: MessageEvent<string>) => {
      if (data === '') reject(new Error('the line was closed'));
      const reply = (data.startsWith('.') ? JSON.parse(data.slice(1)) : {}) as {
        id?: number;
        result?: unknown;
        error?: { message: string; data: { code: string } };
      };
      if (reply.error) reject(new Error(`${reply.error.data.code}: ${reply.error.message}`));
      if (reply.id !== 2) return;
      port.close();
      resolve(reply.result);
    });
    port.start();
    const send = (message: object) => port.postMessage(`.${JSON.stringify({ jsonrpc: '2.0', ...message })}`);
    send({ id: 1, method: '$/hello', params: { version: 1 } });
    send({ id: 2, method, params });
  });
}

/** Waits until the page shows that the node runs, and has led to where one begins. */
export async function isRunning(page: Page): Promise<void> {
  await expect(page.getByRole('banner').getByText('Running')).toBeVisible({ timeout: 20_000 });
  await expect(page.getByRole('main').getByRole('heading', { level: 1 })).toBeVisible();
}

/** Shows another page as a typed address would. */
export async function visit(page: Page, path: string): Promise<void> {
  await page.evaluate((hash) => {
    location.hash = hash;
  }, path);
  await expect(page.getByRole('main').getByRole('progressbar')).toHaveCount(0);
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
