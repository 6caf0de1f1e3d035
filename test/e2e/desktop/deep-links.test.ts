/** Links that other programs hand over: each is a question in the window, none is obeyed. */
import { fileURLToPath } from 'node:url';
import { toBase64Url, utf8 } from '#shared/kernel/bytes.ts';
import { type DesktopApp, expect, test } from './app.ts';

const everything = fileURLToPath(
  new URL('../../../node_modules/@modelcontextprotocol/server-everything/dist/index.js', import.meta.url),
);

const addLink = (entry: object) => `toolswarm://add/${toBase64Url(utf8(JSON.stringify(entry)))}`;

/** As a second start of the program hands it over. */
const open = ({ electron }: DesktopApp, link: string): Promise<void> =>
  electron.evaluate(
    ({ app }, link) => void app.emit('second-instance', {}, ['toolswarm', link], '', null),
    link,
  );

test('a server comes in as a filled form, and is added by the person alone', async ({ desktop }) => {
  const page = await desktop.window();
  await expect(page.getByRole('banner').getByText('Running')).toBeVisible({ timeout: 20_000 });
  await open(
    desktop,
    addLink({
      name: 'linked',
      command: process.execPath,
      args: [everything, 'stdio'],
      env: { GREETING: 'hello' },
    }),
  );
  const form = page.getByRole('dialog');
  await expect(
    form.getByText('A link from another program or a web page filled in this form.'),
  ).toBeVisible();
  const values = () =>
    form.getByRole('textbox').evaluateAll((boxes) => boxes.map((box) => (box as HTMLInputElement).value));
  await expect
    .poll(values)
    .toEqual([`${process.execPath} ${everything} stdio`, 'GREETING', 'hello', 'linked']);
  await form.getByRole('button', { name: 'Cancel' }).click();
  await expect(form).toBeHidden();
  await page.evaluate(() => (location.hash = '#/servers'));
  await expect(page.getByRole('main')).not.toContainText('linked');

  await open(desktop, addLink({ name: 'linked', command: process.execPath, args: [everything, 'stdio'] }));
  await form.getByRole('button', { name: 'Add server' }).click();
  await expect(form).toBeHidden({ timeout: 30_000 });
  await expect(page.getByRole('main')).toContainText('linked');
});

test('a malformed link of the first start is said in words', async ({ launch }) => {
  const desktop = await launch({ args: ['toolswarm://add/%7Bnot-json'] });
  const page = await desktop.window();
  const note = page.getByRole('alertdialog');
  await expect(note).toContainText('This link cannot be used');
  await expect(note).toContainText('Nothing was changed.');
  await note.getByRole('button', { name: 'Close' }).last().click();
  await expect(note).toBeHidden();
});

test('hidden characters are refused, and links wait for one another', async ({ desktop }) => {
  const page = await desktop.window();
  await open(desktop, addLink({ command: 'npx', args: ['good\u202etxt.exe'] }));
  await open(desktop, 'toolswarm://open/everything');
  const note = page.getByRole('alertdialog');
  await expect(note).toContainText('hidden from your eyes');
  await note.getByRole('button', { name: 'Close' }).last().click();
  await expect(note).toContainText('does not know');
  await note.getByRole('button', { name: 'Close' }).last().click();
  await expect(note).toBeHidden();
});

test('an address of a description is read only after a yes', async ({ desktop }) => {
  const page = await desktop.window();
  await expect(page.getByRole('banner').getByText('Running')).toBeVisible({ timeout: 20_000 });
  await open(desktop, `toolswarm://add/${encodeURIComponent('https://127.0.0.1:9/server.json')}`);
  const question = page.getByRole('alertdialog');
  await expect(question).toContainText('https://127.0.0.1:9/server.json');
  await question.getByRole('button', { name: 'Read it' }).click();
  await expect(question).toContainText('127.0.0.1:9 could not be read.');
  await question.getByRole('button', { name: 'Not now' }).click();
  await expect(question).toBeHidden();
});

test('an invitation asks before it joins', async ({ desktop }) => {
  const page = await desktop.window();
  await expect(page.getByRole('banner').getByText('Running')).toBeVisible({ timeout: 20_000 });
  await open(desktop, 'toolswarm://join/not-an-invitation');
  const question = page.getByRole('alertdialog');
  await expect(question).toContainText('Join this network?');
  await expect(question).toContainText('Agree only if you know who gave it to you.');
});
