/** Usage and Load as a person uses them. */
import { readFileSync } from 'node:fs';
import { emptyWorld } from '#test/support/renderer/world.ts';
import { expect, test, visit } from './dashboard.ts';

test('usage is read by party and by tool, for other days and one direction', async ({ home: page }) => {
  await visit(page, '/usage');
  const table = page.getByRole('grid', { name: 'Usage' });
  await expect(table.getByRole('row').filter({ hasText: 'Борис' })).toBeVisible();
  await expect(page.locator('canvas')).toBeVisible();
  await page.getByRole('button', { name: /^Other party By/ }).click();
  await page.getByRole('option', { name: 'Tool', exact: true }).click();
  await expect(table.getByRole('row').filter({ hasText: 'forecast' })).toBeVisible();
  await page.getByRole('button', { name: /Any direction/ }).click();
  await page.getByRole('option', { name: 'From a peer' }).click();
  await expect(table.getByRole('row').filter({ hasText: 'forecast' })).toHaveCount(0);
  await expect(table.getByRole('row').filter({ hasText: 'Refused: no right' })).toBeVisible();
  const words = page.getByText(/of arguments/);
  const month = await words.textContent();
  await page.getByRole('button', { name: /Last 30 days/ }).click();
  await page.getByRole('option', { name: 'Last 7 days' }).click();
  await expect(words).not.toHaveText(month ?? '');
});

test('usage is exported with every sum apart, and erased after a question', async ({ home: page }) => {
  await visit(page, '/usage');
  const saved = page.waitForEvent('download');
  await page.getByRole('button', { name: 'Export' }).click();
  await page.getByRole('menuitem', { name: /CSV/ }).click();
  const lines = readFileSync(await (await saved).path(), 'utf8')
    .trim()
    .split('\r\n');
  expect(lines[0]).toMatch(/^day,direction,kind,provider,/);
  expect(lines.length).toBeGreaterThan(100);
  await page.getByRole('button', { name: 'Erase usage' }).click();
  await page.getByRole('alertdialog').getByRole('button', { name: 'Erase', exact: true }).click();
  await expect(page.getByText('Nothing was used in these days')).toBeVisible();
});

test('the load is seen while it changes: quiet, overloaded, quiet again', async ({
  home: page,
  dashboard,
}) => {
  const { world } = dashboard.node;
  await visit(page, '/usage/load');
  await expect(page.getByText(/^Calls wait because of their limits/)).toBeVisible();
  await expect(page.getByRole('row').filter({ hasText: 'Boris' })).toContainText('9');
  const calm = { ...world.load, running: 0, waiting: 0, queues: [] };
  world.load = {
    ...world.load,
    running: 256,
    waiting: 1000,
    queues: [],
    refused: { ...world.load.refused, shed: 4321 },
  };
  dashboard.node.changed();
  await expect(page.getByText(/^Overloaded/)).toBeVisible();
  await expect(page.getByText('256 of 256')).toBeVisible();
  await page.getByRole('button', { name: 'Look again' }).click();
  await expect(page.getByText('The server everything')).toBeVisible();
  await expect(page.getByRole('row').filter({ hasText: 'Gave way' })).toContainText('4,321');
  world.load = calm;
  dashboard.node.changed();
  await expect(page.getByText('Nobody calls at the moment.')).toBeVisible();
  await expect(page.getByText('Nobody waits.')).toBeVisible();
  await page.getByRole('button', { name: 'Look again' }).click();
  await expect(page.getByText(/^Slowest/)).toBeVisible();
});

test('how often results were given again is seen, and they are forgotten', async ({
  home: page,
  dashboard,
}) => {
  await visit(page, '/usage/load');
  await expect(page.getByRole('heading', { name: 'Results given again' })).toBeVisible();
  await expect(page.getByText('81%')).toBeVisible();
  await page.getByRole('button', { name: 'Forget them' }).click();
  await expect(page.getByText('All kept results were forgotten.')).toBeVisible();
  expect(dashboard.node.world.cache.entries).toBe(0);
  await expect(page.getByRole('button', { name: 'Forget them' })).toBeDisabled();
});

test.describe('a new node', () => {
  test.use({ begin: { world: emptyWorld } });
  test('says that nothing was used yet', async ({ home: page }) => {
    await visit(page, '/usage');
    await expect(page.getByText('Nothing was used in these days')).toBeVisible();
  });
});
