/** A browser, and pages of a dashboard in it. */
import { existsSync } from 'node:fs';
import { delimiter, join } from 'node:path';
import { type Browser, chromium, type Page } from '@playwright/test';
import { type Dashboard, serveDashboard } from '#test/support/renderer/serve-dashboard.ts';
import type { World } from '#test/support/renderer/world.ts';

const NAMES = ['chromium', 'chromium-browser', 'google-chrome', 'google-chrome-stable'];

export function openBrowser(): Promise<Browser> {
  const found =
    process.env['CHROMIUM_PATH'] ??
    (process.env['PATH'] ?? '')
      .split(delimiter)
      .flatMap((folder) => NAMES.map((name) => join(folder, name)))
      .find((file) => existsSync(file));
  return chromium.launch({
    ...(found === undefined ? {} : { executablePath: found }),
    args: [
      '--no-sandbox',
      '--disable-gpu',
      '--disable-background-networking',
      '--disable-component-update',
      '--disable-sync',
      '--no-first-run',
      '--js-flags=--expose-gc',
    ],
  });
}

export interface Opened {
  page: Page;
  dashboard: Dashboard;
}

/** Shows a dashboard to `run` in a context of its own, and closes both behind it. */
export async function withDashboard<Result>(
  browser: Browser,
  world: (now: number) => World,
  run: (opened: Opened) => Promise<Result>,
): Promise<Result> {
  const dashboard = await serveDashboard(world);
  const context = await browser.newContext({ viewport: { width: 1280, height: 800 }, locale: 'en-GB' });
  try {
    return await run({ page: await context.newPage(), dashboard });
  } finally {
    await context.close();
    await dashboard.close();
  }
}

/** Opens a page of the dashboard and waits until it has settled. */
export async function show({ page, dashboard }: Opened, path: string): Promise<void> {
  await page.goto(dashboard.openLink());
  await page.getByRole('heading', { level: 1 }).waitFor();
  await page.evaluate((hash) => {
    location.hash = hash;
  }, path);
  await page.getByRole('heading', { level: 1 }).waitFor();
  await page.waitForTimeout(1000);
}

/** The value below which `share` of the values lie. */
export function percentile(values: readonly number[], share: number): number {
  const sorted = values.toSorted((a, b) => a - b);
  return sorted[Math.min(sorted.length - 1, Math.ceil(sorted.length * share) - 1)] ?? Number.NaN;
}
