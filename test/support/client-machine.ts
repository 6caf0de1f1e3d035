/** A home folder of its own with AI clients' files in it, and what connects them. */
import { mkdirSync, mkdtempSync, readFileSync, realpathSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { clientsMigrations, createClientFiles, type ClientFiles } from '#main/features/clients/index.ts';
import { silentLog } from '#main/platform/log.ts';
import type { Database } from '#main/platform/sqlite.ts';
import { createManualClock, type ManualClock } from './clock.ts';
import { memoryDatabase } from './database.ts';

export interface ClientMachine {
  home: string;
  dataDir: string;
  backupDir: string;
  clock: ManualClock;
  db: Database;
  files: ClientFiles;
  /** Another installation of the program on the same machine and data. */
  installedAt(program: string, system?: NodeJS.Platform, env?: Record<string, string>): ClientFiles;
  /** Writes below the home folder; makes the folders. */
  write(path: string, text: string): string;
  read(path: string): string;
  remove(): void;
}

export function createClientMachine(
  platform: NodeJS.Platform = 'linux',
  env: Record<string, string> = {},
): ClientMachine {
  const root = realpathSync(mkdtempSync(join(tmpdir(), 'client-machine-')));
  const home = join(root, 'home');
  const dataDir = join(root, 'data');
  const backupDir = join(dataDir, 'client-files');
  for (const folder of [home, dataDir]) mkdirSync(folder);
  const clock = createManualClock();
  const db = memoryDatabase(clientsMigrations);
  const installedAt = (program: string, system = platform, variables = env) =>
    createClientFiles(
      { db, clock, log: silentLog },
      {
        platform: system,
        env: variables,
        home,
        dataDir,
        backupDir,
        start: (profile) => ({
          command: '/usr/bin/node',
          args: [
            program,
            'mcp',
            '--data-dir',
            dataDir,
            ...(profile === 'default' ? [] : ['--profile', profile]),
          ],
        }),
        url: (profile) => `http://127.0.0.1:7420/mcp${profile === 'default' ? '' : `/${profile}`}`,
      },
    );
  return {
    home,
    dataDir,
    backupDir,
    clock,
    db,
    files: installedAt('/opt/toolswarm/bin/toolswarm.mjs'),
    installedAt,
    write(path, text) {
      const file = join(home, path);
      mkdirSync(dirname(file), { recursive: true });
      writeFileSync(file, text);
      return file;
    },
    read: (path) => readFileSync(join(home, path), 'utf8'),
    remove() {
      db.close();
      rmSync(root, { recursive: true, force: true });
    },
  };
}
