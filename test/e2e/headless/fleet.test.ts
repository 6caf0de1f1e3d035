/** The nodes of one's own provider: a code is written and shown once, a machine waits for a yes, nodes come and go. */
import { expect, test, visit } from './dashboard.ts';

test('nodes are listed with what they do, renamed and taken out', async ({ home: page }) => {
  await visit(page, '/network/nodes');
  const rows = page.getByRole('list', { name: 'Nodes of your provider' }).getByRole('listitem');
  await expect(rows).toHaveCount(3);
  await expect(rows.filter({ hasText: 'Attic' })).toContainText('12,750 calls in 24 hours');
  await expect(page.getByText('2 of 3 nodes are connected.')).toBeVisible();
  await page.getByRole('button', { name: 'More for Attic' }).click();
  await page.getByRole('menuitem', { name: 'Rename' }).click();
  await page.getByRole('textbox', { name: 'Name of the node' }).fill('Cellar');
  await page.keyboard.press('Enter');
  await expect(rows.filter({ hasText: 'Cellar' })).toHaveCount(1);
  await page.getByRole('button', { name: 'More for Cellar' }).click();
  await page.getByRole('menuitem', { name: 'Take out' }).click();
  await page.getByRole('alertdialog').getByRole('button', { name: 'Take it out' }).click();
  await expect(rows).toHaveCount(2);
  // This machine keeps the key: it does not take itself out.
  await page.getByRole('button', { name: 'More for Workshop' }).click();
  await expect(page.getByRole('menuitem')).toHaveCount(1);
});

test('a code is shown once; a machine that came with it is added after a comparison', async ({
  home: page,
  dashboard,
}) => {
  await visit(page, '/network/nodes/add');
  await page.getByRole('dialog').getByRole('button', { name: 'Write a code' }).click();
  await expect(page.getByText('4G7K-2MQX-9RTD-W5BF')).toBeVisible();
  await expect(page.getByRole('img', { name: 'The code as a picture' })).toBeVisible();
  const { fleet } = dashboard.node.world;
  fleet.guests.push({
    id: 'guest',
    peerId: '12D3KooWLaptopLaptop',
    label: 'Laptop',
    digits: '314 159',
    at: Date.now() + 60_000,
  });
  dashboard.node.changed();
  // The question is behind the dialog, which has done its part.
  await expect(page.getByRole('dialog')).toHaveCount(0);
  await expect(page.getByRole('heading', { name: 'Laptop wants to become a node' })).toBeVisible();
  await expect(page.getByText('314 159')).toBeVisible();
  await page.getByRole('textbox', { name: 'Name of the node' }).fill('Kitchen');
  await page.getByRole('button', { name: 'It shows this number: add it' }).click();
  await expect(page.getByRole('listitem').filter({ hasText: 'Kitchen' })).toBeVisible();
  await expect(page.getByText('Kitchen is a node of your provider now.')).toBeVisible();
});

test('this machine joins another provider only after its warning was understood, and leaves again', async ({
  home: page,
  dashboard,
}) => {
  await visit(page, '/network/nodes/join');
  const dialog = page.getByRole('dialog');
  const find = dialog.getByRole('button', { name: 'Find the other machine' });
  await dialog.getByRole('textbox', { name: 'Code or link' }).fill('ABCD-EFGH');
  await expect(find).toBeDisabled();
  await dialog.getByText('I have understood this').click();
  await find.click();
  await expect(dialog.getByText('This is not a code for a new node')).toBeVisible();
  await dialog.getByRole('textbox', { name: 'Code or link' }).fill('4g7k 2mqx 9rtd w5bf');
  dashboard.node.world.fleet.joining = { state: 'waiting', peerId: 'x', name: 'Boris', digits: '482 917' };
  dashboard.node.changed();
  await expect(dialog.getByText('482 917')).toBeVisible();
  await dialog.getByRole('button', { name: 'Call it off' }).click();
  await expect(page.getByRole('dialog')).toHaveCount(0);
  Object.assign(dashboard.node.world.fleet, { rootHere: false, formerProvider: 'z6Mk' });
  dashboard.node.changed();
  await expect(page.getByRole('button', { name: 'Add a node' })).toBeDisabled();
  await page.getByRole('button', { name: 'Leave the provider' }).click();
  await page.getByRole('alertdialog').getByRole('button', { name: 'Leave' }).click();
  await expect(page.getByRole('button', { name: 'Add a node' })).toBeEnabled();
});

test('one policy for all nodes is switched on, and tells what others changed', async ({ home: page }) => {
  await visit(page, '/network/nodes');
  await expect(page.getByText('Blocked: ')).toHaveCount(0);
  await page.getByText('Share this node’s policy with the other nodes').click();
  await expect(page.getByText(/Shared: 3 blocks, 2 known providers/)).toBeVisible();
  await expect(page.getByText('Attic held the same')).toBeVisible();
  await expect(page.getByRole('list', { name: 'Changed from other nodes' })).toContainText('Blocked: z6Mk');
});

test('usage is shown of this node, or of all nodes with what each did', async ({ home: page }) => {
  await visit(page, '/usage');
  await expect(page.getByText('Of these:')).toHaveCount(0);
  await page.getByRole('button', { name: /Where/ }).click();
  await page.getByRole('option', { name: 'All your nodes' }).click();
  await expect(page.getByText(/Of these: Workshop: [\d,]+ calls and Attic: [\d,]+ calls\./)).toBeVisible();
});
