import { expect, test, visit } from './dashboard.ts';

test('a server of somebody else is shared on, shown with whom it comes from, and ended', async ({
  home: page,
  dashboard,
}) => {
  const tool = dashboard.node.world.tools.find(({ view }) => view.depth !== undefined)?.view;
  await visit(page, `/catalog/${encodeURIComponent(tool?.id ?? '')}`);
  await page.getByRole('button', { name: 'Share on' }).click();
  const dialog = page.getByRole('dialog', { name: `Share ${tool?.server} on` });
  await dialog.getByLabel('Its name here').fill('weather-too');
  await dialog.getByRole('button', { name: 'Share on' }).click();
  await expect(dialog).toHaveCount(0);
  expect(dashboard.node.world.reshares).toMatchObject([
    { name: 'weather-too', state: 'shared', share: { audience: { kind: 'known' } } },
  ]);
  await visit(page, '/access/grants');
  await expect(page.getByText('Servers of others that you share on')).toBeVisible();
  await expect(page.getByText('weather-too', { exact: true })).toBeVisible();
  await page.getByRole('button', { name: 'End', exact: true }).click();
  await page.getByRole('alertdialog').getByRole('button', { name: 'End' }).click();
  await expect(page.getByText('weather-too', { exact: true })).toHaveCount(0);
  expect(dashboard.node.world.reshares).toEqual([]);
});

test('a tool that comes through others says whose it is', async ({ home: page, dashboard }) => {
  const { world } = dashboard.node;
  const tool = world.tools.find(({ view }) => view.origin === 'network')?.view;
  if (!tool) throw new Error('the world has no tool of the network');
  tool.via = ['z6MkOrigin', tool.providerId];
  dashboard.node.changed();
  await visit(page, `/catalog/${encodeURIComponent(tool.id)}`);
  await expect(page.getByText(/^It comes from .*, through/)).toBeVisible();
});
