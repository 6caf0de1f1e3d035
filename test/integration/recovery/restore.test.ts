import {
  existsSync,
  mkdirSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  rmSync,
  statSync,
  writeFileSync,
} from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { z } from 'zod';
import { clientsMigrations, createClients } from '#main/features/clients/index.ts';
import { createIdentity, identityMigrations, recoverIdentity } from '#main/features/identity/index.ts';
import { withoutBoard } from '#test/support/tasks.ts';
import { createRecovery, createRecoveryHandlers, restoreBackup } from '#main/features/recovery/index.ts';
import { createSettings, setting } from '#main/features/settings/index.ts';
import { systemClock } from '#main/platform/clock.ts';
import { openDataDir } from '#main/platform/data-dir.ts';
import { openKeystore } from '#main/platform/keystore.ts';
import { silentLog } from '#main/platform/log.ts';
import { systemRandom } from '#main/platform/random.ts';
import { createSecrets } from '#main/platform/secrets.ts';
import { type Migration, openDatabase } from '#main/platform/sqlite.ts';

const migrations: Migration[] = [
  ...identityMigrations,
  ...clientsMigrations,
  { slice: 'fixture', version: 1, up: 'CREATE TABLE fixture_cache (body BLOB) STRICT' },
];

/** The slices that hold what a backup is for, on a real folder. */
function startNode(root: string, passphrase?: string) {
  const dataDir = openDataDir(root);
  const clock = systemClock;
  const random = systemRandom;
  const log = silentLog;
  const keystore = openKeystore({ file: dataDir.keysFile, random, ...(passphrase ? { passphrase } : {}) });
  const db = openDatabase({ file: dataDir.databaseFile, migrations, now: clock.now() });
  const identity = createIdentity({ keystore, db, clock, random, log });
  const clients = createClients({ keystore, db, clock, random, log });
  const settings = createSettings(
    { file: dataDir.settingsFile, env: {}, flags: {}, log },
    { 'endpoint.port': setting(z.int().default(7420)) },
  );
  const recovery = createRecovery(
    { db, keystore, dataDir, self: identity.self, clock, random, tasks: withoutBoard },
    { appVersion: '0.1.0', refetchableTables: ['fixture_cache', 'no_such_table'] },
  );
  const secrets = createSecrets(keystore, 'servers');
  const stop = () => {
    clients.close();
    db.close();
  };
  return { dataDir, db, identity, clients, settings, secrets, recovery, stop };
}

let dir: string;
let file: string;
let before: ReturnType<typeof startNode>;
let clientToken: string;
let connectionToken: string;
const passphrase = 'correct horse';
const at = (name: string) => join(dir, name);

beforeAll(async () => {
  dir = mkdtempSync(join(tmpdir(), 'recovery-'));
  file = at('node.backup');
  before = startNode(at('old'));
  before.identity.setDisplayName('Ada');
  before.identity.rotate();
  clientToken = before.clients.create('Editor', 'default').token;
  connectionToken = before.clients.connectionToken();
  before.settings.set('endpoint.port', 9000);
  before.secrets.set('files/TOKEN', 'server secret');
  before.db.prepare('INSERT INTO fixture_cache VALUES (?)').run(systemRandom.bytes(300_000));
  await createRecoveryHandlers(before.recovery)['recovery.backup'](
    { file, passphrase },
    { signal: new AbortController().signal },
  );
});
afterAll(async () => {
  before.stop();
  rmSync(dir, { recursive: true });
});

describe('a restored folder', () => {
  test('is a new node of the same provider, with everything that cannot be fetched again', async () => {
    const restored = await restoreBackup({ file, passphrase, dataDir: at('new') });
    expect(restored).toMatchObject({ providerId: before.identity.self().providerId, sameNode: false });
    expect(statSync(at('new')).mode & 0o777).toBe(0o700);
    const node = startNode(at('new'));
    const { providerId, peerId } = node.identity.self();
    expect(providerId).toBe(before.identity.self().providerId);
    expect(peerId).not.toBe(before.identity.self().peerId);
    expect(before.identity.admit(peerId, node.identity.certificate())).toMatchObject({
      ok: true,
      label: 'Ada',
    });
    expect(node.identity.view()).toEqual({ ...before.identity.view(), peerId });
    expect(node.identity.recoveryPhrase()).toEqual(before.identity.recoveryPhrase());
    expect(node.clients.authenticate(clientToken)).toMatchObject({ name: 'Editor' });
    expect(node.clients.connectionToken()).toBe(connectionToken);
    expect(node.settings.get('endpoint.port')).toBe(9000);
    expect(node.secrets.get('files/TOKEN')).toBe('server secret');
    expect(node.db.prepare('SELECT count(*) AS rows FROM fixture_cache').get()).toEqual({ rows: 0 });
    node.stop();
  });

  test('is the same node where the person says that the old one is gone', async () => {
    await restoreBackup({ file, passphrase, dataDir: at('same'), sameNode: true });
    const node = startNode(at('same'));
    expect(node.identity.self()).toEqual(before.identity.self());
    expect(node.identity.certificate()).toEqual(before.identity.certificate());
    node.stop();
  });

  test('keeps keys under a passphrase where they were, the backup’s one', async () => {
    const sealed = startNode(at('sealed'), 'of the keystore');
    await sealed.recovery.backup({ file: at('sealed.backup'), passphrase });
    sealed.stop();
    await restoreBackup({ file: at('sealed.backup'), passphrase, dataDir: at('unsealed') });
    expect(() => startNode(at('unsealed'))).toThrow(
      expect.objectContaining({ code: 'keystore.passphrase_needed' }),
    );
    startNode(at('unsealed'), passphrase).stop();
  });
});

describe('the backup file', () => {
  test('is private, hides its content and leaves nothing beside it', () => {
    expect(statSync(file).mode & 0o777).toBe(0o600);
    const bytes = readFileSync(file);
    for (const text of ['server secret', 'Editor', before.identity.self().providerId])
      expect(bytes.includes(text)).toBe(false);
    expect(bytes.length).toBeLessThan(300_000);
    expect(readdirSync(dir).filter((name) => name.endsWith('.tmp'))).toEqual([]);
    expect(readdirSync(before.dataDir.temporaryDir)).toEqual([]);
  });

  test('replaces an older backup, but nothing else', async () => {
    await before.recovery.backup({ file, passphrase });
    writeFileSync(at('thesis.txt'), 'years of work');
    await expect(before.recovery.backup({ file: at('thesis.txt'), passphrase })).rejects.toMatchObject({
      code: 'recovery.file_exists',
    });
    expect(readFileSync(at('thesis.txt'), 'utf8')).toBe('years of work');
  });

  test.each([
    ['relative.backup', 'recovery.relative_path'],
    ['/no/such/folder/x.backup', 'storage.unreadable'],
    ['/dev/null/x.backup', 'storage.unreadable'],
  ])('cannot be written to %s', async (path, code) => {
    await expect(before.recovery.backup({ file: path, passphrase })).rejects.toMatchObject({ code });
  });

  test('one at a time', async () => {
    const first = before.recovery.backup({ file: at('first.backup'), passphrase });
    await expect(before.recovery.backup({ file: at('second.backup'), passphrase })).rejects.toMatchObject({
      code: 'recovery.busy',
      retryable: true,
    });
    await first;
  });
});

describe('a restore that cannot be', () => {
  const nothingIn = (name: string) => expect(existsSync(at(name)) ? readdirSync(at(name)) : []).toEqual([]);

  test.each([
    ['with a wrong passphrase', 'recovery.wrong_passphrase', () => ({ passphrase: 'wrong' })],
    ['of a missing file', 'storage.unreadable', () => ({ file: at('absent') })],
    ['of half a file', 'recovery.corrupt', () => ({ file: halfOf(file) })],
    ['of another file', 'recovery.not_a_backup', () => ({ file: join(at('old'), 'keys.json') })],
  ])('%s leaves nothing', async (_, code, change) => {
    const options = { file, passphrase, dataDir: at('failed'), ...change() };
    await expect(restoreBackup(options)).rejects.toMatchObject({ code });
    nothingIn('failed');
    expect(readdirSync(dir).filter((name) => name.includes('restoring'))).toEqual([]);
  });

  test('into a folder that is used', async () => {
    mkdirSync(at('used'));
    writeFileSync(join(at('used'), 'x'), '');
    const refused = restoreBackup({ file, passphrase, dataDir: at('used') });
    await expect(refused).rejects.toMatchObject({ code: 'recovery.not_empty' });
    expect(readdirSync(at('used'))).toEqual(['x']);
  });

  test('into an empty folder it can', async () => {
    mkdirSync(at('empty'));
    await restoreBackup({ file, passphrase, dataDir: at('empty') });
    expect(readdirSync(at('empty')).sort()).toEqual(['keys.json', 'node.db', 'settings.json']);
  });

  const halfOf = (path: string): string => {
    writeFileSync(at('half.backup'), readFileSync(path).subarray(0, 5000));
    return at('half.backup');
  };
});

test('the 24 words alone bring the provider back', async () => {
  const words = before.identity.recoveryPhrase();
  const typed = words.join('  ').toUpperCase();
  const recovered = recoverIdentity({ words: [typed], dataDir: at('words'), random: systemRandom });
  expect(recovered.providerId).toBe(before.identity.self().providerId);
  const node = startNode(at('words'));
  expect(node.identity.self().providerId).toBe(recovered.providerId);
  node.stop();
  expect(() => recoverIdentity({ words, dataDir: at('words'), random: systemRandom })).toThrow(
    expect.objectContaining({ code: 'identity.exists' }),
  );
});
