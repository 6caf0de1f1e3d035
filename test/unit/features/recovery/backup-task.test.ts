import { existsSync, mkdtempSync, readdirSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { createRecovery } from '#main/features/recovery/index.ts';
import { createTaskBoard } from '#main/node/tasks.ts';
import { systemClock as clock } from '#main/platform/clock.ts';
import { openKeystore } from '#main/platform/keystore.ts';
import { systemRandom as random } from '#main/platform/random.ts';
import { openDatabase } from '#main/platform/sqlite.ts';

const passphrase = 'correct horse battery staple';

describe('a backup', () => {
  let folder: string;
  beforeEach(() => {
    folder = mkdtempSync(join(tmpdir(), 'backup-'));
  });
  afterEach(() => rmSync(folder, { recursive: true }));

  function open() {
    const db = openDatabase({
      file: join(folder, 'node.db'),
      now: 1,
      migrations: [{ slice: 'fill', version: 1, up: 'CREATE TABLE fill (body TEXT) STRICT' }],
    });
    const insert = db.prepare('INSERT INTO fill VALUES (?)');
    db.transaction(() => {
      for (let row = 0; row < 4000; row++) insert.run('x'.repeat(2000));
    })();
    const keystore = openKeystore({ file: join(folder, 'keys.json'), random });
    const tasks = createTaskBoard({ clock, newId: () => 'backup' });
    const dataDir = { settingsFile: join(folder, 'settings.json'), temporaryDir: folder };
    const self = () => ({ providerId: 'z6Mk', peerId: '12D3' });
    const deps = { db, keystore, dataDir, self, clock, random, tasks };
    const recovery = createRecovery(deps as never, { appVersion: '0.1.0' });
    const close = () => {
      tasks.close();
      db.close();
    };
    return { db, recovery, tasks, close };
  }

  it('is a task that says how far it is, while the node goes on', async () => {
    const { close, db, recovery, tasks } = open();
    const file = join(folder, 'node.backup');
    const written = recovery.backup({ file, passphrase });
    let turns = 0;
    const seen = new Set<number | undefined>();
    while (tasks.list()[0]?.endedAt === undefined) {
      await new Promise((resolve) => setImmediate(resolve));
      // The database takes writes between two parts of the copy.
      if (turns++ < 3) db.prepare('INSERT INTO fill VALUES (?)').run('written meanwhile');
      seen.add(tasks.list()[0]?.done);
    }
    expect(await written).toMatchObject({ file });
    expect(tasks.list()).toMatchObject([{ kind: 'recovery.backup', subject: 'node.backup', state: 'done' }]);
    expect(seen.size).toBeGreaterThan(3);
    close();
  });

  it('that is called off leaves nothing behind', async () => {
    const { close, recovery, tasks } = open();
    const file = join(folder, 'node.backup');
    const written = recovery.backup({ file, passphrase });
    const outcome = written.catch((error: unknown) => error);
    await new Promise((resolve) => setImmediate(resolve));
    await tasks.handlers['tasks.cancel']({ id: 'backup' }, { signal: new AbortController().signal });
    expect(await outcome).toMatchObject({ code: 'recovery.cancelled' });
    expect(existsSync(file)).toBe(false);
    expect(readdirSync(folder).filter((name) => /snapshot|backup/.test(name))).toEqual([]);
    close();
  });
});
