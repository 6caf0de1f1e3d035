/** What AI clients read of the catalog, names that can be taken for others, and providers who contradict themselves. */
import { suspectWorld } from '#test/support/renderer/suspect-world.ts';
import { settle, violations } from './axe.ts';
import { expect, test, visit } from './dashboard.ts';

test.use({ begin: { world: suspectWorld } });

test('the catalog says what clients read, and the budget can be changed with a preview', async ({ home }) => {
  await visit(home, '/catalog');
  const strip = home.getByRole('region', { name: 'What AI clients read' });
  await expect(strip).toContainText('found by searching');
  await expect(strip).toContainText('instead of');
  await strip.getByRole('button', { name: /^Change/ }).click();
  const dialog = home.getByRole('dialog', { name: 'What AI clients read' });
  await expect(dialog).toContainText('found by searching');
  await dialog.getByLabel('Budget in tokens').fill('12');
  await expect(dialog).toContainText('A whole number from 1,000 to 1,000,000.');
  await dialog.getByLabel('Budget in tokens').fill('900000');
  await expect(dialog).not.toContainText('found by searching ·');
  await dialog.getByText('Always search', { exact: true }).click();
  await dialog.getByLabel('Add a tool').fill('service-3_tool_7');
  await dialog.getByRole('button', { name: 'Always list service-3_tool_7' }).click();
  await dialog.getByRole('button', { name: 'Save' }).click();
  await expect(home.getByText('Clients of “default” get their tools this way from now on.')).toBeVisible();
  await strip.getByRole('button', { name: /^Change/ }).click();
  await expect(dialog.getByText('service-3_tool_7')).toBeVisible();
  await expect(dialog.getByRole('radio', { name: /Always search/ })).toBeChecked();
});

test('a profile’s editor has the same choice, and connected clients say how they get their tools', async ({
  home,
}) => {
  await visit(home, '/clients');
  await expect(home.getByText('finds tools by searching').first()).toBeVisible();
  await home.getByRole('button', { name: 'Edit: default' }).click();
  const dialog = home.getByRole('dialog');
  await dialog.getByText('Always list all', { exact: true }).click();
  await dialog.getByRole('button', { name: 'Save' }).click();
  await expect(home.getByText('sees all its tools').first()).toBeVisible();
});

test('a tool that can be taken for another says for whose, and asks before it is approved', async ({
  home,
}) => {
  await visit(home, `/catalog/+${new URLSearchParams({ state: 'pending' }).toString()}`);
  await home.getByRole('row', { name: /read_text_file/ }).click();
  await expect(home.getByText('Not to be confused with').first()).toBeVisible();
  await expect(home.getByText('The server’s name “fi1esystem” looks like “filesystem”')).toBeVisible();
  await expect(home.getByText('yours', { exact: true })).toBeVisible();
  await home.getByRole('button', { name: 'Approve', exact: true }).click();
  const question = home.getByRole('alertdialog');
  await expect(question).toContainText('known since');
  await question.getByRole('button', { name: 'Approve all the same' }).click();
  await expect(question).toBeHidden();
  await expect(home.getByRole('button', { name: 'Approve', exact: true })).toBeHidden();
});

test('who contradicted himself waits on Home, and the proof can be saved', async ({ home }) => {
  await visit(home, '/');
  // So much waits in this world that not all of it is shown at first.
  await home.getByRole('button', { name: /^Show \d+ more$/ }).click();
  await home.getByRole('link', { name: 'Look at the proof' }).click();
  const card = home.getByRole('region', { name: 'Contradictions' });
  await expect(card).toContainText('server notes, number 41');
  const [download] = await Promise.all([
    home.waitForEvent('download'),
    card.getByRole('button', { name: 'Save the proof' }).click(),
  ]);
  expect(download.suggestedFilename()).toMatch(/^equivocation-.*-notes-41\.json$/);
  await card.getByRole('button', { name: 'I have seen it' }).click();
  await expect(card.getByText('seen', { exact: true })).toBeVisible();
  await visit(home, '/');
  await expect(home.getByRole('link', { name: 'Decide' }).first()).toBeVisible();
  await home.getByRole('button', { name: /^Show \d+ more$/ }).click();
  await expect(home.getByRole('link', { name: 'Look at the proof' })).toBeHidden();
});

for (const language of ['en', 'ru', 'ar'] as const)
  for (const theme of ['light', 'dark'] as const)
    test.describe(`${language}, ${theme}`, () => {
      test.use({ language, theme, contextOptions: { reducedMotion: 'reduce' } });
      test('axe knows of nothing wrong with warnings, the question before approval and proofs', async ({
        home,
      }) => {
        await visit(home, `/catalog/+${new URLSearchParams({ state: 'pending' }).toString()}`);
        await home.getByRole('row', { name: /read_text_file/ }).click();
        await home.locator('button:has(svg.lucide-check)').first().click();
        await expect(home.getByRole('alertdialog')).toBeVisible();
        await settle(home);
        await home.screenshot({ path: `test-results/views/alike-${language}-${theme}.png` });
        expect(await violations(home)).toEqual([]);
        await home.keyboard.press('Escape');
        await visit(home, '/network/peers');
        await expect(home.locator('button:has(svg.lucide-download)').first()).toBeVisible();
        await settle(home);
        await home.screenshot({ path: `test-results/views/contradictions-${language}-${theme}.png` });
        expect(await violations(home)).toEqual([]);
      });
    });
