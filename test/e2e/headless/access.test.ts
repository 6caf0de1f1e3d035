/** The page about access, and asking for it elsewhere. */
import { generousWorld } from '#test/support/renderer/access-world.ts';
import { ANNA, BORIS } from '#test/support/renderer/world.ts';
import { expect, tabTo, test, visit } from './dashboard.ts';

test('permissions are read off shares and grants, and end in place by keyboard alone', async ({
  home: page,
  dashboard,
}) => {
  await page.keyboard.press('g');
  await page.keyboard.press('p');
  await expect(page.getByRole('heading', { level: 1, name: 'Access' })).toBeVisible();
  const rows = page.getByRole('grid', { name: 'Permissions' }).getByRole('row');
  await expect(rows).toHaveCount(4);
  await expect(rows.nth(1)).toContainText('3 of 4 tools');
  await expect(rows.nth(3)).toContainText('By grant until');

  await tabTo(page, { role: 'row', name: /Anna/ });
  await page.keyboard.press('ArrowDown');
  await page.keyboard.press('Enter');
  const detail = page.getByRole('region', { name: 'Борис' });
  await expect(detail.getByRole('listitem')).toHaveCount(2);
  await page.keyboard.press('Escape');
  await expect(detail).toHaveCount(0);

  // Cells are reached by arrows; what is in a cell has the focus with it.
  await tabTo(page, { role: 'row', name: /Борис.*By sharing/ });
  await page.keyboard.press('ArrowUp');
  await page.keyboard.press('ArrowLeft');
  await expect(page.getByRole('button', { name: 'End access: Anna’s workshop, everything' })).toBeFocused();
  await page.keyboard.press('Enter');
  const question = page.getByRole('alertdialog');
  await expect(question).toContainText('For others nothing changes.');
  await tabTo(page, { role: 'button', name: /^End access$/ });
  await page.keyboard.press('Enter');
  await expect(rows).toHaveCount(3);
  await expect(rows.filter({ hasText: 'Anna' })).toHaveCount(0);
  expect(dashboard.node.world.shares[0]?.audience).toEqual({ kind: 'providers', providers: [BORIS] });
});

test('each tool can have a row, and one tool can be closed', async ({ home: page, dashboard }) => {
  await visit(page, '/access');
  await page.getByText('Each tool in its own row').click();
  const rows = page.getByRole('grid', { name: 'Permissions' }).getByRole('row');
  await expect(rows).toHaveCount(7);
  await page.getByRole('searchbox').fill('anna echo');
  await expect(rows).toHaveCount(2);
  await page.getByRole('button', { name: 'End access: Anna’s workshop, everything' }).click();
  await expect(page.getByRole('alertdialog')).toContainText('the tool echo can no longer be called');
  await page.getByRole('alertdialog').getByRole('button', { name: 'End access' }).click();
  await expect(page.getByText('Nothing fits the filter')).toBeVisible();
  expect(dashboard.node.world.shares[0]?.overrides?.['echo']?.audience).toEqual({ kind: 'nobody' });
  expect(dashboard.node.world.shares[0]?.audience.kind).toBe('providers');
});

test('the sharing of a server leads to who has access to it', async ({ home: page }) => {
  await visit(page, '/servers/everything');
  await page.getByRole('tab', { name: 'Sharing' }).click();
  await page.getByRole('link', { name: 'Who has access, and grants' }).click();
  await expect(page.getByRole('searchbox')).toHaveValue('everything');
  await expect(page.getByRole('grid', { name: 'Permissions' }).getByRole('row')).toHaveCount(4);
});

test('what changes elsewhere shows at once', async ({ home: page, dashboard }) => {
  await visit(page, '/access');
  const rows = page.getByRole('grid', { name: 'Permissions' }).getByRole('row');
  await expect(rows).toHaveCount(4);
  dashboard.node.world.shares.push({ server: 'filesystem', audience: { kind: 'known' }, sharedAt: 1 });
  dashboard.node.changed();
  await expect(rows.filter({ hasText: 'Providers you know' })).toHaveCount(1);
});

test('access is given for a time, with a constraint that was tried before', async ({
  home: page,
  dashboard,
}) => {
  await visit(page, '/access');
  await page.getByRole('button', { name: 'Give access' }).click();
  const dialog = page.getByRole('dialog', { name: 'Give access for a time' });
  await dialog.getByRole('button', { name: 'Give access' }).click();
  await expect(dialog.getByText('Choose a provider.', { exact: false })).toBeVisible();
  await dialog.getByRole('button', { name: /Provider/ }).click();
  await page.getByRole('option', { name: 'Anna’s workshop' }).click();
  await dialog.getByRole('button', { name: /Server/ }).click();
  await page.getByRole('option', { name: 'everything' }).click();
  await dialog.getByText('All shared tools').click();
  const tool = (name: string) => dialog.getByRole('code').filter({ hasText: name });
  await tool('get-sum').click();
  await expect(dialog.getByText('get-sum is shared with nobody', { exact: false })).toBeVisible();
  await tool('get-sum').click();
  await tool('echo').click();
  await dialog.getByRole('textbox', { name: 'For how many days' }).fill('7');
  await dialog.getByRole('textbox', { name: 'Calls in all' }).fill('100');
  await dialog.getByText('More: which arguments').click();
  await dialog.getByRole('button', { name: 'Constrain its arguments' }).click();
  const schema = dialog.getByRole('textbox', { name: 'Arguments of echo must fit' });
  await schema.fill('{"properties": ');
  await dialog.getByRole('button', { name: 'Check' }).click();
  await expect(dialog.getByRole('status')).toContainText('cannot be used');
  await schema.fill('{"properties": {"message": {"maxLength": 5}}}');
  await dialog.getByRole('textbox', { name: 'Arguments to try it with' }).fill('{"message": "far too long"}');
  await dialog.getByRole('button', { name: 'Check' }).click();
  await expect(dialog.getByRole('status')).toContainText('These arguments are refused');
  await dialog.getByRole('button', { name: 'Give access' }).click();
  await expect(dialog).toHaveCount(0);
  await expect(page.getByRole('list', { name: 'Grants you gave' }).getByRole('listitem')).toHaveCount(3);
  expect(dashboard.node.world.grants.made[0]).toMatchObject({
    to: ANNA,
    server: 'everything',
    tools: ['echo'],
    calls: 100,
    args: { echo: '{"properties": {"message": {"maxLength": 5}}}' },
  });
});

test('a grant is looked at and revoked', async ({ home: page, dashboard }) => {
  await visit(page, '/access/grants');
  const given = page.getByRole('list', { name: 'Grants you gave' }).getByRole('listitem');
  await expect(given.first()).toContainText('131 of 500 calls used');
  await given.first().getByRole('button', { name: 'Details: Борис' }).click();
  await expect(page.getByRole('dialog')).toContainText('For the trial in November');
  await page.keyboard.press('Escape');
  await given.first().getByRole('button', { name: 'Revoke: Борис' }).click();
  await page.getByRole('alertdialog').getByRole('button', { name: 'Revoke' }).click();
  await expect(given.first()).toContainText('Revoked');
  expect(dashboard.node.world.grants.made[0]?.state).toBe('revoked');
});

test('a request leads from Home to the terms on which it is accepted', async ({ home: page, dashboard }) => {
  const matter = page.getByRole('listitem').filter({ hasText: 'A provider you do not know asks' });
  await matter.getByRole('link', { name: 'Answer' }).click();
  const requests = page.getByRole('list', { name: 'Requests to you' }).getByRole('listitem');
  await expect(requests.first()).toContainText('We would like to add up the hours of our team with it.');
  await requests.first().getByRole('button', { name: 'Accept: Борис' }).click();
  const dialog = page.getByRole('dialog', { name: 'Accept a request for access' });
  await expect(dialog).toContainText(BORIS);
  await expect(dialog.getByRole('checkbox', { name: 'get-sum' })).toBeChecked();
  await dialog.getByRole('textbox', { name: 'For how many days' }).fill('14');
  await dialog.getByRole('button', { name: 'Accept' }).click();
  await expect(requests.first()).toContainText('Accepted');
  expect(dashboard.node.world.grants.made[0]).toMatchObject({ to: BORIS, tools: ['get-sum'] });
  await visit(page, '/');
  await expect(page.getByText('A provider you do not know asks', { exact: false })).toHaveCount(0);
});

test('a request is declined', async ({ home: page, dashboard }) => {
  await visit(page, '/access/requests');
  await page.getByRole('button', { name: 'Decline: Борис' }).click();
  await page.getByRole('alertdialog').getByRole('button', { name: 'Decline' }).click();
  await expect(page.getByRole('list', { name: 'Requests to you' })).toContainText('Declined');
  expect(dashboard.node.world.grants.requests.find(({ id }) => id === 2)?.state).toBe('declined');
});

test('limits are read in words, added, changed and removed', async ({ home: page, dashboard }) => {
  await visit(page, '/access/limits');
  const limits = page.getByRole('list', { name: 'Limits on others' }).getByRole('listitem');
  await expect(limits.first()).toContainText('Each provider');
  await expect(limits.first()).toContainText('128 calls at once');
  await page.getByRole('button', { name: 'Add a limit' }).click();
  const dialog = page.getByRole('dialog');
  await dialog.getByRole('button', { name: /For whom or what/ }).click();
  await page.getByRole('option', { name: 'A server' }).click();
  await dialog.getByRole('button', { name: /Server.*Select an item|Select an item.*Server/ }).click();
  await page.getByRole('option', { name: 'filesystem' }).click();
  await dialog.getByRole('button', { name: 'Save the limit' }).click();
  await expect(dialog.getByText('Say at least one number.')).toBeVisible();
  await dialog.getByRole('textbox', { name: 'MiB of memory per process' }).fill('256');
  await dialog.getByRole('button', { name: 'Save the limit' }).click();
  await expect(limits.filter({ hasText: 'Server filesystem' })).toContainText('256 MiB of memory');
  await page.getByRole('button', { name: 'Change: Each provider' }).click();
  await dialog.getByRole('textbox', { name: 'Calls at once' }).fill('16');
  await dialog.getByRole('button', { name: 'Save the limit' }).click();
  await expect(limits.first()).toContainText('16 calls at once');
  await page.getByRole('button', { name: 'Remove: Each provider' }).click();
  await expect(page.getByRole('alertdialog')).toContainText('One provider could then take all places');
  await page.getByRole('alertdialog').getByRole('button', { name: 'Remove' }).click();
  await expect(limits.filter({ hasText: 'Each provider' })).toHaveCount(0);
  expect(dashboard.node.world.limits.some(({ scope }) => scope.kind === 'each')).toBe(false);
});

test.describe('with hundreds of permissions', () => {
  test.use({ begin: { world: generousWorld(500) } });

  test('the table draws what is in view, and finds one by its name', async ({ home: page }) => {
    await visit(page, '/access');
    const table = page.getByRole('grid', { name: 'Permissions' });
    await expect(table.getByRole('row').nth(5)).toBeVisible();
    expect(await table.getByRole('row').count()).toBeLessThan(60);
    await page.getByRole('searchbox').fill('Provider 499');
    await expect(table.getByRole('row')).toHaveCount(2);
  });

  test('access is asked for where it is missing', async ({ home: page, dashboard }) => {
    await visit(page, '/activity/call-refused');
    await page.getByRole('button', { name: 'Ask for access' }).click();
    const dialog = page.getByRole('dialog', { name: 'Ask Anna’s workshop for access' });
    await dialog.getByRole('textbox', { name: 'What to say with it' }).fill('For our boat trips');
    await dialog.getByRole('button', { name: 'Send the request' }).click();
    await expect(dialog).toHaveCount(0);
    expect(dashboard.node.world.grants.requests[0]).toMatchObject({
      provider: ANNA,
      server: 'weather',
      tools: ['forecast'],
      words: 'For our boat trips',
    });
    await visit(page, '/catalog/+approved');
    await page.getByRole('row').filter({ hasText: 'Weather forecast' }).click();
    await page.getByRole('button', { name: 'Ask for access' }).click();
    await expect(page.getByRole('dialog')).toContainText('You asked for this already');
  });
});

test('a peer is asked for access, and given it, on his page', async ({ home: page, dashboard }) => {
  const boris = dashboard.node.world.peers.find(({ providerId }) => providerId === BORIS);
  await visit(page, `/network/peers/${boris?.peerId}`);
  await page.getByRole('button', { name: 'Ask for access' }).click();
  const dialog = page.getByRole('dialog', { name: 'Ask Борис for access' });
  await dialog.getByRole('button', { name: /Which server/ }).click();
  await page.getByRole('option', { name: 'notes' }).click();
  await dialog.getByRole('button', { name: 'Send the request' }).click();
  await expect(dialog).toHaveCount(0);
  expect(dashboard.node.world.grants.requests[0]).toMatchObject({
    provider: BORIS,
    server: 'notes',
    tools: [],
  });
  await page.getByRole('button', { name: 'Give access' }).click();
  await expect(page.getByRole('dialog', { name: 'Give access for a time' })).toContainText('Борис');
});

test('the palette leads to the page and to giving access', async ({ home: page }) => {
  const find = async (words: string) => {
    await page.keyboard.press('Control+k');
    await expect(page.getByRole('dialog').getByRole('searchbox')).toBeFocused();
    await page.keyboard.type(words);
  };
  await find('give acc');
  await expect(page.getByRole('menuitem', { name: 'Give access' })).toBeVisible();
  await page.keyboard.press('Enter');
  await expect(page.getByRole('dialog', { name: 'Give access for a time' })).toBeVisible();
  await page.keyboard.press('Escape');
  await expect(page.getByRole('tab', { name: 'Grants' })).toHaveAttribute('aria-selected', 'true');
  await visit(page, '/');
  await find('access');
  await expect(page.getByRole('menuitem', { name: /^Access/ })).toBeVisible();
  await page.keyboard.press('Enter');
  await expect(page.getByRole('heading', { level: 1, name: 'Access' })).toBeVisible();
});
