import type { Locator, Page } from '@playwright/test';
import { expect } from './app.ts';

/** The card of the settings that speaks of this computer. */
export async function openThisComputer(page: Page): Promise<Locator> {
  await expect(page.getByRole('banner').getByText('Running')).toBeVisible({ timeout: 20_000 });
  await page.evaluate(() => (location.hash = '#/settings/start'));
  const card = page.getByRole('region', { name: 'This computer' });
  await expect(card).toBeVisible({ timeout: 10_000 });
  return card;
}
