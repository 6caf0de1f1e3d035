import { emptyWorld, severalNetworks, WORKSHOP } from '#test/support/renderer/world.ts';
import { expect, test, visit } from './dashboard.ts';

test('the map shows who is connected how, and its nodes are buttons for keyboard and readers', async ({
  home: page,
}) => {
  await visit(page, '/network');
  await expect(
    page.getByText('3 peers are connected: 1 on the local network, 1 directly, 1 through a relay.'),
  ).toBeVisible();
  const anna = page.getByRole('button', { name: 'Anna’s workshop: Direct, 12 ms' });
  await expect(anna).toBeVisible();
  await anna.focus();
  await page.keyboard.press('Enter');
  await expect(anna).toHaveAttribute('aria-pressed', 'true');
  await expect(page.getByRole('heading', { level: 2, name: 'Anna’s workshop' })).toBeVisible();
  await expect(page.getByText('between 12 ms and 30 ms lately')).toBeVisible();
  await page.getByRole('link', { name: 'See its 2 tools' }).click();
  await expect(page.getByRole('heading', { level: 1, name: 'Catalog' })).toBeVisible();
  await expect(page.getByRole('row').filter({ hasText: 'Echo' })).toHaveCount(0);
});

for (const [language, own, side] of [
  ['en', 'This node', -1],
  ['ar', 'هذه العقدة', 1],
] as const)
  test.describe(`in ${language}`, () => {
    test.use({ language });
    test('the map lies as the language runs', async ({ home: page }) => {
      await visit(page, '/network');
      const attic = page.getByRole('button', { name: /^Attic/ });
      const self = page.locator('figure li').first().getByText(own);
      const boxes = () => Promise.all([attic.boundingBox(), self.boundingBox()]);
      await expect
        .poll(async () => {
          const [there, here] = await boxes();
          return Math.sign((there?.x ?? 0) - (here?.x ?? 0));
        })
        .toBe(side);
    });
  });

test('the table says the same; it is searched, filtered and sorted', async ({ home: page }) => {
  await visit(page, '/network/peers');
  const names = page.getByRole('rowheader');
  await expect(names).toHaveCount(5);
  await page.getByRole('columnheader', { name: 'Round trip' }).click();
  await expect(names.first()).toContainText('Attic');
  await page.getByRole('searchbox', { name: 'Find a peer' }).fill('bor');
  await expect(names).toHaveCount(0);
  await page.getByRole('searchbox', { name: 'Find a peer' }).fill('бор');
  await expect(names).toHaveCount(1);
  await names.first().click();
  await expect(page.getByRole('heading', { level: 2, name: 'Борис' })).toBeVisible();
  await page.getByRole('button', { name: 'Block…' }).click();
  await page.getByRole('alertdialog').getByRole('button', { name: 'Block' }).click();
  await expect(page.getByRole('button', { name: 'Unblock' })).toBeVisible();
});

test('an invitation is written once, as link, code and picture, and taken back', async ({
  home: page,
  dashboard,
}) => {
  await visit(page, '/network');
  await page.getByRole('button', { name: 'Invite' }).click();
  const dialog = page.getByRole('dialog', { name: 'Invite somebody' });
  await dialog.getByRole('textbox', { name: 'Note for yourself' }).fill('For Vera');
  await dialog.getByRole('button', { name: 'Write the invitation' }).click();
  await expect(dialog.getByRole('textbox', { name: 'Link', exact: true })).toHaveValue(
    /^toolswarm:\/\/join\//,
  );
  await expect(dialog.getByRole('img', { name: 'The invitation as a QR code' })).toBeVisible();
  await dialog.getByRole('button', { name: 'Done' }).click();
  await expect(dialog).toHaveCount(0);
  await page.getByRole('tab', { name: 'This node' }).click();
  const row = page.getByRole('listitem').filter({ hasText: 'For Vera' });
  await row.getByRole('button', { name: 'Take back' }).click();
  await expect(row).toHaveCount(0);
  expect(dashboard.node.world.network.invitations).toEqual([]);
});

test('the doctor finds, says what to do, and can be called again', async ({ home: page }) => {
  await visit(page, '/network/doctor');
  await page.getByRole('button', { name: 'Check the connection' }).click();
  await expect(page.getByText('5 things could be better.')).toBeVisible();
  const first = page.getByRole('region', { name: 'Connection doctor' }).locator('ul > li').first();
  await expect(first).toContainText('could be better');
  await expect(page.getByText('Forward TCP port 7422 on your router to this computer')).toBeVisible();
  await expect(page.getByText('2 min 8 sec away from those of your peers')).toBeVisible();
  await page.getByRole('button', { name: 'Check again' }).click();
  await expect(page.getByRole('button', { name: 'Stop' })).toBeVisible();
  await page.getByRole('button', { name: 'Stop' }).click();
  await expect(page.getByText('The check was stopped before its end.')).toBeVisible();
});

test('a private network is entered beside the public one, and only after a yes', async ({ home: page }) => {
  await visit(page, '/network/join');
  const dialog = page.getByRole('dialog', { name: 'Join' });
  const field = dialog.getByRole('textbox', { name: 'Invitation or address' });
  await field.fill('nonsense');
  await expect(dialog.getByRole('alert').filter({ hasText: 'This is not an invitation.' })).toBeVisible();
  await field.fill(`toolswarm://join/${'private'.repeat(12)}`);
  await expect(dialog.getByText('private network “Workshop”')).toBeVisible();
  const join = dialog.getByRole('button', { name: 'Join' });
  await expect(join).toBeDisabled();
  await dialog.getByText('Yes, enter this network').click();
  await join.click();
  await expect(dialog).toHaveCount(0);
  await page.getByRole('tab', { name: 'This node' }).click();
  const rows = page.getByRole('list', { name: 'Networks' }).getByRole('listitem');
  await expect(rows).toHaveCount(2);
  await expect(rows.nth(0)).toContainText('Public network');
  await expect(rows.nth(1)).toContainText('Workshop');
});

test.describe('in several networks', () => {
  test.use({ begin: { world: severalNetworks } });

  test('one is made, renamed, left with a way back, and forgotten', async ({ home: page }) => {
    await visit(page, '/network/self');
    const rows = page.getByRole('list', { name: 'Networks' }).getByRole('listitem');
    await page.getByRole('button', { name: 'Make a private network…' }).click();
    const form = page.getByRole('dialog', { name: 'Make a private network' });
    await form.getByRole('textbox', { name: 'Name' }).fill('Choir');
    await form.getByRole('button', { name: 'Make it' }).click();
    await expect(rows.filter({ hasText: 'Choir' })).toContainText('running');
    await page.getByRole('button', { name: 'More for Choir' }).click();
    await page.getByRole('menuitem', { name: 'Leave…' }).click();
    await page.getByRole('alertdialog').getByRole('button', { name: 'Leave' }).click();
    await expect(rows.filter({ hasText: 'Choir' })).toContainText('left');
    await page.getByRole('button', { name: 'Undo' }).click();
    await expect(rows.filter({ hasText: 'Choir' })).toContainText('running');
    await rows.filter({ hasText: 'Rowing club' }).getByRole('button', { name: 'Forget the key' }).click();
    await expect(rows.filter({ hasText: 'Rowing club' })).toHaveCount(0);
  });

  test('an invitation leads into one of them, and its picture is read again', async ({ home: page }) => {
    await visit(page, '/network/self');
    await page.getByRole('button', { name: 'Invite into Workshop' }).click();
    const dialog = page.getByRole('dialog', { name: 'Invite somebody' });
    await expect(dialog.getByRole('button', { name: /Workshop/ })).toBeVisible();
    await dialog.getByRole('button', { name: 'Write the invitation' }).click();
    await expect(dialog.getByText('the key of the private network “Workshop”')).toBeVisible();
    const picture = dialog.getByRole('img', { name: 'The invitation as a QR code' });
    const png = await picture.screenshot();
    await dialog.getByRole('button', { name: 'Done' }).click();
    await visit(page, '/network/join');
    const join = page.getByRole('dialog', { name: 'Join' });
    const chooser = page.waitForEvent('filechooser');
    await join.getByRole('button', { name: 'Read a picture…' }).click();
    await (await chooser).setFiles({ name: 'code.png', mimeType: 'image/png', buffer: png });
    await expect(join.getByRole('textbox')).toHaveValue(/^TOOLSWARM:\/\/JOIN\/:0A1B2C/);
    const empty = page.waitForEvent('filechooser');
    await join.getByRole('button', { name: 'Read a picture…' }).click();
    const nothing = await page.screenshot({ clip: { x: 0, y: 0, width: 40, height: 40 } });
    await (await empty).setFiles({ name: 'none.png', mimeType: 'image/png', buffer: nothing });
    await expect(join.getByText('There is no QR code in this picture')).toBeVisible();
  });

  test('the map gives each network a sign of its own, in colour and shape, and says it in words', async ({
    home: page,
  }) => {
    await visit(page, '/network');
    const legend = page.getByRole('list', { name: 'What the signs of networks mean' });
    await expect(legend.getByRole('listitem')).toHaveText(['Public network', 'Workshop']);
    const shapes = await legend
      .locator('path')
      .evaluateAll((paths) => paths.map((path) => [path.getAttribute('d'), getComputedStyle(path).fill]));
    for (const column of [0, 1]) expect(new Set(shapes.map((shape) => shape[column])).size).toBe(2);
    const anna = page.getByRole('button', {
      name: 'Anna’s workshop: Direct, 12 ms, in Public network and Workshop',
    });
    await expect(anna.locator('path[d]').and(anna.locator('svg[viewBox="0 0 16 16"] path'))).toHaveCount(2);
    await expect(page.getByRole('button', { name: /^Attic: .*, in Workshop$/ })).toBeVisible();
  });

  test('peers are filtered by network, and say where they are met', async ({ home: page }) => {
    await visit(page, '/network/peers');
    await expect(page.getByRole('rowheader')).toHaveCount(5);
    await page.getByRole('button', { name: /All networks/ }).click();
    await page.getByRole('option', { name: 'Workshop' }).click();
    await expect(page.getByRole('rowheader')).toHaveCount(2);
    await page.getByRole('rowheader').filter({ hasText: 'Anna' }).click();
    const met = page.getByRole('definition').filter({ hasText: 'Workshop' });
    await expect(met.getByRole('listitem')).toHaveText(['Public network', 'Workshop']);
  });

  test('whoever shares with everyone says in which networks', async ({ home: page, dashboard }) => {
    await visit(page, '/servers/filesystem');
    await page.getByRole('tab', { name: 'Sharing' }).click();
    await page.getByRole('button', { name: 'Share', exact: true }).click();
    const dialog = page.getByRole('dialog', { name: 'Share filesystem' });
    await dialog.getByText('Everyone', { exact: true }).first().click();
    await dialog.getByRole('button', { name: 'Share', exact: true }).click();
    await expect(dialog.getByText('Choose at least one network.')).toBeVisible();
    await dialog.getByText('Workshop').click();
    await dialog.getByRole('button', { name: 'Share', exact: true }).click();
    await dialog.getByRole('button', { name: 'Yes, share with everyone' }).click();
    await expect(dialog).toHaveCount(0);
    expect(dashboard.node.world.shares.find(({ server }) => server === 'filesystem')?.networks).toEqual([
      WORKSHOP,
    ]);
  });
});

test.describe('a node alone', () => {
  test.use({ begin: { world: emptyWorld } });

  test('is asked whether it is new or joining, and joins by an invitation', async ({ home: page }) => {
    await visit(page, '/network');
    await expect(page.getByText('Are you new here, or joining somebody?')).toBeVisible();
    await page.getByRole('button', { name: 'I have an invitation' }).click();
    const dialog = page.getByRole('dialog', { name: 'Join' });
    await dialog.getByRole('textbox').fill(`toolswarm://join/${'A'.repeat(80)}`);
    await expect(dialog.getByText('Anna’s workshop')).toBeVisible();
    await expect(dialog.getByText('The name is a claim; the IDs are proven.')).toBeVisible();
    await dialog.getByRole('button', { name: 'Join' }).click();
    await expect(page.getByRole('button', { name: /^Anna’s workshop: Direct/ })).toBeVisible();
  });
});

test.describe('a window without WebGL', () => {
  test('shows the table in place of the map, and says why', async ({ home: page }) => {
    await page.evaluate(() => {
      HTMLCanvasElement.prototype.getContext = (() => null) as never;
    });
    await visit(page, '/network');
    await expect(page.getByText('This window cannot draw the map (WebGL is missing).')).toBeVisible();
    await expect(page.getByRole('rowheader').first()).toBeVisible();
  });
});
