import { expect, test, visit } from './dashboard.ts';

test('whether calls are sealed is chosen for a server and for one of its tools', async ({
  home: page,
  dashboard,
}) => {
  await visit(page, '/servers/everything');
  await page.getByRole('tab', { name: 'Sharing' }).click();
  await page.getByRole('button', { name: 'Change' }).click();
  const dialog = page.getByRole('dialog', { name: 'Share everything' });
  await dialog.getByRole('button', { name: /Sealed calls$/ }).click();
  await page.getByRole('option', { name: 'Offered', exact: true }).click();
  await dialog.getByRole('button', { name: 'Chosen only' }).click();
  const ofTool = dialog.getByRole('button', { name: /Sealed calls of echo/ });
  await expect(ofTool).toContainText('As the server: Offered');
  await ofTool.click();
  await page.getByRole('option', { name: /^Required/ }).click();
  await dialog.getByRole('button', { name: 'Share', exact: true }).click();
  await expect(dialog).toHaveCount(0);
  const [share] = dashboard.node.world.shares;
  expect(share).toMatchObject({ seal: 'offered', overrides: { echo: { seal: 'required' } } });
  expect(share?.overrides?.['get-sum']).not.toHaveProperty('seal');
});

test('a tool and a call say in words that calls are sealed, and how many secrets were kept back', async ({
  home: page,
}) => {
  await visit(page, '/catalog');
  await page.getByRole('row', { name: 'forecast' }).click();
  await expect(page.getByText('Offered: only the provider’s node can read them')).toBeVisible();
  await visit(page, '/activity/call-1');
  const detail = page.getByRole('region', { name: 'forecast' });
  await expect(detail.getByText('Sealed between the two nodes')).toBeVisible();
  await expect(detail.getByText('2 secrets of your servers')).toBeVisible();
  await visit(page, '/activity/call-3');
  await expect(page.getByText('Encrypted from node to node, not sealed')).toBeVisible();
});

test('what is wanted of calls that leave this node is a setting in words', async ({
  home: page,
  dashboard,
}) => {
  await visit(page, '/settings/privacy');
  await page.getByRole('button', { name: /Seal calls that leave this node/ }).click();
  await page.getByRole('option', { name: 'Always' }).click();
  await expect.poll(() => dashboard.node.world.settings.values.get('relay.seal')).toBe('always');
});
