import { emptyWorld, WORDS } from '#test/support/renderer/world.ts';
import { expect, test, visit } from './dashboard.ts';

test('what waits for the operator leads to where it is settled', async ({ home: page }) => {
  await page.getByRole('link', { name: 'Compare' }).click();
  await expect(page.getByRole('heading', { level: 1, name: 'Catalog' })).toBeVisible();
  await expect(page.getByRole('row').filter({ hasText: 'Radar image' })).toBeVisible();
  await expect(page.getByRole('row').filter({ hasText: 'Echo' })).toHaveCount(0);
  await page.goBack();
  const failed = page.getByRole('listitem').filter({ hasText: 'github' });
  await failed.getByRole('link', { name: 'See why' }).click();
  await expect(page.getByText('The server refused the credentials.')).toBeVisible();
});

test('the recovery phrase is shown, written down and confirmed', async ({ home: page }) => {
  await page.getByRole('button', { name: /^Show \d more$/ }).click();
  await page.getByRole('button', { name: 'Write it down' }).click();
  const dialog = page.getByRole('dialog', { name: 'Recovery phrase' });
  await dialog.getByRole('button', { name: 'Show the words' }).click();
  await expect(dialog.getByRole('listitem')).toHaveCount(24);
  await dialog.getByRole('button', { name: 'I have written them down' }).click();

  const boxes = dialog.getByRole('textbox');
  await expect(boxes).toHaveCount(3);
  for (const box of await boxes.all()) await box.fill('wrong');
  await dialog.getByRole('button', { name: 'Confirm' }).click();
  await expect(dialog.getByRole('alert')).toContainText('These are not the words of the phrase.');

  for (const box of await boxes.all()) {
    const label = await box.evaluate((element: HTMLInputElement) => element.labels?.[0]?.textContent ?? '');
    await box.fill(WORDS[Number(/\d+/.exec(label)?.[0]) - 1] ?? '');
  }
  await dialog.getByRole('button', { name: 'Confirm' }).click();
  await expect(dialog).toHaveCount(0);
  await expect(page.getByText('Written down', { exact: true })).toBeVisible();
  await expect(page.getByText('Your recovery phrase is not written down yet', { exact: false })).toHaveCount(
    0,
  );
});

test('the token for AI clients is hidden until it is asked for', async ({ home: page, context }) => {
  await context.grantPermissions(['clipboard-read', 'clipboard-write']);
  await visit(page, '/clients');
  await page.getByRole('tab', { name: 'HTTP' }).click();
  const token = page.getByRole('textbox', { name: 'Token' });
  await expect(token).not.toHaveValue(/tsw_/);
  await page.getByRole('button', { name: 'Copy: Token' }).click();
  await expect(page.getByRole('status').filter({ hasText: 'Copied' })).toBeVisible();
  expect(await page.evaluate(() => navigator.clipboard.readText())).toMatch(/^tsw_/);
  await page.getByRole('button', { name: 'Show: Token' }).click();
  await expect(token).toHaveValue(/^tsw_/);
});

test('a peer is connected by address, marked as known and blocked', async ({ home: page, dashboard }) => {
  await page.getByRole('button', { name: 'Connect to a peer' }).click();
  const dialog = page.getByRole('dialog', { name: 'Connect to a peer' });
  await dialog.getByRole('textbox').fill('nonsense');
  await dialog.getByRole('button', { name: 'Connect' }).click();
  await expect(dialog.getByRole('alert')).toContainText('This is not the address of a peer.');
  await dialog.getByRole('textbox').fill('/ip4/192.0.2.9/tcp/7422/p2p/12D3KooWNewPeer');
  await dialog.getByRole('button', { name: 'Connect' }).click();
  await expect(dialog).toHaveCount(0);
  await expect(page.getByRole('status').getByText('4 peers connected')).toBeVisible();

  await page.getByRole('button', { name: 'Actions for Борис' }).click();
  await page.getByRole('menuitem', { name: 'Mark as known' }).click();
  await expect(page.getByRole('listitem').filter({ hasText: 'Борис' }).getByText('Known')).toBeVisible();

  await page.getByRole('button', { name: 'Actions for Борис' }).click();
  await page.getByRole('menuitem', { name: 'Block' }).click();
  const question = page.getByRole('alertdialog', { name: 'Block Борис?' });
  await expect(question.getByRole('button', { name: 'Cancel' })).toBeFocused();
  await question.getByRole('button', { name: 'Block' }).click();
  await expect(page.getByRole('listitem').filter({ hasText: 'Борис' }).getByText('Blocked')).toBeVisible();
  expect(dashboard.node.world.peers.find((peer) => peer.displayName === 'Борис')?.blocked).toBe(true);
});

test.describe('a node that was just started', () => {
  test.use({ begin: { world: emptyWorld } });

  test('says what there could be, and the first step to it', async ({ home: page }) => {
    await expect(page.getByText('You are alone so far')).toBeVisible();
    await page.getByRole('link', { name: 'Add a server' }).click();
    await expect(page.getByRole('dialog', { name: 'Add an MCP server' })).toBeVisible();
  });
});
