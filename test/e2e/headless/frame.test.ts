import { expect, tabTo, test, visit } from './dashboard.ts';

test('a link signs in once, and the address bar forgets its token', async ({ page, dashboard, browser }) => {
  const link = dashboard.openLink();
  await page.goto(link);
  await expect(page.getByRole('heading', { name: 'Home' })).toBeVisible();
  expect(page.url()).not.toContain('t=');
  await page.reload();
  await expect(page.getByRole('heading', { name: 'Home' })).toBeVisible();

  const stranger = await (await browser.newContext()).newPage();
  await stranger.goto(link);
  await expect(stranger.getByText('This link was used before or is older than ten minutes.')).toBeVisible();
  await expect(stranger.getByRole('group', { name: 'In a terminal on the node’s machine' })).toBeVisible();
  await stranger.goto(link.replace(/#.*/, ''));
  await expect(stranger.getByText('This browser is not signed in', { exact: false })).toBeVisible();
  await stranger.context().close();
});

test('every page is reached by keyboard alone, and hears the focus', async ({ home: page }) => {
  await page.keyboard.press('Tab');
  await expect(page.getByRole('link', { name: 'Skip to the content' })).toBeFocused();
  await page.keyboard.press('Enter');
  await expect(page.getByRole('main')).toBeFocused();

  for (const name of ['Servers', 'Catalog', 'Activity', 'Settings', 'Home']) {
    await page.evaluate(() => (document.activeElement as HTMLElement | null)?.blur());
    await tabTo(page, { role: 'link', name: new RegExp(`^${name}`) });
    await page.keyboard.press('Enter');
    await expect(page.getByRole('main').getByRole('heading', { level: 1, name })).toBeVisible();
    await expect(page).toHaveTitle(`${name} · Toolswarm`);
    await expect(page.getByRole('main')).toBeFocused();
  }
});

test('language, direction and theme change at once and are remembered', async ({ page, dashboard }) => {
  await page.goto(dashboard.openLink());
  await page.getByRole('button', { name: 'Language: English' }).click();
  const directionWithText = page.evaluate(
    () =>
      new Promise((resolve) => {
        const look = () => {
          const heading = document.querySelector('main h1')?.textContent;
          if (heading === 'الرئيسية') resolve(document.documentElement.dir);
        };
        new MutationObserver(look).observe(document.body, {
          subtree: true,
          childList: true,
          characterData: true,
        });
      }),
  );
  await page.getByRole('menuitemradio', { name: 'العربية' }).click();
  expect(await directionWithText).toBe('rtl');
  await expect(page.locator('html')).toHaveAttribute('lang', 'ar');

  await page.getByRole('button', { name: /^المظهر/ }).click();
  await page.getByRole('menuitemradio', { name: 'داكن' }).click();
  await expect(page.locator('html')).toHaveAttribute('data-theme', 'dark');

  await page.reload();
  await expect(page.getByRole('heading', { level: 1 })).toHaveText('الرئيسية');
  await expect(page.locator('html')).toHaveAttribute('dir', 'rtl');
  await expect(page.locator('html')).toHaveAttribute('data-theme', 'dark');
});

test('an address that is none leads home', async ({ home: page }) => {
  await visit(page, '/nowhere');
  await expect(page.getByRole('heading', { level: 1, name: 'Home' })).toBeVisible();
  await visit(page, '/servers/no-such-server');
  await expect(page.getByRole('heading', { level: 1, name: 'Servers' })).toBeVisible();
  await visit(page, '/catalog/%E0%A4%A');
  await expect(page.getByRole('heading', { level: 1, name: 'Catalog' })).toBeVisible();
});
