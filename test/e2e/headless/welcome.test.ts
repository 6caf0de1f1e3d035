import { freshWorld } from '#test/support/renderer/world.ts';
import { expect, test, visit } from './dashboard.ts';

test.use({ begin: { world: freshWorld } });

test('a fresh node leads through five steps, and remembers where one left', async ({
  home: page,
  dashboard,
}) => {
  const steps = page.getByRole('list', { name: 'Steps' });
  const here = steps.locator('[aria-current=step]');
  await expect(page.getByRole('heading', { level: 1, name: 'Set up Toolswarm' })).toBeVisible();
  await expect(here).toHaveText(/Language/);

  await test.step('language and theme change at once', async () => {
    await page.getByText('Dark', { exact: true }).last().click();
    await expect(page.locator('html')).toHaveAttribute('data-theme', 'dark');
    await page.getByText('Русский').last().click();
    await expect(page.getByRole('heading', { level: 2, name: 'Язык и тема' })).toBeVisible();
    await page.getByText('English').last().click();
    await page.getByRole('button', { name: 'Next' }).click();
  });

  await test.step('the name is saved, and the focus stands at the new step', async () => {
    await expect(page.getByRole('heading', { level: 2, name: 'Who you are' })).toBeFocused();
    await page.getByRole('textbox', { name: 'Display name' }).fill('Ada');
    await page.getByRole('button', { name: 'Save the name' }).click();
    await expect(page.getByText('Saved')).toBeVisible();
    expect(dashboard.node.world.displayName).toBe('Ada');
    await page.getByRole('button', { name: 'Next' }).click();
  });

  await test.step('what was left is taken up again', async () => {
    await expect(here).toHaveText(/Connection/);
    expect(dashboard.node.world.setup).toMatchObject({
      step: 'connectivity',
      completed: ['look', 'identity'],
    });
    await page.reload();
    await expect(here).toHaveText(/Connection/);
    await expect(steps.getByRole('button', { name: /Identity/ })).toContainText('done');
  });

  await test.step('a step can be passed over, and gone back to', async () => {
    const onwards = page.getByRole('button', { name: /^(Next|Skip this step)$/ });
    await onwards.click();
    await expect(here).toHaveText(/AI clients/);
    await page.getByRole('button', { name: 'Back' }).click();
    await expect(here).toHaveText(/Connection/);
    await steps.getByRole('button', { name: /First server/ }).click();
    await expect(here).toHaveText(/First server/);
  });

  await test.step('a server is added; a folder that will not do is said', async () => {
    await page.getByRole('button', { name: 'Add the server' }).click();
    await expect(page.getByText('Type the whole path', { exact: false })).toBeVisible();
    await page.getByRole('textbox', { name: /^Folder/ }).fill('/home/ada/notes');
    await page.getByRole('button', { name: 'Add the server' }).click();
    await expect(page.getByText(/filesystem runs and offers/)).toBeVisible();
    await expect(page.getByText('Sharing is off', { exact: false })).toBeVisible();
    await page.getByRole('button', { name: 'Finish' }).click();
  });

  await expect(page.getByRole('heading', { level: 1, name: 'Home' })).toBeVisible();
  await expect(page.getByText('Nothing is shared until you say so.', { exact: false })).toBeVisible();
  expect(dashboard.node.world.setup.finished).toBe(true);
  expect(dashboard.node.world.shares).toEqual([]);
});

test('who skips it is not asked again, and finds it again', async ({ home: page, dashboard }) => {
  await page.getByRole('button', { name: 'Skip set-up' }).click();
  await expect(page.getByRole('heading', { level: 1, name: 'Home' })).toBeVisible();
  await page.reload();
  await expect(page.getByRole('heading', { level: 1, name: 'Home' })).toBeVisible();
  expect(dashboard.node.world.setup.finished).toBe(true);
  await page.keyboard.press('Control+k');
  await expect(page.getByRole('searchbox', { name: 'Find anything' })).toBeFocused();
  await page.keyboard.type('set-up');
  await page.keyboard.press('Enter');
  await expect(page.getByRole('heading', { level: 1, name: 'Set up Toolswarm' })).toBeVisible();
});

test('who walks away finds the way back on Home', async ({ home: page }) => {
  await page.getByRole('link', { name: 'Servers' }).click();
  await visit(page, '/');
  await expect(page.getByRole('heading', { level: 1, name: 'Home' })).toBeVisible();
  await page.getByRole('link', { name: 'Go on' }).click();
  await expect(page.getByRole('heading', { level: 1, name: 'Set up Toolswarm' })).toBeVisible();
});

test('everything is reached by keyboard alone', async ({ home: page }) => {
  await page.getByRole('main').focus();
  const press = async (key: string, times = 1) => {
    for (let count = 0; count < times; count++) await page.keyboard.press(key);
  };
  const radio = page.getByRole('radio', { name: 'English' });
  for (
    let tries = 0;
    tries < 30 && !(await radio.evaluate((item) => item === document.activeElement));
    tries++
  )
    await press('Tab');
  await press('ArrowDown');
  await expect(page.locator('html')).toHaveAttribute('lang', 'ru');
  await press('ArrowUp');
  await expect(page.locator('html')).toHaveAttribute('lang', 'en');
  const next = page.getByRole('button', { name: 'Next' });
  for (
    let tries = 0;
    tries < 30 && !(await next.evaluate((item) => item === document.activeElement));
    tries++
  )
    await press('Tab');
  await press('Enter');
  await expect(page.getByRole('heading', { level: 2, name: 'Who you are' })).toBeFocused();
});
