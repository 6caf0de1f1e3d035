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
