/** Activity and Settings as a person uses them. */
import { readFileSync } from 'node:fs';
import { expect, test, visit } from './dashboard.ts';

test('calls are listed, filtered in the address, and new ones appear by themselves', async ({
  home: page,
  dashboard,
}) => {
  await visit(page, '/activity');
  await expect(page.getByRole('grid', { name: 'Activity' })).toBeVisible();
  await page.getByRole('button', { name: /Any outcome/ }).click();
  await page.getByRole('option', { name: 'Failed' }).click();
  await expect(page.getByText(/Failed at:/).first()).toBeVisible();
  await expect(page.getByRole('row').filter({ hasText: 'Answered' })).toHaveCount(0);
  await expect.poll(() => page.url()).toContain('outcome=error');
  await page.reload();
  await expect(page.getByText(/Failed at:/).first()).toBeVisible();
  await expect(page.getByRole('row').filter({ hasText: 'Answered' })).toHaveCount(0);
  await page.getByRole('button', { name: 'Clear filters' }).click();
  await expect(page.getByRole('row').filter({ hasText: 'Answered' }).first()).toBeVisible();

  const call = async () => {
    const { handlers, world } = dashboard.node;
    const echo = world.tools.find(({ view }) => view.name === 'get-sum');
    await handlers['tools.call'](
      { id: echo?.view.id ?? '', arguments: { a: 1, b: 2 }, timeoutMs: 1000 },
      { signal: new AbortController().signal },
    );
  };
  await call();
  await expect(page.getByRole('row').filter({ hasText: 'dashboard' })).toHaveCount(1);
  await page.getByRole('button', { name: 'Pause' }).click();
  await call();
  await expect(page.getByText('1 new call waits.')).toBeVisible();
  await expect(page.getByRole('row').filter({ hasText: 'dashboard' })).toHaveCount(1);
  await page.getByRole('button', { name: 'Go on' }).click();
  await expect(page.getByRole('row').filter({ hasText: 'dashboard' })).toHaveCount(2);
});

test('a call is opened: its hops, where it failed, and what can be done', async ({ home: page }) => {
  await visit(page, '/activity/call-4');
  const detail = page.getByRole('region', { name: 'echo' });
  await expect(detail.getByText('Failed at: tool')).toBeVisible();
  await expect(detail.getByText('relay.timeout')).toBeVisible();
  await expect(detail.getByRole('rowheader', { name: /^tool/ })).toBeVisible();
  await expect(detail.getByText(/Longest: tool/)).toBeVisible();
  await expect(detail.getByRole('link', { name: 'Keep it from now on' })).toHaveAttribute(
    'href',
    '#/settings/privacy',
  );
  await expect(detail.getByRole('button', { name: 'Call again' })).toHaveCount(0);
  await page.keyboard.press('Escape');
  await expect(detail).toHaveCount(0);
});

test('a call whose arguments are kept is repeated after a question', async ({ home: page, dashboard }) => {
  await visit(page, '/activity/call-0');
  await page.getByRole('button', { name: 'Call again' }).click();
  const question = page.getByRole('alertdialog');
  await expect(question.getByText('Hello 0')).toBeVisible();
  const before = dashboard.node.world.calls.length;
  await question.getByRole('button', { name: 'Call', exact: true }).click();
  await expect.poll(() => dashboard.node.world.calls.length).toBe(before + 1);
  await expect(page.getByText('Answered').last()).toBeVisible();
});

test('calls are exported as a file of what the filter shows', async ({ home: page }) => {
  await visit(page, '/activity/+outcome=error');
  const saved = page.waitForEvent('download');
  await page.getByRole('button', { name: 'Export' }).click();
  await page.getByRole('menuitem', { name: /CSV/ }).click();
  const download = await saved;
  expect(download.suggestedFilename()).toMatch(/^toolswarm-calls-[\d-]+\.csv$/);
  const lines = readFileSync(await download.path(), 'utf8')
    .trim()
    .split('\r\n');
  expect(lines[0]).toMatch(/^started,direction,outcome,code,failed_at/);
  expect(lines.slice(1).every((line) => line.includes(',error,relay.timeout,'))).toBe(true);
  expect(lines.length).toBeGreaterThan(3);
});

test('a setting is changed within its limits, waits for a restart, and is reset', async ({
  home: page,
  dashboard,
}) => {
  await visit(page, '/settings/clients');
  const setting = page.getByRole('listitem', { name: 'Patience with tools' });
  await setting.getByRole('button', { name: /Change/ }).click();
  const dialog = page.getByRole('dialog', { name: 'Patience with tools' });
  await dialog.getByRole('textbox', { name: /Seconds/ }).fill('0');
  await dialog.getByRole('button', { name: 'Save' }).click();
  await expect(dialog.getByText('Must be 1 or more.')).toBeVisible();
  await dialog.getByRole('textbox').fill('90');
  await dialog.getByRole('button', { name: 'Save' }).click();
  await expect(setting.getByText('Changed')).toBeVisible();
  await expect(setting.getByText('1 min 30 sec')).toBeVisible();
  expect(dashboard.node.world.settings.values.get('relay.idleTimeoutMs')).toBe(90_000);
  await setting.getByRole('button', { name: 'Reset to default' }).click();
  await expect(setting.getByText('5 min')).toBeVisible();

  await page.getByRole('tab', { name: 'Network' }).click();
  await page
    .getByRole('listitem', { name: 'Find nodes on the local network' })
    .getByText('Off', { exact: true })
    .click();
  await expect(page.getByText(/not in force yet: Find nodes/)).toBeVisible();
  await page.getByRole('button', { name: 'Restart the node' }).click();
  await expect(page.getByText(/not in force yet/)).toHaveCount(0);
});

test('settings are found by words, and those that the environment decides are locked', async ({
  home: page,
}) => {
  await visit(page, '/settings');
  await page.getByRole('searchbox', { name: 'Search settings' }).fill('log');
  const log = page.getByRole('listitem', { name: 'Log', exact: true });
  await expect(log.getByText('TOOLSWARM_LOG_LEVEL')).toBeVisible();
  await expect(log.getByText('Everything', { exact: true })).toBeVisible();
  await expect(log.getByRole('button')).toHaveCount(0);
  await page.getByRole('searchbox').fill('no such thing');
  await expect(page.getByText(/No setting fits/)).toBeVisible();
});

test('text size and less movement hold from the first moment on', async ({ home: page }) => {
  await visit(page, '/settings/appearance');
  await page.getByRole('button', { name: /Text size/ }).click();
  await page.getByRole('option', { name: 'Large', exact: true }).click();
  await page.getByRole('button', { name: /Movement/ }).click();
  await page.getByRole('option', { name: 'As little as possible' }).click();
  await page.reload();
  const root = page.locator(':root');
  await expect(root).toHaveAttribute('data-text-size', '150');
  await expect(root).toHaveAttribute('data-motion', 'reduced');
  expect(await root.evaluate((element) => getComputedStyle(element).fontSize)).toBe('24px');
});

test('a backup is written once the passphrase will do', async ({ home: page }) => {
  await visit(page, '/settings/data');
  const card = page.getByRole('region', { name: 'Backup' });
  await expect(card.getByRole('textbox', { name: /File/ })).toHaveValue(/\.backup$/);
  await card.getByLabel(/^Passphrase for this file/).fill('short');
  await card.getByLabel(/^The passphrase again/).fill('other');
  await card.getByRole('button', { name: 'Back up now' }).click();
  await expect(card.getByText('At least 10 characters.')).toBeVisible();
  await expect(card.getByText('Not the same as above.')).toBeVisible();
  await card.getByLabel(/^Passphrase for this file/).fill('correct horse battery');
  await card.getByLabel(/^The passphrase again/).fill('correct horse battery');
  await card.getByRole('button', { name: 'Back up now' }).click();
  await expect(card.getByText('Written, 48 kB:')).toBeVisible();
});

test('diagnostics are looked at, and what was shown is what is saved', async ({ home: page }) => {
  await visit(page, '/settings/data');
  await page.getByRole('button', { name: 'Collect and look' }).click();
  const dialog = page.getByRole('dialog', { name: 'Diagnostics' });
  await expect(dialog.getByText(/What is in here/)).toBeVisible();
  await dialog.getByRole('button', { name: /One of 3 files/ }).click();
  await page.getByRole('option', { name: 'log/node.log' }).click();
  await expect(dialog.getByText(/the node is ready/)).toBeVisible();
  const saved = page.waitForEvent('download');
  await dialog.getByRole('button', { name: 'Save as zip' }).click();
  const zip = readFileSync(await (await saved).path());
  expect(zip.subarray(0, 2).toString()).toBe('PK');
  for (const name of ['README.txt', 'about.json', 'log/node.log']) expect(zip.includes(name)).toBe(true);
});

test('the record of calls is erased after a question', async ({ home: page, dashboard }) => {
  await visit(page, '/settings/data');
  await page.getByRole('button', { name: 'Erase the record of calls' }).click();
  await page.getByRole('alertdialog').getByRole('button', { name: 'Erase', exact: true }).click();
  await expect(page.getByText('40 calls erased')).toBeVisible();
  expect(dashboard.node.world.calls).toEqual([]);
});

test('the licences of what is really in the bundles are there to read', async ({ home: page }) => {
  await visit(page, '/settings/about');
  await page.getByRole('button', { name: 'Show licences' }).click();
  await page.getByRole('searchbox', { name: /Search packages/ }).fill('better-sqlite3');
  await page.getByText(/^better-sqlite3 \d/).click();
  await expect(page.getByRole('group', { name: 'better-sqlite3' })).toContainText(
    /permission is hereby granted/i,
  );
});
