/** The dashboard of a real node, with a real server and a real peer: the operator's whole way, from link to call. */
import { createDaemons, type Daemon, program } from '#test/support/daemon.ts';
import { expect, test, visit } from './dashboard.ts';

const daemons = createDaemons();
let own: Daemon;
let peer: Daemon;

test.describe.configure({ mode: 'serial' });

test.beforeAll(async () => {
  test.setTimeout(120_000);
  [own, peer] = await Promise.all([daemons.start(), daemons.start()]);
  await peer.command('servers', 'add', 'thinking', '--', program('mcp-server-sequential-thinking'));
  await peer.command('servers', 'share', 'thinking', '--to', own.ready.providerId);
});

test.afterAll(() => daemons.close());

test('from the link to a shared server and an approved tool of a peer', async ({ page }) => {
  test.setTimeout(180_000);
  const complaints: string[] = [];
  page.on('pageerror', (error) => complaints.push(error.message));
  page.on('console', (message) => message.type() === 'error' && complaints.push(message.text()));
  const { url } = await own.command<{ url: string }>('open', '--no-browser');
  await page.goto(url);

  await test.step('is led through the first run, and skips it', async () => {
    await expect(page.getByRole('heading', { level: 1, name: 'Set up Toolswarm' })).toBeVisible();
    await page.getByRole('button', { name: 'Skip set-up' }).click();
    await expect(page.getByRole('heading', { level: 1, name: 'Home' })).toBeVisible();
  });

  await test.step('connects to the peer by its address', async () => {
    await expect(page.getByText('You are alone so far')).toBeVisible();
    await page.getByRole('button', { name: 'Connect to a peer' }).click();
    const dialog = page.getByRole('dialog', { name: 'Connect to a peer' });
    await dialog.getByRole('textbox').fill(peer.ready.addresses[0] ?? '');
    await dialog.getByRole('button', { name: 'Connect' }).click();
    await expect(dialog).toHaveCount(0, { timeout: 20_000 });
    await expect(page.getByRole('status').getByText('1 peer connected')).toBeVisible({ timeout: 20_000 });
  });

  await test.step('adds a server and sees its tools', async () => {
    await visit(page, '/servers');
    await page.getByRole('button', { name: 'Add server' }).first().click();
    const dialog = page.getByRole('dialog', { name: 'Add an MCP server' });
    await dialog
      .getByRole('textbox', { name: /^Command that starts/ })
      .fill(`"${program('mcp-server-everything')}"`);
    await expect(dialog.getByRole('textbox', { name: /^Name/ })).toHaveValue('everything');
    await dialog.getByRole('button', { name: 'Add server' }).click();
    await expect(page.getByRole('heading', { level: 2, name: 'everything' })).toBeVisible({
      timeout: 30_000,
    });
    await expect(page.getByRole('status').getByText('everything is added with 13 tools')).toBeVisible();
    await page.getByRole('tab', { name: 'Log' }).click();
    await expect(page.getByRole('log', { name: 'Log of everything' })).not.toBeEmpty();
  });

  await test.step('tries one of its tools', async () => {
    await visit(page, '/catalog');
    await page.getByRole('searchbox').fill('echo');
    await page.getByRole('row').filter({ hasText: 'Echo' }).first().click();
    await page.getByRole('tab', { name: 'Try it' }).click();
    await page.getByRole('textbox', { name: /^message/i }).fill('bees in the dashboard');
    await page.getByRole('button', { name: 'Call the tool' }).click();
    await expect(page.getByRole('group', { name: 'Text from the tool' })).toContainText(
      'bees in the dashboard',
    );
  });

  await test.step('shares the server with the peer', async () => {
    await visit(page, '/servers/everything');
    await page.getByRole('tab', { name: 'Sharing' }).click();
    await page.getByRole('button', { name: 'Share', exact: true }).click();
    const dialog = page.getByRole('dialog', { name: 'Share everything' });
    await dialog.getByText(peer.ready.providerId).click();
    await dialog.getByRole('button', { name: 'Share', exact: true }).click();
    await expect(page.getByText('These providers can call this server', { exact: false })).toBeVisible();
  });

  await test.step('approves a tool of the peer and calls it over the network', async () => {
    await visit(page, '/catalog/+pending');
    await page.getByRole('row').filter({ hasText: 'Sequential Thinking' }).click({ timeout: 20_000 });
    await page.getByRole('button', { name: 'Approve', exact: true }).click();
    await page.getByRole('tab', { name: 'Try it' }).click();
    await page
      .getByRole('textbox', { name: /^thought/ })
      .first()
      .fill('One step');
    await page.getByRole('textbox', { name: /^thoughtNumber/ }).fill('1');
    await page.getByRole('textbox', { name: /^totalThoughts/ }).fill('1');
    await page.getByRole('textbox', { name: /^nextThoughtNeeded/ }).fill('false');
    await page.getByRole('button', { name: 'Call the tool' }).click();
    await expect(page.getByText('The tool answered')).toBeVisible({ timeout: 30_000 });
    await visit(page, '/activity');
    await expect(page.getByRole('row').filter({ hasText: 'To a peer' }).first()).toBeVisible();
  });

  expect(complaints).toEqual([]);
});
