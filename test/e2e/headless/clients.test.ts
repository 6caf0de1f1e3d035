import { expect, test, visit } from './dashboard.ts';

test.beforeEach(async ({ home: page }) => {
  await visit(page, '/clients');
});

test('a client is connected after a look at the change, tested, and taken back from the toast', async ({
  home: page,
  dashboard,
}) => {
  const file = () => dashboard.node.world.clients.files.find(({ id }) => id === 'codex');
  await page.getByRole('button', { name: 'Connect: Codex' }).click();
  const dialog = page.getByRole('dialog', { name: 'Connect Codex' });
  await expect(dialog.getByRole('list', { name: 'Change of the file' })).toContainText('toolswarm');
  await expect(dialog.getByRole('textbox', { name: 'File', exact: true })).toHaveValue(
    '/home/sam/.codex/config.toml',
  );
  await expect(dialog.getByRole('textbox', { name: 'Copy of the present file' })).toHaveValue(/client-files/);
  await dialog.getByRole('button', { name: 'Write the change' }).click();
  await expect(dialog).toHaveCount(0);
  expect(file()).toMatchObject({ entry: 'present', profile: 'default' });
  await expect(page.getByText('Codex reaches your tools.')).toBeVisible();
  const chain = page.getByRole('list', { name: 'The way from Codex to a tool' });
  await expect(chain.getByRole('listitem')).toHaveCount(5);
  await expect(chain.getByText('works')).toHaveCount(5);

  await page.getByRole('status').getByRole('button', { name: 'Undo' }).click();
  await expect(page.getByText('Codex is disconnected.')).toBeVisible();
  expect(file()?.entry).toBe('absent');
  await expect(page.getByRole('button', { name: 'Connect: Codex' })).toBeVisible();
});

test('the link that breaks is named, with advice', async ({ home: page }) => {
  await page.getByRole('button', { name: 'Test the connection of Cursor' }).click();
  const row = page.getByRole('listitem').filter({ has: page.getByRole('heading', { name: 'Cursor' }) });
  await expect(row.getByText(/^fails/)).toBeVisible();
  await expect(row.getByRole('alert')).toContainText('was not found');
  await expect(row.getByRole('button', { name: 'Repair: Cursor' })).toBeVisible();
});

test('a client is disconnected after a question that shows what changes', async ({
  home: page,
  dashboard,
}) => {
  await page.getByRole('button', { name: 'More for Claude Desktop' }).click();
  await page.getByRole('menuitem', { name: 'Disconnect' }).click();
  const question = page.getByRole('alertdialog', { name: 'Disconnect Claude Desktop?' });
  await expect(question.getByText('exactly what was in it before')).toBeVisible();
  await question.getByRole('button', { name: 'Disconnect' }).click();
  await expect(page.getByText('Claude Desktop is disconnected.')).toBeVisible();
  expect(dashboard.node.world.clients.files[0]?.entry).toBe('absent');
});

test('by hand is always offered, most of all where the file cannot be changed', async ({ home: page }) => {
  const row = page.getByRole('listitem').filter({ has: page.getByRole('heading', { name: 'Zed' }) });
  await expect(row.getByRole('alert')).toContainText('line 12, column 3');
  await row.getByRole('button', { name: 'Connect Zed by hand' }).click();
  const dialog = page.getByRole('dialog', { name: 'Zed by hand' });
  await expect(dialog.getByRole('figure')).toContainText('context_servers');
  await expect(dialog.getByRole('button', { name: /^Copy.*Entry for Zed/ })).toBeVisible();
  await dialog.getByRole('button', { name: 'Close' }).click();
  await page.getByText(/more that are not installed/).click();
  await expect(page.getByRole('heading', { name: 'Goose' })).toBeVisible();
});

test('who is connected is told as it changes', async ({ home: page, dashboard }) => {
  const now = page.getByRole('list', { name: 'Connected now' });
  await expect(now).toContainText('Claude Desktop 1.9.3');
  await expect(now).toContainText('with the token “Laptop in the studio”');
  dashboard.node.world.clients.sessions = [];
  dashboard.node.changed();
  await expect(page.getByText('No AI client is connected at the moment.')).toBeVisible();
});

test('a profile shows a server but for one tool, and says what it costs', async ({
  home: page,
  dashboard,
}) => {
  await page.getByRole('button', { name: 'New profile' }).click();
  const dialog = page.getByRole('dialog', { name: 'New profile' });
  await dialog.getByRole('button', { name: 'Save' }).click();
  await expect(dialog.getByText('Begin with a letter or digit', { exact: false })).toBeVisible();
  await dialog.getByRole('textbox', { name: /^Name/ }).fill('research');
  const cost = dialog.getByText(/tokens to read/);
  const before = await cost.textContent();
  await dialog.getByText('Only what is chosen here').click();
  await dialog.getByText('Tools of everything', { exact: true }).click();
  await dialog.getByText('everything_echo', { exact: true }).click();
  await expect(cost).not.toHaveText(before ?? '');
  await dialog.getByRole('button', { name: 'Save' }).click();
  await expect(page.getByText('The profile “research” is saved.')).toBeVisible();
  expect(dashboard.node.world.clients.profiles.at(-1)).toMatchObject({
    name: 'research',
    excludeTools: ['everything_echo'],
  });
});

test('a token is made for reading and for a month; the list says so', async ({ home: page, dashboard }) => {
  await page.getByRole('button', { name: 'New token' }).click();
  const dialog = page.getByRole('dialog', { name: 'New token' });
  await dialog.getByRole('textbox', { name: /^Name of the client/ }).fill('Visitor');
  await dialog.getByRole('button', { name: /What it may do/ }).click();
  await page.getByRole('option', { name: 'Only read' }).click();
  await expect(dialog.getByText('Nobody checks what a tool says of itself.', { exact: false })).toBeVisible();
  await dialog.getByRole('button', { name: /How long it lasts/ }).click();
  await page.getByRole('option', { name: '30 days' }).click();
  await dialog.getByRole('button', { name: 'Make the token' }).click();
  await page.getByRole('button', { name: 'I have copied it' }).click();
  const row = page.getByRole('listitem').filter({ hasText: 'Visitor' });
  await expect(row).toContainText('Only read');
  await expect(row).toContainText('ends');
  const made = dashboard.node.world.clients.tokens.at(-1);
  expect(made).toMatchObject({ name: 'Visitor', scope: 'read' });
  expect((made?.expiresAt ?? 0) - (made?.createdAt ?? 0)).toBe(30 * 86_400_000);
});

test('a token is shown once and revoked after a question', async ({ home: page, dashboard }) => {
  await page.getByRole('button', { name: 'New token' }).click();
  const dialog = page.getByRole('dialog', { name: 'New token' });
  await dialog.getByRole('textbox', { name: /^Name of the client/ }).fill('Phone');
  await dialog.getByRole('button', { name: 'Make the token' }).click();
  const shown = page.getByRole('alertdialog', { name: 'Token for Phone' });
  await expect(shown.getByRole('textbox')).toHaveValue(/^tsw_/);
  await shown.getByRole('button', { name: 'I have copied it' }).click();
  await page.getByRole('button', { name: 'Revoke: Phone' }).click();
  await page.getByRole('alertdialog').getByRole('button', { name: 'Revoke' }).click();
  await expect(page.getByText('The token “Phone” is revoked.')).toBeVisible();
  expect(dashboard.node.world.clients.tokens.map(({ name }) => name)).not.toContain('Phone');
});
