/**
 * The packaged application: made once for all tests of a worker, started as an installed one is. Its fuses shut out the
 * debugger of the main process, so that its windows are reached over Chromium's own.
 */
import { type ChildProcess, execFileSync, spawn } from 'node:child_process';
import { mkdirSync, mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { test as base, chromium, expect, type Page } from '@playwright/test';
import { processesMarked, stillRunning } from '#main/platform/process-tree.ts';
import { root } from '#scripts/lib/root.mjs';

export const EXECUTABLE = 'toolswarm-desktop';

export interface RunningApp {
  page: Page;
  home: string;
  dataDir: string;
  /** Every process that came of it and still runs. */
  processes(): Promise<number[]>;
  /** Ends it as the end of a session does, and waits until nothing is left. */
  end(): Promise<void>;
}

export interface PackagedFixtures {
  /** Starts a program of the package with a home and a data folder of its own; the same folder where one is given. */
  start(program: string, folder?: string, env?: Record<string, string>): Promise<RunningApp>;
}

export const test = base.extend<PackagedFixtures, { packaged: string; scratch: string }>({
  scratch: [
    // oxlint-disable-next-line no-empty-pattern -- Playwright reads the names of what a fixture needs from here
    async ({}, provide) => {
      const folder = mkdtempSync(join(tmpdir(), 'toolswarm-packaged-'));
      await provide(folder);
      rmSync(folder, { recursive: true, force: true });
    },
    { scope: 'worker', timeout: 30_000 },
  ],
  packaged: [
    async ({ scratch }, provide) => {
      const main = join(root, 'scripts', 'packaging', 'main.ts');
      const out = execFileSync(process.execPath, [main, '--dir', '--output', scratch], {
        cwd: root,
        encoding: 'utf8',
      });
      await provide(out.trim().split('\n').at(-1) ?? '');
    },
    { scope: 'worker', timeout: 180_000 },
  ],
  start: async ({ scratch }, provide) => {
    const running: RunningApp[] = [];
    await provide(async (program, folder = mkdtempSync(join(scratch, 'home-')), env = {}) => {
      const app = await startPackaged(program, folder, env);
      running.push(app);
      return app;
    });
    for (const app of running) await app.end();
  },
});

export { expect };

const QUIET = ['--mcp-port', '0', '--web-port', '0', '--listen', '/ip4/127.0.0.1/tcp/0', '--no-mdns'];

async function startPackaged(
  program: string,
  home: string,
  env: Record<string, string>,
): Promise<RunningApp> {
  const dataDir = join(home, 'data');
  mkdirSync(dataDir, { recursive: true });
  const sandbox = process.getuid?.() === 0 ? ['--no-sandbox'] : [];
  const child = spawn(
    program,
    [...sandbox, '--disable-gpu', '--remote-debugging-port=0', '--data-dir', dataDir, ...QUIET],
    {
      env: { ...process.env, HOME: home, XDG_CONFIG_HOME: join(home, '.config'), ...env },
      stdio: ['ignore', 'ignore', 'pipe'],
    },
  );
  const browser = await chromium.connectOverCDP(await debuggerOf(child));
  const page = await firstPage(() => browser.contexts().flatMap((context) => context.pages()));
  const processes = async () => stillRunning([child.pid ?? 0, ...(await processesMarked(`HOME=${home}\0`))]);
  return {
    page,
    home,
    dataDir,
    processes,
    async end() {
      child.kill('SIGTERM');
      await expect.poll(processes, { timeout: 30_000 }).toEqual([]);
    },
  };
}

function debuggerOf(child: ChildProcess): Promise<string> {
  return new Promise((resolve, reject) => {
    let said = '';
    child.stderr?.on('data', (chunk: Buffer) => {
      said = (said + chunk.toString()).slice(-64_000);
      const [, address] = /DevTools listening on (ws:\S+)/.exec(said) ?? [];
      if (address) resolve(address);
    });
    child.once('exit', (code) => reject(new Error(`the application ended with ${code}: ${said}`)));
  });
}

async function firstPage(pages: () => Page[]): Promise<Page> {
  await expect.poll(() => pages().length, { timeout: 20_000 }).toBeGreaterThan(0);
  const [page] = pages();
  if (!page) throw new Error('the application opened no window');
  await expect(page.getByRole('main')).toBeVisible({ timeout: 20_000 });
  return page;
}
