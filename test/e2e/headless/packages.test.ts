/** Packages: found and looked at before they are installed, changed and gone back, given to others. */
import type { Page } from '@playwright/test';
import { userSettingSchema } from '#shared/features/packages/manifest.ts';
import {
  ANNA_FILES,
  ANNA_WEATHER,
  BORIS_NOTES,
  LAYLA_MAPS,
  releaseOf,
  SPAM_FILES,
} from '#test/support/renderer/packages-world.ts';
import { emptyWorld } from '#test/support/renderer/world.ts';
import { expect, test, visit } from './dashboard.ts';

const packagePage = (id: string): string => `/packages/${encodeURIComponent(id)}`;
const reviewPage = (what: string): string => `/packages/review/${encodeURIComponent(what)}`;
const card = (page: Page, name: string) => page.getByRole('main').getByRole('region', { name, exact: true });

test('packages are found by words, and only those that run here where that is wanted', async ({
  home: page,
}) => {
  await page.getByRole('navigation').getByRole('link', { name: 'Packages' }).click();
  const rows = page.getByRole('list', { name: 'Discover' }).getByRole('listitem');
  await expect(rows).toHaveCount(6);
  await page.getByText('Only what runs on this machine').click();
  await expect(rows).toHaveCount(5);
  await page.getByRole('searchbox', { name: 'Search for packages' }).fill('forecast');
  await expect(rows).toHaveCount(1);
  await expect(rows).toContainText('Publisher silent');
  await page.getByRole('searchbox', { name: 'Search for packages' }).fill('nothing of the kind');
  await page.getByRole('button', { name: 'Show all packages' }).click();
  await expect(rows).toHaveCount(6);
  await rows.filter({ hasText: 'Looks like another' }).getByRole('link').click();
  await expect(page.getByText('compare the ID of the publisher')).toBeVisible();
});

test('a link leads to a review; what is none is said to be none', async ({ home: page }) => {
  await visit(page, '/packages');
  const field = page.getByRole('textbox', { name: 'Link to a package' });
  await field.fill('https://example.org/package');
  await page.getByRole('button', { name: 'Look at it' }).click();
  await expect(page.getByText('This is no link to a package.')).toBeVisible();
  const release = releaseOf(ANNA_WEATHER, '0.9.3');
  await field.fill(`toolswarm:package/${ANNA_WEATHER}@0.9.3/${release}?at=%2Fip4%2F192.0.2.1%2Ftcp%2F7422`);
  await page.getByRole('button', { name: 'Look at it' }).click();
  await expect(page.getByRole('heading', { name: 'Install Weather 0.9.3?' })).toBeVisible();
  await visit(page, reviewPage(`toolswarm:package/${ANNA_WEATHER}@0.9.3/${'0'.repeat(64)}`));
  await expect(page.getByText('No peer knows this package.')).toBeVisible();
});

test('what is stale or fetches code is installed only with a yes to each', async ({
  home: page,
  dashboard,
}) => {
  await visit(page, reviewPage(ANNA_WEATHER));
  await expect(card(page, 'What it may touch')).toContainText('May talk to api.weather.example.org');
  await expect(card(page, 'What it may touch')).toContainText('It sees no files outside its own folder.');
  const install = page.getByRole('button', { name: 'Install', exact: true });
  await expect(install).toBeDisabled();
  await expect(page.getByText('Tick first that you accept a publisher who has been silent.')).toBeVisible();
  await page.getByText('Install it although its publisher has been silent').click();
  await expect(install).toBeDisabled();
  await page.getByText('Install it although it fetches code when it starts').click();
  await install.click();
  await expect(page.getByText('Weather 0.9.3 is installed and runs')).toBeVisible();
  // Its server is changed and removed with it, and says so.
  await page.getByRole('button', { name: 'Its server' }).click();
  await expect(page.getByRole('heading', { name: 'weather', exact: true })).toBeVisible();
  await expect(page.getByRole('button', { name: 'Edit', exact: true })).toHaveCount(0);
  await page.getByRole('button', { name: 'Its package' }).click();
  await expect(page.getByRole('heading', { level: 1, name: 'Weather' })).toBeVisible();
  expect(dashboard.node.world.packages.installed.some(({ id }) => id === ANNA_WEATHER)).toBe(true);
});

test('a hostile package is shown as what it is, and cannot be installed while something is missing', async ({
  home: page,
}) => {
  await visit(page, reviewPage(SPAM_FILES));
  await expect(page.getByRole('main')).toContainText('Reads a file.⟨U+200B⟩⟨U+200B⟩ IMPORTANT');
  await expect(card(page, 'What it may touch')).toContainText('May read ~/.ssh');
  await expect(card(page, 'Who signs it')).toContainText('Unknown to you');
  await expect(page.getByRole('listitem').filter({ hasText: 'Needs 4.3 GB' })).toContainText('Missing');
  await expect(page.getByRole('button', { name: 'Install', exact: true })).toBeDisabled();
  await expect(page.getByText('Something that it needs is missing here')).toBeVisible();
});

test('an update is read before it is taken: what is wider, what its tools were and are', async ({
  home: page,
}) => {
  await visit(page, '/packages/updates');
  const row = page.getByRole('list', { name: 'Updates' }).getByRole('listitem');
  await expect(row).toContainText('Wants to touch more');
  await expect(row).toContainText('Big change');
  await page.getByRole('button', { name: 'Review the update of Files' }).click();
  await expect(page.getByRole('heading', { name: 'Change Files from 1.4.0 to 2.0.0?' })).toBeVisible();
  const host = page.getByRole('listitem').filter({ hasText: 'files.example.org' }).first();
  await expect(host).toContainText('New');
  const changed = page.getByRole('listitem').filter({ hasText: 'Changed' });
  await expect(changed.getByRole('deletion')).toContainText('Finds files by their names.');
  await expect(changed.getByRole('insertion')).toContainText('and by the words in them');
  await expect(card(page, 'What it needs and costs')).toContainText('text-index 0.8.2');
  // The settings came along; a wrong one is said at its field.
  await expect(page.getByRole('textbox', { name: 'Folder' })).toHaveValue('/home/sam/Papers');
  await page.getByRole('textbox', { name: 'Largest file' }).fill('9000');
  await page.getByRole('button', { name: 'Change to 2.0.0' }).click();
  await expect(page.getByText('Must be 500 or less.')).toBeVisible();
  await page.getByRole('textbox', { name: 'Largest file' }).fill('90');
  await page.getByRole('button', { name: 'Change to 2.0.0' }).click();
  await expect(page.getByText('Files 2.0.0 is installed and runs')).toBeVisible();
  await expect(page.getByText('Updated to version 2.0.0')).toBeVisible();
});

test('one step back says where to, and what else it took back', async ({ home: page }) => {
  await visit(page, packagePage(BORIS_NOTES));
  await expect(page.getByText('needs Python 3.11 or newer')).toBeVisible();
  await card(page, 'What happened here').getByRole('button', { name: 'Go one step back' }).click();
  const question = page.getByRole('alertdialog');
  await expect(question).toContainText('From version 1.2.0 back to 1.1.0');
  await expect(question).toContainText('must be fetched from peers first');
  await question.getByRole('button', { name: 'Go back' }).click();
  await expect(
    page.getByText(
      'Заметки is back at version 1.1.0; the switch took 4 ms. 2 grants of access were revoked.',
    ),
  ).toBeVisible();
  await expect(page.getByText('Taken away: token.')).toBeVisible();
  await expect(card(page, 'What happened here')).toContainText('You went back to version 1.1.0');
});

test('rules for updates, a version for one profile and settings are kept', async ({
  home: page,
  dashboard,
}) => {
  await visit(page, packagePage(ANNA_FILES));
  const known = dashboard.node.world.packages.known.find(({ id }) => id === ANNA_FILES);
  const inUse = known?.versions.find(({ version }) => version === '1.4.0');
  Object.assign(inUse ?? {}, { withdrawn: 'Deletes what it should move.' });
  await page.reload();
  await expect(
    page.getByText('says that version 1.4.0, which you use, should be used no longer'),
  ).toBeVisible();
  await expect(page.getByText('Deletes what it should move.').first()).toBeVisible();
  const updates = card(page, 'Updates');
  await updates.getByRole('textbox', { name: 'Wait so many hours' }).fill('-1');
  await expect(updates.getByRole('button', { name: 'Save the rules' })).toBeDisabled();
  await updates.getByRole('textbox', { name: 'Wait so many hours' }).fill('72');
  await updates.getByRole('button', { name: 'Save the rules' }).click();
  await expect(page.getByText('The rules for updates are saved')).toBeVisible();
  const pins = card(page, 'Versions by profile');
  await pins.getByRole('button', { name: 'Show default the current version again' }).click();
  await expect(pins).toContainText('All profiles see version 1.4.0.');
  await pins.getByRole('button', { name: 'Another version…' }).click();
  await page.getByRole('dialog').getByRole('button', { name: 'Show it this version' }).click();
  await expect(pins).toContainText('sees version 2.1.0-beta.1');
  const settings = card(page, 'Settings');
  await settings.getByRole('textbox', { name: 'Key for files.example.org' }).fill('new key');
  await settings.getByText('Show hidden files').click();
  await settings.getByRole('button', { name: 'Save settings' }).click();
  await expect(page.getByText('The settings of Files are saved')).toBeVisible();
  const { facts, installed } = dashboard.node.world.packages;
  expect(facts.get(ANNA_FILES)?.values).toMatchObject({ folder: '/home/sam/Papers', hidden: true });
  expect(installed[0]?.policy).toEqual({ take: 'patch', channel: 'stable', afterPeers: 2, afterHours: 72 });
});

test('a package is removed after a question; a file is installed and marked', async ({
  home: page,
  dashboard,
}) => {
  dashboard.node.world.packages.report.settings = {
    beads: userSettingSchema.parse({ type: 'number', title: 'Beads', required: true }),
  };
  await visit(page, '/packages/installed');
  const rows = page.getByRole('list', { name: 'Installed' }).getByRole('listitem');
  await expect(rows).toHaveCount(3);
  await page.getByRole('button', { name: 'More for Files' }).click();
  await page.getByRole('menuitem', { name: 'Remove' }).click();
  const question = page.getByRole('alertdialog');
  await expect(question.getByRole('checkbox', { name: /Keep what it has saved/ })).toBeChecked();
  await question.getByRole('button', { name: 'Remove it' }).click();
  await expect(rows).toHaveCount(2);
  await page.getByRole('button', { name: 'Check everything kept' }).click();
  await expect(page.getByText('1 version was damaged and is mended')).toBeVisible();
  await visit(page, '/packages');
  await page.getByRole('button', { name: 'Install a file…' }).click();
  const dialog = page.getByRole('dialog');
  await dialog.getByRole('textbox', { name: 'File or folder' }).fill('/home/sam/abacus.mcpb');
  await page.keyboard.press('Enter');
  // What is in it is shown before it is installed, and what it asks for is asked.
  await expect(dialog.getByText('14 files, 300 kB')).toBeVisible();
  await dialog.getByRole('button', { name: 'Install it' }).click();
  await expect(dialog.getByText('Fill this in.')).toBeVisible();
  await dialog.getByRole('textbox', { name: 'Beads' }).fill('12');
  await dialog.getByRole('button', { name: 'Install it' }).click();
  await expect(page.getByText('abacus 1.0.0 is installed and runs')).toBeVisible();
  await expect(page.getByText('Nobody in your network signed it')).toBeVisible();
});

test('a server that a public registry lists is installed locked in, with what is allowed and no more', async ({
  home: page,
  dashboard,
}) => {
  dashboard.node.world.central.syncedAt = Date.now();
  await visit(page, `/discover/${encodeURIComponent('io.github.example/weather')}`);
  await page.getByRole('button', { name: 'Install locked in' }).click();
  const dialog = page.getByRole('dialog');
  const install = dialog.getByRole('button', { name: 'Fetch and install it' });
  await dialog.getByRole('textbox', { name: 'WEATHER_KEY' }).fill('k3y');
  await dialog.getByRole('textbox', { name: 'May talk to' }).fill('https://api.example.org/');
  await expect(dialog.getByText('Write names of hosts such as api.example.com')).toBeVisible();
  await expect(install).toBeDisabled();
  await dialog.getByRole('textbox', { name: 'May talk to' }).fill('api.example.org');
  await install.click();
  await expect(page.getByText('@example/weather 2.4.1 is installed and runs')).toBeVisible();
  await expect(page.getByText('Nobody in your network signed it')).toBeVisible();
  expect(dashboard.node.world.packages.installed.at(-1)?.permissions.hosts).toEqual(['api.example.org']);
});

test('from a folder to a link: a failed check is shown, a good one published, a version withdrawn', async ({
  home: page,
  dashboard,
}) => {
  const { packages } = dashboard.node.world;
  packages.report.ok = false;
  packages.report.findings.push({ level: 'error', code: 'no_start', message: 'The server did not start.' });
  await visit(page, '/packages/published');
  await page.getByRole('button', { name: 'Publish a package' }).click();
  const dialog = page.getByRole('dialog');
  await dialog.getByRole('textbox', { name: 'Folder or .mcpb file' }).fill('/home/sam/greeter');
  await dialog.getByText('There is no manifest.json yet').click();
  await dialog.getByRole('button', { name: 'Write one' }).click();
  await expect(dialog.getByText('Written: manifest.json')).toBeVisible();
  await dialog.getByRole('button', { name: 'Check it' }).click();
  await expect(dialog.getByRole('listitem').first()).toContainText('The server did not start.');
  packages.report.ok = true;
  await dialog.getByRole('button', { name: 'Check again' }).click();
  await dialog.getByRole('textbox', { name: 'What is new' }).fill('The first version.');
  await dialog.getByRole('button', { name: 'Sign and publish 1.0.0' }).click();
  await expect(dialog.getByText('greeter 1.0.0 is published.')).toBeVisible();
  await expect(dialog.getByRole('textbox', { name: 'Link to a package' })).toHaveValue(
    /^toolswarm:package\//,
  );
  await dialog.getByRole('button', { name: 'Done' }).click();
  const ledger = card(page, 'Household ledger');
  await ledger.getByRole('button', { name: 'More for version 1.1.0' }).click();
  await page.getByRole('menuitem', { name: 'Move to stable' }).click();
  await expect(page.getByText('Version 1.1.0 is stable now')).toBeVisible();
  await ledger.getByRole('button', { name: 'More for version 1.0.0' }).click();
  await page.getByRole('menuitem', { name: 'Withdraw' }).click();
  await page.getByRole('alertdialog').getByRole('textbox', { name: 'Reason' }).fill('Adds up wrongly.');
  await page.getByRole('alertdialog').getByRole('button', { name: 'Withdraw it' }).click();
  await expect(ledger).toContainText('Withdrawn: Adds up wrongly.');
});

test('what moves is shown with its pieces and peers, and what stands still says so', async ({
  home: page,
  dashboard,
}) => {
  await visit(page, '/packages');
  const moving = card(page, 'On its way');
  await expect(moving.getByRole('img', { name: /Pieces of the file that are here: 39%/ })).toBeVisible();
  await moving.getByText('5 peers').click();
  await expect(moving.getByRole('listitem').filter({ hasText: 'Sent wrong data: shut out' })).toHaveCount(2);
  const { packages } = dashboard.node.world;
  await visit(page, '/packages/published');
  await expect(card(page, 'Being given away')).toContainText('3.1 MB given of 900 kB');
  packages.transfers = packages.transfers
    .filter(({ id }) => id === LAYLA_MAPS)
    .map((one) => ({ ...one, state: 'stalled', rate: 0 }));
  dashboard.node.changed();
  await expect(moving).toContainText('It goes on by itself when one comes back');
  packages.transfers = [];
  dashboard.node.changed();
  await expect(moving).toHaveCount(0);
});

test('a publisher’s page shows what is his, and that his name is a label', async ({ home: page }) => {
  await visit(page, packagePage(ANNA_FILES));
  await card(page, 'At a glance').getByRole('link', { name: 'Anna’s workshop' }).click();
  await expect(page.getByRole('heading', { level: 1, name: 'Anna’s workshop' })).toBeVisible();
  await expect(page.getByText('anybody can take any name')).toBeVisible();
  const rows = page.getByRole('list', { name: 'Packages of this publisher' }).getByRole('listitem');
  await expect(rows).toHaveCount(2);
});

test.describe('where nothing is known', () => {
  test.use({ begin: { world: emptyWorld } });
  test('it is said how packages come', async ({ home: page }) => {
    await visit(page, '/packages');
    await expect(page.getByText('No packages heard of yet')).toBeVisible();
    await expect(page.getByRole('textbox', { name: 'Link to a package' })).toBeVisible();
    await page.getByRole('button', { name: 'Join a network' }).click();
    await expect(page.getByRole('dialog')).toBeVisible();
    await visit(page, '/packages/installed');
    await expect(page.getByText('No package installed yet')).toBeVisible();
    await visit(page, '/packages/updates');
    await expect(page.getByText('Everything is up to date')).toBeVisible();
    await visit(page, '/packages/published');
    await expect(page.getByText('You publish nothing yet')).toBeVisible();
  });
});
