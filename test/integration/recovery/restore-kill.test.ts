import { existsSync, mkdtempSync, readdirSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { createIdentity, identityMigrations } from '#main/features/identity/index.ts';
import { withoutBoard } from '#test/support/tasks.ts';
import { createRecovery, restoreBackup } from '#main/features/recovery/index.ts';
import { systemClock } from '#main/platform/clock.ts';
import { openDataDir } from '#main/platform/data-dir.ts';
import { openKeystore } from '#main/platform/keystore.ts';
import { silentLog } from '#main/platform/log.ts';
import { systemRandom as random } from '#main/platform/random.ts';
import { openDatabase } from '#main/platform/sqlite.ts';
import { runChild } from '#test/support/child.ts';

const clock = systemClock;
const passphrase = 'correct horse';
let dir: string;
let file: string;
beforeAll(async () => {
  dir = mkdtempSync(join(tmpdir(), 'restore-kill-'));
  file = join(dir, 'node.backup');
  const dataDir = openDataDir(join(dir, 'old'));
  const keystore = openKeystore({ file: dataDir.keysFile, random });
  const db = openDatabase({ file: dataDir.databaseFile, migrations: identityMigrations, now: 0 });
  const { self } = createIdentity({ keystore, db, clock, random, log: silentLog });
  db.exec('CREATE TABLE fixture_ballast (body BLOB)');
  db.prepare('INSERT INTO fixture_ballast VALUES (?)').run(random.bytes(8_000_000));
  const recovery = createRecovery(
    { db, keystore, dataDir, self, clock, random, tasks: withoutBoard },
    { appVersion: '0.1.0' },
  );
  await recovery.backup({ file, passphrase });
  db.close();
});
afterAll(() => rmSync(dir, { recursive: true }));

test('a restore killed at any time leaves the folder as it was or whole, and the next one succeeds', async () => {
  const dataDir = join(dir, 'new');
  const whole = ['keys.json', 'node.db'];
  for (let kill = 0; kill < 8; kill++) {
    const child = runChild(new URL('./restore-once.ts', import.meta.url), [file, passphrase, dataDir]);
    await child.line();
    await sleep(40 * kill);
    await child.kill();
    if (!existsSync(dataDir)) continue;
    expect(readdirSync(dataDir).sort()).toEqual(whole);
    rmSync(dataDir, { recursive: true });
  }
  await restoreBackup({ file, passphrase, dataDir });
  expect(readdirSync(dataDir).sort()).toEqual(whole);
  expect(readdirSync(dir).sort()).toEqual(['new', 'node.backup', 'old']);
});
