/** What people with another role than the owner's see: every page, and why they may not press what they may not press. */
import { settle, violations } from './axe.ts';
import { expect, test, visit } from './dashboard.ts';

const PAGES = [
  '/',
  '/servers',
  '/servers/everything',
  '/catalog',
  '/discover',
  '/clients',
  '/network',
  '/network/peers',
  '/network/nodes',
  '/network/self',
  '/network/protocol',
  '/access',
  '/activity',
  '/usage',
  '/usage/load',
  '/settings',
  '/settings/network',
  '/settings/operators',
  '/settings/data',
  '/settings/about',
];

for (const role of ['read-only', 'finance'] as const)
  test.describe(`as ${role}`, () => {
    test.use({ role });

    test('every page opens, says the role, and has nothing that axe complains of', async ({ home }) => {
      test.setTimeout(120_000);
      const badge = home.getByRole('banner').getByText(role === 'finance' ? 'Finance' : 'Read-only');
      for (const path of PAGES) {
        await visit(home, path);
        await expect(home.getByRole('main').getByRole('heading', { level: 1 })).toBeVisible();
        await expect(badge).toBeVisible();
        await settle(home);
        expect(await violations(home), path).toEqual([]);
      }
    });

    test('what changes something is disabled, and tells why', async ({ home }) => {
      await visit(home, '/settings/operators');
      const open = home.getByRole('button', { name: 'Link for another person' });
      await expect(open).toBeDisabled();
      await open.focus();
      await expect(home.getByRole('tooltip')).toContainText('This needs the role owner');
      await home.keyboard.press('Enter');
      await expect(home.getByRole('dialog')).toHaveCount(0);
    });

    test('usage is for finance', async ({ home }) => {
      await visit(home, '/usage');
      const refusal = home.getByText('This needs the role finance');
      if (role === 'finance') await expect(refusal).toHaveCount(0);
      else await expect(refusal.first()).toBeVisible();
    });
  });

test('the owner makes a link, sees who came through it, and revokes him', async ({ home, browser }) => {
  await visit(home, '/settings/operators');
  await home.getByRole('button', { name: 'Link for another person' }).click();
  const dialog = home.getByRole('dialog');
  await dialog.getByLabel('For whom').fill('Bea');
  await dialog.getByRole('button', { name: 'Make the link' }).click();
  const made = home.getByRole('alertdialog');
  const url = await made.getByRole('textbox').inputValue();
  await made.getByRole('button', { name: 'I have copied it' }).click();

  const other = await browser.newContext();
  const page = await other.newPage();
  await page.goto(url);
  await expect(page.getByRole('banner').getByText('Read-only')).toBeVisible();

  await visit(home, '/');
  await visit(home, '/settings/operators');
  await expect(home.getByText('Read-only · Signed-in browser')).toBeVisible();
  await home.getByRole('button', { name: 'Revoke: Bea' }).click();
  await home.getByRole('alertdialog').getByRole('button', { name: 'Revoke' }).click();
  await expect(page.getByText('This browser is not signed in to the node.')).toBeVisible();
  await expect(home.getByRole('button', { name: 'Revoke: Bea' })).toHaveCount(0);
  await other.close();
});
