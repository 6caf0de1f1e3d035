/** The card of the settings that speaks of this computer, and what it changes outside. */
import { existsSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { type DesktopApp, expect, test } from './app.ts';
import { EXECUTABLE, test as packagedTest } from './packaged-app.ts';
import { openThisComputer } from './this-computer.ts';

test('says honestly that there is no keychain and no tray', async ({ launch }) => {
  const desktop = await launch({ env: { DBUS_SESSION_BUS_ADDRESS: '', XDG_RUNTIME_DIR: '' } });
  const card = await openThisComputer(await desktop.window());
  await expect(card).toContainText('This computer has no keychain');
  await expect(card).toContainText('This desktop shows no tray symbols.');
  await expect(card.getByRole('switch', { name: /Protect my keys/ })).toHaveCount(0);
  await expect(card).toContainText('Updates');
});

/** A keychain of the test in place of the system's: it seals and opens as a real one does. */
const giveKeychain = ({ electron }: DesktopApp): Promise<void> =>
  electron.evaluate(({ safeStorage }) => {
    safeStorage.getSelectedStorageBackend = () => 'gnome_libsecret';
    safeStorage.isEncryptionAvailable = () => true;
    safeStorage.encryptString = (text) => Buffer.from(text).reverse();
    safeStorage.decryptString = (sealed) => Buffer.from(sealed).reverse().toString();
  });

const chooseFromMenu = ({ electron }: DesktopApp, id: string): Promise<void> =>
  electron.evaluate(({ Menu }, id) => Menu.getApplicationMenu()?.getMenuItemById(id)?.click(), id);

test('the keys are sealed by a keychain, the passphrase can be kept elsewhere, and it is turned off again', async ({
  desktop,
}) => {
  await giveKeychain(desktop);
  const page = await desktop.window();
  const card = await openThisComputer(page);
  // Said anew, now that there is one.
  await card.getByText('Notify me').click();
  const protect = card.getByRole('switch', { name: /Protect my keys/ });
  await expect(protect).not.toBeChecked();
  await card.getByText('Protect my keys').click();
  await expect(protect).toBeChecked({ timeout: 20_000 });
  await expect(card).toContainText('only GNOME Keyring knows');
  const keys = () => readFileSync(join(desktop.dataDir, 'keys.json'), 'utf8');
  expect(keys()).toContain('"sealed"');

  await card.getByRole('button', { name: 'Show the passphrase' }).click();
  const dialog = page.getByRole('dialog');
  await dialog.getByRole('button', { name: 'Show the passphrase' }).click();
  await expect(dialog.getByRole('textbox', { name: 'Passphrase' })).toHaveValue(/^[\w-]{43}$/);
  await page.keyboard.press('Escape');

  // The node comes back without asking anybody.
  await chooseFromMenu(desktop, 'stop');
  await expect.poll(() => desktop.nodePid(), { timeout: 20_000 }).toBeUndefined();
  await chooseFromMenu(desktop, 'start');
  await expect(page.getByRole('banner').getByText('Running')).toBeVisible({ timeout: 20_000 });

  await card.getByText('Protect my keys').click();
  await expect(protect).not.toBeChecked({ timeout: 20_000 });
  expect(keys()).not.toContain('"sealed"');
  expect(existsSync(join(desktop.dataDir, 'keychain.json'))).toBe(false);
});

packagedTest(
  'starting with the session is an autostart file, written and taken away',
  async ({ packaged, start }) => {
    const { page, home } = await start(join(packaged, EXECUTABLE));
    const card = await openThisComputer(page);
    const file = join(home, '.config', 'autostart', 'toolswarm.desktop');
    await card.getByText('Start when I sign in').click();
    await expect.poll(() => existsSync(file)).toBe(true);
    expect(readFileSync(file, 'utf8')).toContain(`Exec=${join(packaged, EXECUTABLE)} --hidden\n`);
    await card.getByText('Start when I sign in').click();
    await expect.poll(() => existsSync(file)).toBe(false);
  },
);

packagedTest('a feed of updates needs an https address and a key', async ({ packaged, start }) => {
  const appImage = join(packaged, 'Toolswarm.AppImage');
  writeFileSync(appImage, '');
  const { page } = await start(join(packaged, EXECUTABLE), undefined, { APPIMAGE: appImage });
  const card = await openThisComputer(page);
  await expect(card).toContainText('Updates are off: nothing is asked of any server.');
  await card.getByRole('button', { name: 'Set up updates' }).click();
  const dialog = page.getByRole('dialog');
  await dialog.getByRole('textbox', { name: 'Address of the feed' }).fill('http://updates.example/');
  await dialog.getByRole('button', { name: 'Save' }).click();
  await expect(dialog).toContainText('This is not the address of a feed of updates.');
});
