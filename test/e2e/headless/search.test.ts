import { expect, test, visit } from './dashboard.ts';

test.beforeEach(async ({ home: page }) => {
  await visit(page, '/catalog');
});

test('words find tools by what they mean, the best first, and are marked', async ({ home: page }) => {
  const box = page.getByRole('main').getByRole('searchbox');
  await box.fill('wether forcast');
  await expect(page.getByText(/was looked for instead/).first()).toBeVisible();
  await expect(page.getByRole('row').nth(1)).toContainText('Weather forecast');
  await expect(page.getByRole('row').nth(1).locator('mark').first()).toHaveText('Weather');
  await box.fill('forec');
  await expect(page.getByRole('row').nth(1).locator('mark').first()).toHaveText('forecast');
  await page.getByRole('columnheader', { name: 'Tool' }).click();
  await expect(page.getByRole('columnheader', { name: 'Tool' })).toHaveAttribute('aria-sort', /cending/);
});

test('filters in the text are chips that can be taken away, and what is none is said', async ({
  home: page,
}) => {
  const box = page.getByRole('main').getByRole('searchbox');
  await box.fill('tag:weather colour:red price<5');
  const chips = page.getByRole('list', { name: 'Understood as' });
  await expect(chips.getByRole('listitem')).toHaveText(['Tag weather']);
  await expect(page.getByText('“colour:” is no filter; its words are looked for.')).toBeVisible();
  await expect(page.getByText(/Prices are not known yet/)).toBeVisible();
  await box.fill('tag:weather');
  await expect(page.getByRole('row')).toHaveCount(3);
  await page.getByRole('button', { name: 'Remove: Tag weather' }).click();
  await expect(box).toHaveValue('');
  await expect(page.getByRole('row')).toHaveCount(9);
});

test('the examples can be tried with the keyboard alone', async ({ home: page }) => {
  await page.getByRole('button', { name: 'What can be written here' }).focus();
  await page.keyboard.press('Enter');
  const help = page.getByRole('dialog', { name: 'Searching tools' });
  await expect(help).toBeVisible();
  await help.getByRole('button', { name: 'state:pending' }).focus();
  await page.keyboard.press('Enter');
  await expect(help).toHaveCount(0);
  await expect(page.getByRole('main').getByRole('searchbox')).toHaveValue('state:pending');
  await expect(page.getByRole('list', { name: 'Understood as' })).toContainText('State Waiting');
  await expect(page.getByRole('row')).toHaveCount(3);
});

test('the network is asked when told to, and its answers lead to the tool', async ({ home: page }) => {
  await page.getByRole('main').getByRole('searchbox').fill('weather');
  await page.getByRole('button', { name: 'Ask the network' }).click();
  const dialog = page.getByRole('dialog', { name: 'Ask the network' });
  await expect(dialog.getByText('These words are shown to the peers that are asked.')).toBeVisible();
  await expect(dialog.getByRole('searchbox')).toHaveValue('weather');
  await expect(dialog.getByRole('row')).toHaveCount(0);
  await dialog.getByRole('button', { name: 'Ask', exact: true }).click();
  await expect(dialog.getByText(/peers answered/).first()).toBeVisible();
  await expect(dialog.getByRole('row').filter({ hasText: 'Weather forecast' })).toBeVisible();
  await expect(dialog.getByRole('button', { name: 'Ask again' })).toBeVisible();
  await dialog.getByRole('row').filter({ hasText: 'Weather forecast' }).click();
  await expect(dialog).toHaveCount(0);
  await expect(page.getByRole('heading', { level: 2, name: 'Weather forecast' })).toBeVisible();
});

test('asking can be stopped, and nothing found is said', async ({ home: page }) => {
  await page.getByRole('button', { name: 'Ask the network' }).click();
  const dialog = page.getByRole('dialog', { name: 'Ask the network' });
  await expect(dialog.getByRole('button', { name: 'Ask', exact: true })).toBeDisabled();
  await dialog.getByRole('searchbox').fill('weather forecast notes');
  await page.keyboard.press('Enter');
  await dialog.getByRole('button', { name: 'Stop asking' }).click();
  await expect(dialog.getByRole('button', { name: 'Ask again' })).toBeVisible();
  await dialog.getByRole('searchbox').fill('zzqqxx');
  await page.keyboard.press('Enter');
  await expect(dialog.getByText('No peer knows such a tool')).toBeVisible();
});

for (const language of ['en', 'ru', 'ar'] as const)
  test.describe(`in ${language}`, () => {
    test.use({ language });

    test('the search fits into every window', async ({ home: page }) => {
      await page.getByRole('main').getByRole('searchbox').fill('wether tag:weather colour:red');
      await expect(page.getByRole('main').getByText('colour:').first()).toBeVisible();
      for (const [width, height] of [
        [1280, 800],
        [800, 600],
        [400, 800],
      ] as const) {
        await page.setViewportSize({ width, height });
        expect(await page.evaluate(() => document.documentElement.scrollWidth <= innerWidth)).toBe(true);
      }
    });
  });
