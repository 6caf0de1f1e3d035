import { expect, test, visit } from './dashboard.ts';

test.beforeEach(async ({ home: page }) => {
  await visit(page, '/servers');
});

test('a server is added by command with a secret, under a name that follows from it', async ({
  home: page,
  dashboard,
}) => {
  await page.getByRole('button', { name: 'Add server' }).click();
  const dialog = page.getByRole('dialog', { name: 'Add an MCP server' });
  await dialog.getByRole('button', { name: 'Add server' }).click();
  await expect(dialog.getByText('Type the command that starts the server.', { exact: false })).toBeVisible();

  await dialog
    .getByRole('textbox', { name: /^Command that starts/ })
    .fill('npx -y "@modelcontextprotocol/server-memory"');
  await expect(dialog.getByRole('textbox', { name: /^Name/ })).toHaveValue('memory');
  await dialog.getByRole('button', { name: 'Add a variable' }).click();
  await dialog.getByRole('textbox', { name: /^Name/ }).first().fill('API_KEY');
  await dialog.getByText('Secret', { exact: true }).click();
  const value = dialog.getByLabel('Value');
  await expect(value).toHaveAttribute('type', 'password');
  await value.fill('s3cret');
  await dialog.getByRole('button', { name: 'Add server' }).click();

  await expect(page.getByRole('heading', { level: 2, name: 'memory' })).toBeFocused();
  await expect(page.getByRole('status').getByText('memory is added with 1 tool')).toBeVisible();
  const added = dashboard.node.world.servers.find((server) => server.name === 'memory');
  expect(added?.transport).toEqual({
    type: 'stdio',
    command: 'npx',
    args: ['-y', '@modelcontextprotocol/server-memory'],
  });
  expect(added?.secrets).toEqual(['API_KEY']);
  expect(JSON.stringify(added?.env)).not.toContain('s3cret');
});

test('a taken name is told in the dialog', async ({ home: page }) => {
  await page.getByRole('button', { name: 'Add server' }).click();
  const dialog = page.getByRole('dialog', { name: 'Add an MCP server' });
  await dialog.getByRole('tab', { name: 'URL' }).click();
  await dialog.getByRole('textbox', { name: /^Address/ }).fill('https://example.org/mcp');
  await dialog.getByRole('textbox', { name: /^Name/ }).last().fill('github');
  await dialog.getByRole('button', { name: 'Add server' }).click();
  await expect(dialog.getByRole('alert')).toContainText('There is a server “github” already.');
});

test('servers are stopped, started and removed, each with a question where something ends', async ({
  home: page,
}) => {
  await page.getByRole('link', { name: 'everything' }).click();
  await page.getByRole('button', { name: 'Stop', exact: true }).click();
  await page.getByRole('alertdialog').getByRole('button', { name: 'Stop', exact: true }).click();
  await expect(page.getByRole('button', { name: 'Start', exact: true })).toBeVisible();
  await page.getByRole('button', { name: 'Start', exact: true }).click();
  await expect(page.getByRole('button', { name: 'Stop', exact: true })).toBeVisible();

  await page.getByRole('tab', { name: 'Log' }).click();
  await expect(page.getByRole('log', { name: 'Log of everything' })).toContainText(
    'Starting default (STDIO) server...',
  );
  await page.getByRole('button', { name: 'Restart' }).click();
  await expect(page.getByRole('log', { name: 'Log of everything' })).toContainText('restarted');

  await page.getByRole('main').getByRole('button', { name: 'Remove' }).click();
  await page.getByRole('alertdialog').getByRole('button', { name: 'Cancel' }).click();
  await expect(page.getByRole('alertdialog')).toHaveCount(0);
  await page.getByRole('main').getByRole('button', { name: 'Remove' }).click();
  await page.getByRole('alertdialog').getByRole('button', { name: 'Remove' }).click();
  await expect(page.getByRole('link', { name: 'everything' })).toHaveCount(0);
});

test('a server is shared with providers, and per tool', async ({ home: page, dashboard }) => {
  await visit(page, '/servers/filesystem');
  await page.getByRole('tab', { name: 'Sharing' }).click();
  await expect(page.getByText('Only you can call this server')).toBeVisible();
  await visit(page, '/servers/everything');
  await page.getByRole('tab', { name: 'Sharing' }).click();
  await expect(
    page.getByText('These providers can call this server: Anna’s workshop and Борис.'),
  ).toBeVisible();
  await page.getByRole('button', { name: 'Change' }).click();
  const dialog = page.getByRole('dialog', { name: 'Share everything' });
  await dialog.getByText('Борис').click();
  await dialog.getByText('All tools', { exact: true }).click();
  await dialog.getByText('echo', { exact: true }).click();
  await dialog.getByRole('button', { name: 'Share', exact: true }).click();
  await expect(dialog).toHaveCount(0);
  await expect(page.getByText('These providers can call this server: Anna’s workshop.')).toBeVisible();
  expect(dashboard.node.world.shares[0]?.tools).not.toContain('echo');

  await page.getByRole('button', { name: 'End sharing' }).click();
  await page.getByRole('alertdialog').getByRole('button', { name: 'End sharing' }).click();
  await expect(page.getByText('Only you can call this server')).toBeVisible();
});

test('sharing with everyone warns, then asks again', async ({ home: page, dashboard }) => {
  await visit(page, '/servers/filesystem');
  await page.getByRole('tab', { name: 'Sharing' }).click();
  await page.getByRole('button', { name: 'Share', exact: true }).click();
  const dialog = page.getByRole('dialog', { name: 'Share filesystem' });
  await dialog.getByRole('button', { name: 'Share', exact: true }).click();
  await expect(dialog.getByText('Choose at least one provider.')).toBeVisible();
  await dialog.getByText('Everyone', { exact: true }).click();
  await expect(dialog.getByText('Everyone means strangers too.', { exact: false })).toBeVisible();
  await dialog.getByRole('button', { name: 'Share', exact: true }).click();
  expect(dashboard.node.world.shares.some((share) => share.server === 'filesystem')).toBe(false);
  await dialog.getByRole('button', { name: 'Yes, share with everyone' }).click();
  await expect(page.getByText('Any node in the network can call this server.')).toBeVisible();
});

test('servers are taken over from a configuration, after a look', async ({ home: page }) => {
  await page.getByRole('button', { name: 'Import' }).click();
  const dialog = page.getByRole('dialog', { name: 'Import servers' });
  await dialog.getByRole('textbox').fill('{ broken');
  await dialog.getByRole('button', { name: 'Look inside' }).click();
  await expect(dialog.getByRole('alert')).toContainText('This is not a configuration that can be read.');
  const servers = {
    mcpServers: { github: { command: 'x' }, time: { command: 'uvx', args: ['mcp-server-time'] } },
  };
  await dialog.getByRole('textbox').fill(JSON.stringify(servers));
  await dialog.getByRole('button', { name: 'Look inside' }).click();
  await expect(dialog.getByText('2 servers found (Claude Desktop).')).toBeVisible();
  await expect(dialog.getByRole('checkbox', { name: /^github/ })).toBeDisabled();
  await dialog.getByRole('button', { name: 'Add 1 server' }).click();
  await expect(page.getByRole('link', { name: 'time' })).toBeVisible();
});
