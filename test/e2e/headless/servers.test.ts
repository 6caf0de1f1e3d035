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

test('a server is found by more than may call it', async ({ home: page, dashboard }) => {
  await visit(page, '/servers/filesystem');
  await page.getByRole('tab', { name: 'Sharing' }).click();
  await page.getByRole('button', { name: 'Share', exact: true }).click();
  const dialog = page.getByRole('dialog', { name: 'Share filesystem' });
  await dialog.getByText('Holders of a grant', { exact: true }).click();
  await dialog.getByRole('button', { name: /Who else finds it/ }).click();
  await page.getByRole('option', { name: 'Everyone' }).click();
  await dialog.getByRole('button', { name: 'Share', exact: true }).click();
  await expect(dialog).toHaveCount(0);
  await expect(page.getByText('Who else finds it')).toBeVisible();
  expect(dashboard.node.world.shares.find(({ server }) => server === 'filesystem')).toMatchObject({
    audience: { kind: 'grants' },
    listedFor: { kind: 'everyone' },
  });
});

test('sharing with everyone warns, then asks again', async ({ home: page, dashboard }) => {
  await visit(page, '/servers/filesystem');
  await page.getByRole('tab', { name: 'Sharing' }).click();
  await page.getByRole('button', { name: 'Share', exact: true }).click();
  const dialog = page.getByRole('dialog', { name: 'Share filesystem' });
  await dialog.getByRole('button', { name: 'Share', exact: true }).click();
  await expect(dialog.getByText('Choose at least one provider.')).toBeVisible();
  await dialog.getByText('Everyone', { exact: true }).first().click();
  await expect(dialog.getByText('Everyone means strangers too.', { exact: false })).toBeVisible();
  await dialog.getByRole('button', { name: 'Share', exact: true }).click();
  expect(dashboard.node.world.shares.some((share) => share.server === 'filesystem')).toBe(false);
  await dialog.getByRole('button', { name: 'Yes, share with everyone' }).click();
  await expect(page.getByText('Any node in the network can call this server.')).toBeVisible();
});

test('servers are taken over from a configuration, after a look', async ({ home: page }) => {
  await page.getByRole('button', { name: 'Import' }).click();
  const dialog = page.getByRole('dialog', { name: 'Import servers' });
  await expect(dialog.getByText('Docker MCP Toolkit', { exact: true })).toBeVisible();
  await dialog.getByRole('tab', { name: 'Text' }).click();
  await dialog.getByRole('textbox').fill('{ broken');
  await dialog.getByRole('button', { name: 'Look inside' }).click();
  await expect(dialog.getByRole('alert').first()).toContainText(
    'This is not a configuration that can be read.',
  );
  const servers = {
    mcpServers: {
      github: { command: 'x' },
      time: { command: 'uvx', args: ['mcp-server-time'] },
      shop: { command: 'shop-mcp', env: { API_KEY: '${input:key}' } },
      old: { type: 'sse', url: 'https://example.org/sse' },
    },
  };
  await dialog.getByRole('textbox').fill(JSON.stringify(servers));
  await dialog.getByRole('button', { name: 'Look inside' }).click();
  await expect(dialog.getByText('4 servers found (Claude Desktop).')).toBeVisible();
  await expect(dialog.getByText('1 entry cannot be taken over')).toBeVisible();
  await expect(dialog.getByText('It uses the older SSE transport', { exact: false })).toBeVisible();
  await dialog.getByText('shop', { exact: true }).click();
  await expect(dialog.getByRole('button', { name: 'Add 3 servers' })).toBeDisabled();
  await dialog.getByLabel(/^KEY/).fill('s3cret');
  await dialog.getByRole('button', { name: 'Add 3 servers' }).click();
  await expect(page.getByRole('link', { name: 'time' })).toBeVisible();
  await expect(page.getByRole('link', { name: 'shop' })).toBeVisible();
});

test('a file is chosen instead of typed', async ({ home: page }) => {
  await page.getByRole('button', { name: 'Import' }).click();
  const dialog = page.getByRole('dialog', { name: 'Import servers' });
  await dialog.getByRole('tab', { name: 'File' }).click();
  const chooser = page.waitForEvent('filechooser');
  await dialog.getByRole('button', { name: 'Choose a file' }).click();
  const buffer = Buffer.from(JSON.stringify({ mcpServers: { time: { command: 'uvx' } } }));
  await (await chooser).setFiles({ name: 'mcp.json', mimeType: 'application/json', buffer });
  await expect(dialog.getByText('1 server found', { exact: false })).toBeVisible();
});

test('a server is edited; its secrets are named but never shown', async ({ home: page, dashboard }) => {
  await visit(page, '/servers/github');
  await page.getByRole('button', { name: 'Edit' }).click();
  const dialog = page.getByRole('dialog', { name: 'Edit github' });
  await expect(dialog.getByRole('textbox', { name: /^Address/ })).toHaveValue('https://api.example.org/mcp/');
  await expect(dialog.getByLabel('Value')).toHaveValue('');
  await expect(dialog.getByPlaceholder('Set. Leave empty to keep it.')).toBeVisible();
  await dialog.getByRole('textbox', { name: /^Title/ }).fill('Our code');
  await dialog.getByRole('textbox', { name: /^Tags/ }).fill('code, work');
  await dialog.getByRole('textbox', { name: /^Name/ }).last().fill('code');
  await expect(dialog.getByText('Its tools get new names', { exact: false })).toBeVisible();
  await dialog.getByRole('button', { name: 'Save', exact: true }).click();
  await expect(page.getByRole('heading', { level: 2, name: 'code' })).toBeVisible();
  const changed = dashboard.node.world.servers.find(({ name }) => name === 'code');
  expect(changed).toMatchObject({ title: 'Our code', tags: ['code', 'work'], secrets: ['Authorization'] });
});

test('a configuration that does not start changes nothing, unless the person insists', async ({
  home: page,
  dashboard,
}) => {
  await visit(page, '/servers/filesystem');
  await page.getByRole('button', { name: 'Edit' }).click();
  const dialog = page.getByRole('dialog', { name: 'Edit filesystem' });
  await dialog.getByRole('textbox', { name: /^Command that starts/ }).fill('false');
  await dialog.getByRole('button', { name: 'Save', exact: true }).click();
  await expect(dialog.getByRole('alert').first()).toContainText('does not start');
  const commandOf = () => dashboard.node.world.servers.find(({ name }) => name === 'filesystem')?.transport;
  expect(commandOf()).toMatchObject({ command: 'npx' });
  await dialog.getByRole('button', { name: 'Save anyway' }).click();
  await expect(dialog).toHaveCount(0);
  expect(commandOf()).toMatchObject({ command: 'false' });
});

test('signing in: a page opens, the outcome shows by itself, signing out asks', async ({
  home: page,
  context,
}) => {
  await context.route('https://login.example.org/**', (route) => route.fulfill({ body: 'sign in here' }));
  await visit(page, '/servers/tracker');
  await expect(page.getByText('Sign-in needed').first()).toBeVisible();
  const opened = context.waitForEvent('page');
  await page.getByRole('tabpanel').getByRole('button', { name: 'Sign in', exact: true }).click();
  const other = await opened;
  expect(other.url()).toContain('https://login.example.org/authorize');
  expect(await other.evaluate(() => window.opener)).toBeNull();
  await other.close();
  await expect(page.getByText('Sign in on the page that opened', { exact: false })).toBeVisible();
  await expect(page.getByRole('link', { name: 'Open the page' })).toHaveAttribute(
    'rel',
    'noopener noreferrer',
  );
  await page.getByText('The browser is on another machine').click();
  const address = page.getByRole('textbox', { name: /^Address after signing in/ });
  await address.fill('https://example.org');
  await page.getByRole('button', { name: 'Finish signing in' }).click();
  await expect(page.getByRole('alert').filter({ hasText: 'This is not the address' })).toBeVisible();
  await address.fill('http://127.0.0.1:49152/callback?code=1&state=2');
  await page.getByRole('button', { name: 'Finish signing in' }).click();
  await expect(page.getByText('sam@example.org')).toBeVisible();
  await page.getByRole('button', { name: 'Sign out' }).click();
  await page.getByRole('alertdialog').getByRole('button', { name: 'Sign out' }).click();
  await expect(page.getByText('Not signed in')).toBeVisible();
});

test('who may call each tool is said in words, and changed tool by tool', async ({
  home: page,
  dashboard,
}) => {
  await visit(page, '/servers/everything');
  await page.getByRole('tab', { name: 'Sharing' }).click();
  const apart = page.getByRole('list', { name: 'Tools told apart' });
  await expect(apart.getByRole('listitem').filter({ hasText: 'echo' })).toContainText('Anna’s workshop');
  await expect(apart.getByRole('listitem').filter({ hasText: 'get-sum' })).toContainText('Nobody but you');
  await page.getByRole('button', { name: 'Change' }).click();
  const dialog = page.getByRole('dialog', { name: 'Share everything' });
  await dialog.getByRole('button', { name: 'Nobody', exact: true }).click();
  await dialog.getByRole('button', { name: /^Nobody: the tool.*Who may call get-sum/ }).click();
  await page.getByRole('option', { name: 'All who may call the server' }).click();
  await dialog.getByRole('textbox', { name: /^Note for those/ }).fill('Adds two numbers');
  await dialog.getByRole('textbox', { name: /^Tags of the tool/ }).fill('math, numbers');
  await dialog.getByRole('button', { name: 'Share', exact: true }).click();
  await expect(apart.getByRole('listitem').filter({ hasText: 'get-sum' })).toContainText('Adds two numbers');
  expect(dashboard.node.world.shares[0]?.overrides?.['get-sum']).toEqual({
    note: 'Adds two numbers',
    tags: ['math', 'numbers'],
  });
});

test('the log is filtered, paused and copied', async ({ home: page, dashboard, context }) => {
  await context.grantPermissions(['clipboard-read', 'clipboard-write']);
  await visit(page, '/servers/everything');
  await page.getByRole('tab', { name: 'Log' }).click();
  const log = page.getByRole('log', { name: 'Log of everything' });
  await expect(log).toContainText('Starting default (STDIO) server...');
  await page.getByRole('button', { name: 'Pause' }).click();
  await page.getByRole('button', { name: 'Restart' }).click();
  await expect(page.getByRole('button', { name: 'Go on (1 new line)' })).toBeVisible();
  await expect(log).not.toContainText('restarted');
  await page.getByRole('button', { name: 'Go on (1 new line)' }).click();
  await expect(log).toContainText('restarted');
  await page.getByRole('searchbox', { name: 'Filter lines' }).fill('RESTART');
  await expect(log).not.toContainText('Starting default');
  await page.getByRole('button', { name: 'Copy: the lines shown' }).click();
  expect(await page.evaluate(() => navigator.clipboard.readText())).toMatch(/^\S+ event restarted$/);
  expect(dashboard.node.world.logs.get('everything')?.length).toBeGreaterThan(1);
});

test('tools of a server lead into the catalog', async ({ home: page }) => {
  await visit(page, '/servers/everything');
  await page.getByRole('tab', { name: 'Tools' }).click();
  await page.getByRole('list', { name: 'Tools of everything' }).getByRole('link').first().click();
  await expect(page).toHaveURL(/#\/catalog\/\+scope=local&server=everything\//);
});
