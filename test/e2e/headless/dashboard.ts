/** What every test of the dashboard starts from: a node in memory behind the real web server, a signed-in page. */
import type { Role } from '#shared/features/node/roles.ts';
import { test as base, expect, type Page } from '@playwright/test';
import { type Dashboard, serveDashboard } from '#test/support/renderer/serve-dashboard.ts';
import { busyWorld, type World } from '#test/support/renderer/world.ts';

export interface DashboardFixtures {
  /** The node's state at first. An object, since a bare function would itself be a fixture. */
  begin: { world: (now: number) => World };
  language: 'en' | 'ru' | 'ar';
  theme: 'light' | 'dark';
  /** Of the link that the page comes through. */
  role: Role;
  dashboard: Dashboard;
  /** A page that came through the link and stands on Home. Whatever it complains of fails the test. */
  home: Page;
}

export const test = base.extend<DashboardFixtures>({
  begin: [{ world: busyWorld }, { option: true }],
  language: ['en', { option: true }],
  theme: ['light', { option: true }],
  role: ['owner', { option: true }],

  dashboard: async ({ begin }, provide) => {
    const dashboard = await serveDashboard(begin.world);
    await provide(dashboard);
    await dashboard.close();
  },

  home: async ({ page, dashboard, language, role, theme }, provide) => {
    const complaints: string[] = [];
    page.on('console', (message) => {
      if (message.type() !== 'error' && message.type() !== 'warning') return;
      // The software that stands in for a graphics card speaks of its own speed.
      if (!message.text().includes('GL Driver Message')) complaints.push(message.text());
    });
    page.on('pageerror', (error) => complaints.push(error.message));
    await page.addInitScript(
      (chosen) => {
        localStorage.setItem('toolswarm.language', chosen.language);
        localStorage.setItem('toolswarm.theme', chosen.theme);
      },
      { language, theme },
    );
    await page.goto(dashboard.openLink({ role }));
    await expect(page.getByRole('main').getByRole('heading', { level: 1 })).toBeVisible();
    await provide(page);
    expect(complaints).toEqual([]);
  },
});

export { expect };

/** Shows another page as a typed address would. */
export async function visit(page: Page, path: string): Promise<void> {
  await page.evaluate((hash) => {
    location.hash = hash;
  }, path);
  await expect(page.getByRole('main').getByRole('progressbar')).toHaveCount(0);
}

/** Presses Tab until the element that `wanted` names has the focus; fails after too many. */
export async function tabTo(page: Page, wanted: { role: string; name: RegExp | string }): Promise<void> {
  const target = page.getByRole(wanted.role as 'button', { name: wanted.name }).first();
  for (let presses = 0; presses < 80; presses++) {
    if (
      await target.evaluate(
        (element) => element === document.activeElement || element.contains(document.activeElement),
      )
    )
      return;
    await page.keyboard.press('Tab');
  }
  throw new Error(`Tab never reached the ${wanted.role} ${String(wanted.name)}`);
}
