import type { Page } from '@playwright/test';
import { crowdedWorld } from '#test/support/renderer/crowded-world.ts';
import { expect, tabTo, test, visit } from './dashboard.ts';

const row = (page: Page, text: string) => page.getByRole('row').filter({ hasText: text });
const open = async (page: Page, text: string, tab?: string) => {
  await row(page, text).click();
  await expect(page.getByRole('heading', { level: 2, name: text })).toBeFocused();
  if (tab) await page.getByRole('tab', { name: tab }).click();
};

test.beforeEach(async ({ home: page }) => {
  await visit(page, '/catalog');
});

test('tools are found by where they are from, their state and their words', async ({ home: page }) => {
  await expect(page.getByRole('row')).toHaveCount(9);
  await page.getByRole('radio', { name: /^Network/ }).click();
  await expect(page.getByRole('row')).toHaveCount(5);
  await page.getByRole('searchbox').fill('hourly seven');
  await expect(page.getByRole('row')).toHaveCount(2);
  await page.getByRole('searchbox').fill('no such thing');
  await page.getByRole('button', { name: 'Show all tools' }).click();
  await expect(page.getByRole('row')).toHaveCount(9);
  await page.getByRole('columnheader', { name: 'Tool' }).click();
  await expect(page.getByRole('row').nth(1)).toContainText('Weather forecast');
});

const choose = async (page: Page, part: RegExp, option: RegExp) => {
  await page.getByRole('button', { name: part }).click();
  await page.getByRole('menuitemradio', { name: option }).click();
};

test('filters say how many tools each choice would show, and the address keeps them', async ({
  home: page,
}) => {
  await page.getByRole('button', { name: /^State:/ }).click();
  await expect(page.getByRole('menuitemradio', { name: 'Waiting (2)' })).toBeVisible();
  await page.getByRole('menuitemradio', { name: 'Waiting (2)' }).click();
  await expect(page.getByRole('row')).toHaveCount(3);
  await choose(page, /^Claims:/, /^Only reads \(1\)/);
  await expect(page.getByRole('row')).toHaveCount(2);
  await page.getByRole('searchbox').fill('notes');
  await expect
    .poll(() => page.evaluate(() => location.hash))
    .toBe('#/catalog/+claim=readOnly&state=pending&text=notes');
  await page.reload();
  await expect(page.getByRole('searchbox')).toHaveValue('notes');
  await expect(page.getByRole('row')).toHaveCount(2);
  await page.getByRole('button', { name: 'Clear the filter' }).click();
  await expect(page.getByRole('row')).toHaveCount(9);
  await choose(page, /^Tag:/, /^weather/);
  await expect(page.getByRole('row')).toHaveCount(3);
  await choose(page, /^Provider:/, /^Anna’s workshop/);
  await open(page, 'Weather forecast');
  await page.goBack();
  await expect(page.getByRole('button', { name: /^Tag: weather/ })).toBeVisible();
  await expect(page.getByRole('row')).toHaveCount(3);
});

test('favourites and pins are kept, and seen in the list', async ({ home: page, dashboard }) => {
  await open(page, 'Weather forecast');
  await page.getByRole('button', { name: 'Favourite', exact: true }).click();
  await expect(page.getByRole('button', { name: 'Favourite', exact: true })).toHaveAttribute(
    'aria-pressed',
    'true',
  );
  await page.getByRole('button', { name: 'Pin', exact: true }).click();
  const dialog = page.getByRole('dialog', { name: 'Pin Weather forecast' });
  await dialog.getByRole('button', { name: /exactly this description/ }).click();
  await page.getByRole('option', { name: 'a range of versions' }).click();
  await expect(dialog.getByRole('textbox')).toHaveValue('^0.9.3');
  await dialog.getByRole('button', { name: 'Pin', exact: true }).click();
  await expect(dialog).toHaveCount(0);
  const { view } = dashboard.node.world.tools.find((known) => known.view.name === 'forecast') ?? {};
  expect(view).toMatchObject({ favourite: true, pin: { kind: 'range', value: '^0.9.3' } });
  await expect(row(page, 'Weather forecast').getByRole('img')).toHaveCount(2);
  await page.getByRole('button', { name: /^Favourites/ }).click();
  await expect(page.getByRole('row')).toHaveCount(2);
});

test('by keyboard alone: tools are chosen, approved together and taken back', async ({
  home: page,
  dashboard,
}) => {
  const states = () =>
    dashboard.node.world.tools.filter(({ view }) => view.server === 'notes').map(({ view }) => view.state);
  await visit(page, '/catalog/+pending');
  await expect(page.getByRole('row')).toHaveCount(3);
  await tabTo(page, { role: 'row', name: /^(Select )?Delete notes/ });
  await page.keyboard.press('Space');
  await page.keyboard.press('ArrowDown');
  await page.keyboard.press('Space');
  await expect(page.getByText('2 chosen')).toBeVisible();
  await tabTo(page, { role: 'button', name: /^Approve$/ });
  await page.keyboard.press('Enter');
  const question = page.getByRole('alertdialog', { name: 'Approve 2 tools?' });
  await expect(question).toContainText('may change or delete things');
  await page.keyboard.press('Tab');
  await page.keyboard.press('Enter');
  await expect(page.getByText('2 tools approved')).toBeVisible();
  expect(states()).toEqual(['approved', 'approved']);
  await tabTo(page, { role: 'button', name: 'Undo' });
  await page.keyboard.press('Enter');
  await expect(page.getByText('2 tools are as they were')).toBeVisible();
  expect(states()).toEqual(['pending', 'pending']);
});

test('a rule is shown before it is kept, approves what only reads, and goes again', async ({
  home: page,
  dashboard,
}) => {
  await visit(page, '/catalog/+pending');
  await page.getByRole('button', { name: /Approve those that only read/ }).click();
  const form = page.getByRole('dialog', { name: 'A new rule' });
  await expect(form.getByText('1 enters the catalog')).toBeVisible();
  await expect(form.getByText('Search notes')).toBeVisible();
  await expect(form.getByText('Nobody checks them', { exact: false })).toBeVisible();
  await form.getByRole('button', { name: /^Борис/ }).click();
  await page.getByRole('option', { name: 'tools of anybody' }).click();
  await expect(form.getByText('Say whose tools are approved', { exact: false })).toBeVisible();
  await expect(form.getByRole('button', { name: 'Keep the rule' })).toBeDisabled();
  await form.getByRole('button', { name: /anybody/ }).click();
  await page.getByRole('option', { name: /^Борис/ }).click();
  await form.getByRole('button', { name: 'Keep the rule' }).click();
  const list = page.getByRole('dialog', { name: 'Rules for tools of others' });
  await expect(list.getByRole('listitem')).toHaveCount(2);
  await expect(list.getByRole('listitem').first()).toContainText('said to only read');
  const state = (name: string) =>
    dashboard.node.world.tools.find(({ view }) => view.name === name)?.view.state;
  expect([state('search_notes'), state('delete_notes')]).toEqual(['approved', 'pending']);
  await list.getByRole('button', { name: 'Move rule 2 up' }).click();
  await expect(list.getByRole('listitem').first()).toContainText('Ask me');
  await expect.poll(() => state('search_notes')).toBe('pending');
  await list.getByRole('button', { name: 'Remove rule 1' }).click();
  await expect(list.getByRole('listitem')).toHaveCount(1);
  await expect.poll(() => state('search_notes')).toBe('approved');
});

test('versions are compared, and a schema is read as a list or as it is', async ({ home: page }) => {
  await open(page, 'Radar image', 'Versions');
  await page.getByRole('button', { name: 'Compare with now' }).click();
  const since = page.getByRole('region', { name: 'Changed since that version' });
  await expect(since).toContainText('A rain radar picture');
  await expect(since).toContainText('breaks calls that worked before');
  await page.getByRole('tab', { name: 'Schema' }).click();
  const input = page.getByRole('region', { name: 'Schema of the arguments' });
  await expect(input.getByRole('listitem')).toHaveText(/region.*string.*required/);
  await page.getByText('As it is written (JSON)').click();
  await expect(page.getByRole('group', { name: 'Schema of the arguments' })).toContainText('"properties"');
});

test('by keyboard alone: a tool of the network is approved, then called', async ({
  home: page,
  dashboard,
}) => {
  await tabTo(page, { role: 'row', name: /^Annotated Message/ });
  await page.keyboard.press('End');
  for (let presses = 0; presses < 9; presses++) {
    const focused = await page.evaluate(() => document.activeElement?.textContent ?? '');
    if (focused.includes('Search notes')) break;
    await page.keyboard.press('ArrowUp');
  }
  await page.keyboard.press('Enter');
  await expect(page.getByRole('heading', { level: 2, name: 'Search notes' })).toBeFocused();
  await tabTo(page, { role: 'button', name: 'Approve' });
  await page.keyboard.press('Enter');
  await expect(
    page.getByRole('status').getByText('Search notes is in the catalog as notes_search_notes'),
  ).toBeVisible();
  expect(dashboard.node.world.tools.find(({ view }) => view.name === 'search_notes')?.view.state).toBe(
    'approved',
  );

  await tabTo(page, { role: 'tab', name: 'About' });
  await page.keyboard.press('ArrowRight');
  await tabTo(page, { role: 'textbox', name: /^query/ });
  await page.keyboard.type('bees');
  await page.keyboard.press('Enter');
  await expect(page.getByText('The tool answered')).toBeVisible();
  await expect(page.getByRole('group', { name: 'Structured content' })).toContainText('"bees"');
});

test('a changed tool shows what changed before it is approved again', async ({ home: page }) => {
  await open(page, 'Radar image');
  const diff = page.getByRole('region', { name: 'Changed since you approved it' });
  await expect(diff).toContainText('A rain radar picture');
  await page.getByRole('tab', { name: 'Try it' }).click();
  await expect(page.getByText('Approve the tool first', { exact: false })).toBeVisible();
  await page.getByRole('button', { name: 'Approve the change' }).click();
  await expect(diff).toHaveCount(0);
  await expect(page.getByRole('button', { name: 'Call the tool' })).toBeVisible();
});

test('warnings and annotations are told in words; a tool is rejected after a question', async ({
  home: page,
}) => {
  await open(page, 'Delete notes');
  await expect(page.getByText('Its description holds invisible characters', { exact: false })).toBeVisible();
  await expect(page.getByText('May change or delete things', { exact: true })).toBeVisible();
  await page.getByRole('button', { name: 'Reject' }).click();
  await page.getByRole('alertdialog').getByRole('button', { name: 'Reject' }).click();
  await expect(row(page, 'Delete notes').getByText('Rejected')).toBeVisible();
});

test('a tool gets an alias, and loses it', async ({ home: page }) => {
  await open(page, 'Echo');
  await page.getByRole('button', { name: 'Alias' }).click();
  const dialog = page.getByRole('dialog', { name: 'Give the tool a name of your own' });
  await dialog.getByRole('textbox').fill('not allowed');
  await expect(dialog.getByText('Use letters, digits', { exact: false })).toBeVisible();
  await dialog.getByRole('textbox').fill('parrot');
  await dialog.getByRole('button', { name: 'Save' }).click();
  await expect(row(page, 'parrot')).toBeVisible();
});

test('the form is made from the schema and sends what fits it', async ({ home: page }) => {
  await open(page, 'Weather forecast', 'Try it');
  await page.getByRole('button', { name: 'Call the tool' }).click();
  await expect(page.getByText('Fill this in.')).toHaveCount(2);
  await page.getByRole('textbox', { name: /^latitude/ }).fill('95');
  await page.getByRole('textbox', { name: /^longitude/ }).fill('13.4');
  await expect(page.getByText('Must be 90 or less.')).toBeVisible();
  await page.getByRole('textbox', { name: /^latitude/ }).fill('52.5');
  await page.getByRole('button', { name: 'Add an entry' }).click();
  await page.getByRole('textbox', { name: /^Entry 1/ }).fill('wind');
  await page.getByRole('textbox', { name: /^extra/ }).fill('{"a": [1, 2');
  await page.getByRole('button', { name: 'Call the tool' }).click();
  await expect(page.getByText('This is not valid JSON.', { exact: false })).toBeVisible();
  await page.getByRole('textbox', { name: /^extra/ }).fill('{"a": [1, 2]}');
  await page.getByRole('button', { name: 'Call the tool' }).click();
  const sent = {
    place: { latitude: 52.5, longitude: 13.4 },
    days: 3,
    units: 'metric',
    layers: ['wind'],
    extra: { a: [1, 2] },
  };
  await expect(page.getByRole('group', { name: 'Text from the tool' })).toHaveText(JSON.stringify(sent));
});

test('pictures, links, files and a tool’s own error are shown as what they are', async ({ home: page }) => {
  await open(page, 'Annotated Message', 'Try it');
  await page.getByRole('button', { name: /messageType/ }).click();
  await page.getByRole('option', { name: 'error' }).click();
  await page.getByText('includeImage').click();
  await page.getByRole('button', { name: 'Call the tool' }).click();
  await expect(page.getByText('The tool reports an error')).toBeVisible();
  const picture = page.getByRole('img', { name: 'Picture from the tool' });
  await expect(picture).toBeVisible();
  expect(await picture.evaluate((image: HTMLImageElement) => image.naturalWidth)).toBe(8);
  await expect(page.getByRole('link', { name: 'The whole report' })).toHaveAttribute(
    'rel',
    'noopener noreferrer',
  );
  await expect(page.getByText('Second line')).toBeVisible();
});

test('a long call shows that it runs and can be called off', async ({ home: page }) => {
  await open(page, 'Long Running Operation', 'Try it');
  await page.getByRole('textbox', { name: /^duration/ }).fill('60');
  await page.getByRole('button', { name: 'Call the tool' }).click();
  await expect(page.getByRole('progressbar', { name: 'The tool is working…' })).toBeVisible();
  await page.getByRole('button', { name: 'Cancel the call' }).click();
  await expect(page.getByRole('progressbar', { name: 'The tool is working…' })).toHaveCount(0);
  await expect(page.getByRole('button', { name: 'Call the tool' })).toBeEnabled();
});

test.describe('thousands of tools', () => {
  test.use({ begin: { world: crowdedWorld() } });

  test('are a list of few elements that scrolls', async ({ home: page }) => {
    await expect(page.getByRole('radio', { name: /^All/ })).toContainText('10,008');
    expect(await page.getByRole('row').count()).toBeLessThan(60);
    await page.getByRole('row').nth(1).focus();
    const position = () => page.getByRole('row').last().getAttribute('aria-rowindex').then(Number);
    // More rows arrive whenever the end comes into view.
    await expect(async () => {
      await page.keyboard.press('End');
      expect(await position()).toBeGreaterThan(800);
    }).toPass();
    expect(await page.getByRole('row').count()).toBeLessThan(60);
    await page.getByRole('searchbox').fill('read files 4700');
    await expect(row(page, 'Read files 4700')).toBeVisible();
    await expect(page.getByText('1 tool of 10,008')).toBeVisible();
  });
});

test('a tool that one cannot do without is watched over', async ({ home: page, dashboard }) => {
  await visit(page, '/catalog/+approved');
  await row(page, 'Weather forecast').click();
  await page.getByRole('button', { name: 'Critical' }).click();
  const dialog = page.getByRole('dialog', { name: /Can you do without/ });
  await dialog.getByRole('button', { name: /Instances that must live/ }).click();
  await page.getByRole('option', { name: '2', exact: true }).click();
  await dialog.getByRole('button', { name: 'Save' }).click();
  await expect(dialog).toHaveCount(0);
  await expect(page.getByText(/^\d of 2 live$/)).toBeVisible();
  expect(dashboard.node.world.tools.find(({ view }) => view.critical)?.view.critical?.min).toBe(2);
});
