import { serveDashboard } from '#test/support/renderer/serve-dashboard.ts';
import { busyWorld } from '#test/support/renderer/world.ts';
import { expect, test } from './dashboard.ts';

test('a lost node is said, what was shown stays, and its return heals the page', async ({ page }) => {
  const first = await serveDashboard(busyWorld);
  const link = first.openLink();
  const port = Number(new URL(link).port);
  await page.goto(link);
  await expect(page.getByRole('link', { name: 'everything' })).toBeVisible();

  await first.close();
  await expect(
    page.getByRole('alert').filter({ hasText: 'The connection to the node is lost' }),
  ).toBeVisible();
  await expect(page.getByRole('link', { name: 'everything' })).toBeVisible();
  await expect(page.getByRole('button', { name: 'Try now' })).toBeVisible();

  // The same node comes back: its sessions are in its database.
  const second = await serveDashboard(busyWorld, { port, db: first.db });
  second.node.world.displayName = 'Back again';
  await expect(page.getByRole('status').getByText('Back again')).toBeVisible({ timeout: 30_000 });
  await expect(page.getByText('The connection to the node is lost')).toHaveCount(0);
  await second.close();
});
