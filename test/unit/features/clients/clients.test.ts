import { mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, expect, test } from 'vitest';
import { clientsMigrations, createClients, createClientsHandlers } from '#main/features/clients/index.ts';
import { openKeystore } from '#main/platform/keystore.ts';
import { silentLog } from '#main/platform/log.ts';
import { type Database, openDatabase } from '#main/platform/sqlite.ts';
import { createTaskBoard } from '#main/node/tasks.ts';
import { createClientMachine } from '#test/support/client-machine.ts';
import { createManualClock, type ManualClock } from '#test/support/clock.ts';
import { createSeededRandom } from '#test/support/random.ts';

let dir: string;
let db: Database;
let clock: ManualClock;
const random = createSeededRandom('clients');
beforeEach(() => {
  clock = createManualClock();
  dir = mkdtempSync(join(tmpdir(), 'clients-'));
  db = openDatabase({ file: join(dir, 'node.db'), migrations: clientsMigrations, now: 0 });
});
afterEach(() => {
  db.close();
  rmSync(dir, { recursive: true });
});

function open() {
  const keystore = openKeystore({ file: join(dir, 'keys.json'), random });
  return createClients({ db, keystore, clock, random, log: silentLog });
}
const coded = (code: string) => expect.objectContaining({ code });

test('a token lets its client in until it is revoked, across restarts', () => {
  const first = open();
  const { id, token } = first.create('Editor', 'default');
  first.close();
  const clients = open();
  const ended: string[] = [];
  clients.on('clientRevoked', ({ clientId }) => ended.push(clientId));
  expect(clients.authenticate(token)).toEqual({
    clientId: id,
    name: 'Editor',
    profile: 'default',
    scope: 'call',
  });
  clients.revoke(id);
  expect(clients.authenticate(token)).toBeUndefined();
  expect(open().authenticate(token)).toBeUndefined();
  expect(ended).toEqual([id]);
  expect(() => clients.revoke(id)).toThrow(coded('clients.unknown'));
});

test('a token of some days ends with them, and its scope stays, across restarts', () => {
  const first = open();
  const { expiresAt = 0, token } = first.create('Visitor', 'default', { scope: 'read', forDays: 2 });
  first.close();
  const clients = open();
  clock.advance(2 * 86_400_000 - 1);
  expect(clients.authenticate(token)).toMatchObject({ scope: 'read', expiresAt });
  clock.advance(1);
  expect(clients.authenticate(token)).toBeUndefined();
  expect(clients.list()).toMatchObject([{ name: 'Visitor', scope: 'read', lastUsedAt: expiresAt - 1 }]);
});

test('tokens are not on disk', () => {
  const clients = open();
  const { token } = clients.create('Editor', 'default');
  db.pragma('wal_checkpoint(TRUNCATE)');
  expect(readFileSync(join(dir, 'node.db')).includes(token)).toBe(false);
});

test.each(['', 'tsw_', 'x'.repeat(100_000), `tsw_${'A'.repeat(43)}`, `tsw_${'é'.repeat(43)}`])(
  'a token that was never given is refused: %.8s…',
  (token) => expect(open().authenticate(token)).toBeUndefined(),
);

test('the machine’s own token is the same at every start, and another once revoked', () => {
  const clients = open();
  const token = clients.connectionToken();
  expect(clients.authenticate(token)).toMatchObject({ name: 'This machine', profile: 'default' });
  expect(open().connectionToken()).toBe(token);
  expect(open().list()).toHaveLength(1);
  clients.revoke('machine-default');
  const next = clients.connectionToken();
  expect(next).not.toBe(token);
  expect(clients.authenticate(token)).toBeUndefined();
});

test('keys from another backup than the database still open the door', () => {
  const keystore = openKeystore({ file: join(dir, 'keys.json'), random });
  open().connectionToken();
  keystore.update({ 'clients/connection/default': undefined });
  const clients = open();
  expect(clients.authenticate(clients.connectionToken())).toBeDefined();
  expect(clients.list()).toHaveLength(1);
});

test('the last use is kept in memory and written down now and then, and at the end', () => {
  const clients = open();
  const { id, token } = clients.create('Editor', 'default');
  const lastUse = () =>
    db.prepare('SELECT last_used_at AS at FROM clients WHERE id = ?').get(id) as { at: number | null };
  clients.authenticate(token);
  const usedAt = clock.now();
  expect(lastUse().at).toBeNull();
  expect(clients.list()[0]?.lastUsedAt).toBe(usedAt);
  clock.advance(60_000);
  expect(lastUse().at).toBe(usedAt);
  clients.authenticate(token);
  clients.close();
  expect(lastUse().at).toBe(clock.now());
});

test('profiles: default stays, others go with their clients', () => {
  const clients = open();
  const changed: string[] = [];
  clients.on('profileChanged', ({ name }) => changed.push(name));
  clients.setProfile({ name: 'work', servers: ['files'], prefix: false });
  const { token } = clients.create('Editor', 'work');
  const local = clients.connectionToken('work');
  expect(open().profile('work')).toEqual({ name: 'work', servers: ['files'], prefix: false });
  expect(open().profile('default')).toEqual({ name: 'default', prefix: true });
  clients.removeProfile('work');
  for (const gone of [token, local]) expect(clients.authenticate(gone)).toBeUndefined();
  expect(open().profiles()).toEqual([{ name: 'default', prefix: true }]);
  expect(changed).toEqual(['work', 'work']);
  expect(() => clients.removeProfile('default')).toThrow(coded('clients.default_profile'));
  expect(() => clients.removeProfile('work')).toThrow(coded('clients.unknown_profile'));
  expect(() => clients.create('Editor', 'work')).toThrow(coded('clients.unknown_profile'));
  expect(() => clients.connectionToken('work')).toThrow(coded('clients.unknown_profile'));
});

test('both books are bounded', () => {
  const clients = open();
  for (let index = 0; index < 1000; index++) clients.create(`c${index}`, 'default');
  expect(() => clients.create('one more', 'default')).toThrow(coded('clients.too_many'));
  for (let index = 1; index < 256; index++) clients.setProfile({ name: `p${index}`, prefix: true });
  expect(() => clients.setProfile({ name: 'p256', prefix: true })).toThrow(
    coded('clients.too_many_profiles'),
  );
});

test('the handlers answer in the form of the contract', async () => {
  const clients = open();
  const connection = (profile: string) => ({
    url: `http://x/${profile}`,
    socket: 's',
    command: 'c',
    args: [],
  });
  const machine = createClientMachine();
  const noCatalog = {
    tools: 0,
    tokens: 0,
    mode: 'full' as const,
    budget: 15_000,
    listed: { tools: 0, tokens: 0 },
    alwaysListed: [],
  };
  const handlers = createClientsHandlers({
    clients,
    connection,
    files: machine.files,
    prove: async () => true,
    tasks: createTaskBoard({ clock, newId: () => 'task' }),
    preview: () => ({ ...noCatalog, servers: [] }),
    catalogs: () => [{ profile: 'default', choice: 'auto', ...noCatalog, clients: 0 }],
    sessions: { list: () => [], onChanged: () => () => undefined },
  });
  const context = { signal: new AbortController().signal };
  await handlers['profiles.set']({ name: 'work', prefix: true }, context);
  const made = await handlers['clients.create']({ name: 'Editor', profile: 'work', scope: 'call' }, context);
  expect(clients.authenticate(made.token)?.profile).toBe('work');
  const shown = await handlers['clients.connection']({ profile: 'default' }, context);
  expect(shown).toEqual({ token: clients.connectionToken(), ...connection('default') });
  expect(await handlers['clients.list']({}, context)).toMatchObject({
    items: expect.arrayContaining([expect.not.objectContaining({ tokenHash: expect.anything() })]),
  });
  await handlers['clients.revoke']({ id: made.id }, context);
  await handlers['profiles.remove']({ name: 'work' }, context);
  expect(await handlers['profiles.list']({}, context)).toEqual({
    items: [{ name: 'default', prefix: true }],
  });
  expect(() => handlers['clients.plan']({ client: 'cursor', profile: 'work' }, context)).toThrow(
    coded('clients.unknown_profile'),
  );
  machine.remove();
});
