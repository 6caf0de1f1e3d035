import { expect, test, visit } from './dashboard.ts';

test('calls are listed, filtered, and new ones appear by themselves', async ({ home: page, dashboard }) => {
  await visit(page, '/activity');
  await expect(page.getByRole('grid', { name: 'Activity' })).toBeVisible();
  await page.getByRole('button', { name: /Outcome/ }).click();
  await page.getByRole('option', { name: 'Failed' }).click();
  await expect(page.getByText('relay.timeout').first()).toBeVisible();
  await expect(page.getByRole('row').filter({ hasText: 'Answered' })).toHaveCount(0);
  await page.getByRole('button', { name: /Outcome/ }).click();
  await page.getByRole('option', { name: 'All' }).click();

  const { handlers, world } = dashboard.node;
  const echo = world.tools.find(({ view }) => view.name === 'get-sum');
  await handlers['tools.call'](
    { id: echo?.view.id ?? '', arguments: { a: 1, b: 2 }, timeoutMs: 1000 },
    { signal: new AbortController().signal },
  );
  await expect(page.getByRole('row').filter({ hasText: 'dashboard' })).toBeVisible();
});

test('a setting is changed within its limits, and reset', async ({ home: page, dashboard }) => {
  await visit(page, '/settings');
  const setting = page.getByRole('listitem').filter({ hasText: 'relay.timeoutMs' });
  await setting.getByRole('button', { name: 'Change' }).click();
  const dialog = page.getByRole('dialog', { name: 'relay.timeoutMs' });
  await dialog.getByRole('textbox').fill('5');
  await dialog.getByRole('button', { name: 'Save' }).click();
  await expect(dialog.getByText('Must be 100 or more.')).toBeVisible();
  await dialog.getByRole('textbox').fill('30000');
  await dialog.getByRole('button', { name: 'Save' }).click();
  await expect(setting.getByText('Changed')).toBeVisible();
  expect(dashboard.node.world.settings[0]?.value).toBe(30_000);
  await setting.getByRole('button', { name: 'Reset to default' }).click();
  await expect(setting.getByText('60000')).toBeVisible();
});
