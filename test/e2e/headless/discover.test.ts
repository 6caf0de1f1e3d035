import { expect, test, visit } from './dashboard.ts';

test.beforeEach(async ({ home: page }) => {
  await visit(page, '/discover');
});

test('nothing is asked before a yes; then the registry is read and searched', async ({
  home: page,
  dashboard,
}) => {
  await expect(page.getByText('Nothing was sent so far.', { exact: false })).toBeVisible();
  expect(dashboard.node.world.central.syncedAt).toBeUndefined();
  await page.getByRole('button', { name: 'Browse registry.example.org' }).click();
  await expect(page.getByText('243 servers of registry.example.org', { exact: false })).toBeVisible();
  await page.getByRole('searchbox', { name: 'Search servers' }).fill('books');
  await expect(page.getByRole('row')).toHaveCount(3);
  await page.getByRole('searchbox', { name: 'Search servers' }).fill('no such thing');
  await page.getByRole('button', { name: 'Show all servers' }).click();
  await page.getByRole('button', { name: 'Show more' }).click();
  await expect(page.getByText('243 of 243 servers shown')).toBeVisible();
});

test('a listed server is opened by keyboard and added after one confirmation', async ({
  home: page,
  dashboard,
}) => {
  await page.getByRole('button', { name: 'Browse registry.example.org' }).click();
  await page.getByRole('searchbox', { name: 'Search servers' }).fill('forecasts');
  await expect(page.getByRole('row')).toHaveCount(2);
  await page.keyboard.press('Tab');
  await page.getByRole('grid').press('ArrowDown');
  await page.keyboard.press('Enter');
  await expect(page.getByRole('heading', { level: 2, name: 'io.github.example/weather' })).toBeFocused();
  await page.getByRole('button', { name: 'Add to this machine…' }).click();
  const dialog = page.getByRole('dialog', { name: 'Add a server of the registry' });
  await expect(dialog.getByText('npx -y @example/weather@2.4.1')).toBeVisible();
  await dialog.getByRole('button', { name: 'Add and start' }).click();
  await expect(dialog.getByText('Enter a value.')).toBeVisible();
  expect(dashboard.node.world.servers.some(({ name }) => name === 'weather')).toBe(false);
  await dialog.getByLabel('WEATHER_KEY').fill('s3cret');
  await dialog.getByRole('button', { name: 'Add and start' }).click();
  await expect(page.getByRole('heading', { level: 2, name: 'weather', exact: true })).toBeVisible();
  const added = dashboard.node.world.servers.find(({ name }) => name === 'weather');
  expect(added?.secrets).toEqual(['WEATHER_KEY']);
  expect(JSON.stringify(added)).not.toContain('s3cret');
});

test('the network is asked in a tab of its own, and what it offers is decided on beside the list', async ({
  home: page,
}) => {
  await page.getByRole('tab', { name: 'The network' }).press('Enter');
  await expect(page).toHaveURL(/discover\/network$/);
  await expect(page.getByText('What should a tool do?')).toBeVisible();
  await expect(page.getByRole('button', { name: 'Ask', exact: true })).toBeDisabled();
  await page.getByRole('searchbox', { name: 'Words to ask for' }).fill('weather forecast notes');
  await page.keyboard.press('Enter');
  await expect(page.getByRole('button', { name: 'Stop asking' })).toBeVisible();
  await expect(page.getByRole('button', { name: 'Ask again' })).toBeVisible();
  await expect(page.getByText(/of \d+ peers answered/).first()).toBeVisible();
  await expect(page.getByText('1 result is not shown', { exact: false })).toBeVisible();
  await expect(page.getByText('its provider signed no such tool', { exact: false })).toBeVisible();
  await expect(page.getByText('1 peer answers no searches', { exact: false })).toBeVisible();
  await expect(page.getByText('1 peer is busy', { exact: false })).toBeVisible();
  await expect(page.getByText('1 peer did not answer.')).toBeVisible();
  const grid = page.getByRole('grid', { name: 'What the network offers' });
  const row = grid.getByRole('row').filter({ hasText: 'Weather forecast' });
  await expect(row).toContainText('Public network');
  await row.focus();
  await page.keyboard.press('Enter');
  await expect(page.getByRole('heading', { level: 2, name: 'Weather forecast' })).toBeFocused();
  await expect(page.getByRole('tab', { name: 'Versions' })).toBeVisible();
  await page.keyboard.press('Escape');
  await expect(page.getByRole('heading', { level: 2, name: 'Weather forecast' })).toHaveCount(0);
  await expect(row).toBeVisible();
});

test('asking the network is stopped, finds nothing, or something that is approved there', async ({
  home: page,
}) => {
  await visit(page, '/discover/network');
  const box = page.getByRole('searchbox', { name: 'Words to ask for' });
  await box.fill('zzqqxx');
  await page.keyboard.press('Enter');
  await expect(page.getByText('No peer knows such a tool')).toBeVisible();
  await box.fill('weather forecast notes');
  await page.keyboard.press('Enter');
  await page.getByRole('button', { name: 'Stop asking' }).click();
  await expect(page.getByRole('button', { name: 'Ask again' })).toBeVisible();
  await page.getByRole('button', { name: 'Ask again' }).click();
  const waiting = page.getByRole('row').filter({ hasText: 'Waiting' }).first();
  await waiting.click();
  await page.getByRole('button', { name: 'Approve', exact: true }).click();
  await expect(page.getByRole('region').getByText('Approved').first()).toBeVisible();
});
for (const language of ['en', 'ru', 'ar'] as const)
  test.describe(`the network in ${language}`, () => {
    test.use({ language });

    test('fits into every window', async ({ home: page }) => {
      await visit(page, '/discover/network');
      await page.getByRole('main').getByRole('searchbox').fill('weather forecast notes');
      await page.keyboard.press('Enter');
      await expect(page.getByRole('main').locator('svg.lucide-radio')).toBeVisible();
      await expect(page.getByRole('main').getByRole('row').nth(1)).toBeVisible();
      for (const [width, height] of [
        [1280, 800],
        [800, 600],
        [400, 800],
      ] as const) {
        await page.setViewportSize({ width, height });
        expect(await page.evaluate(() => document.documentElement.scrollWidth <= innerWidth)).toBe(true);
      }
    });
  });
