import { expect, test, visit } from './dashboard.ts';

const palette = { name: 'Find anything' };

test('the palette opens by key, finds everything and leads there, by keyboard alone', async ({
  home: page,
}) => {
  const open = async () => {
    await page.keyboard.press('Control+k');
    await expect(page.getByRole('searchbox', palette)).toBeFocused();
  };
  await open();
  await page.keyboard.type('activ');
  await expect(page.getByRole('menuitem', { name: 'Activity' })).toBeVisible();
  await page.keyboard.press('Enter');
  await expect(page.getByRole('heading', { level: 1, name: 'Activity' })).toBeVisible();

  await open();
  await page.keyboard.type('forecast');
  await expect(page.getByRole('menuitem', { name: /Weather forecast/ })).toBeVisible();
  await page.keyboard.press('Enter');
  await expect(page.getByRole('heading', { level: 1, name: 'Catalog' })).toBeVisible();

  await open();
  await page.keyboard.type('every');
  await expect(page.getByRole('menuitem', { name: 'everything' })).toBeVisible();
  await page.keyboard.press('Enter');
  await expect(page.getByRole('heading', { level: 2, name: 'everything' })).toBeVisible();

  await open();
  await page.keyboard.type('dark');
  await page.keyboard.press('Enter');
  await expect(page.locator('html')).toHaveAttribute('data-theme', 'dark');

  await open();
  await page.keyboard.type('zzzz');
  await expect(page.getByText('Nothing fits.', { exact: false })).toBeVisible();
  await page.keyboard.press('Escape');
  await expect(page.getByRole('dialog')).toHaveCount(0);
});

test('keys lead to pages, and mean nothing where one writes', async ({ home: page }) => {
  await page.getByRole('main').focus();
  await page.keyboard.press('g');
  await page.keyboard.press('c');
  await expect(page.getByRole('heading', { level: 1, name: 'Catalog' })).toBeVisible();
  await page.keyboard.press('/');
  const search = page.getByRole('main').getByRole('searchbox');
  await expect(search).toBeFocused();
  await page.keyboard.type('g s n ? /');
  await expect(search).toHaveValue('g s n ? /');
  await expect(page.getByRole('heading', { level: 1, name: 'Catalog' })).toBeVisible();
  await expect(page.getByRole('dialog')).toHaveCount(0);

  await page.getByRole('main').focus();
  await page.keyboard.press('n');
  await expect(page.getByRole('dialog', { name: 'Add an MCP server' })).toBeVisible();
  await page.keyboard.press('g');
  await page.keyboard.press('h');
  await expect(page.getByRole('dialog', { name: 'Add an MCP server' })).toBeVisible();
});

test('the sheet lists the keys, and switches off those that are single characters', async ({
  home: page,
}) => {
  await page.getByRole('main').focus();
  await page.keyboard.press('?');
  const sheet = page.getByRole('dialog', { name: 'Keyboard shortcuts' });
  await expect(sheet.getByText('Add a server')).toBeVisible();
  await sheet.getByText('Single-key shortcuts').click();
  await page.keyboard.press('Escape');
  await expect(sheet).toHaveCount(0);
  await page.getByRole('main').focus();
  await page.keyboard.press('?');
  await page.keyboard.press('n');
  await expect(page.getByRole('dialog')).toHaveCount(0);
  await page.keyboard.press('Control+k');
  await expect(page.getByRole('searchbox', palette)).toBeFocused();
});

test('F6 walks through the parts of the window', async ({ home: page }) => {
  await page.getByRole('main').focus();
  await page.keyboard.press('F6');
  await expect(page.getByRole('link', { name: 'Home', exact: true })).toBeFocused();
  await page.keyboard.press('F6');
  await expect(page.getByRole('button', { name: 'Find' })).toBeFocused();
  await page.keyboard.press('Shift+F6');
  await page.keyboard.press('Shift+F6');
  await expect(page.getByRole('main')).toBeFocused();
});

test.describe('in other scripts', () => {
  test.use({ language: 'ar' });
  test('shortcuts follow the place of a key, whatever it writes', async ({ home: page }) => {
    await page.getByRole('main').focus();
    await page.evaluate(() => {
      const type = (key: string, code: string) =>
        document.activeElement?.dispatchEvent(
          new KeyboardEvent('keydown', { key, code, bubbles: true, cancelable: true }),
        );
      type('ل', 'KeyG');
      type('س', 'KeyS');
    });
    await expect(page.getByRole('heading', { level: 1, name: 'الخوادم' })).toBeVisible();
    await visit(page, '/');
  });
});
