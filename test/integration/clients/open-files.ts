import { join } from 'node:path';
import { clientsMigrations, createClientFiles } from '#main/features/clients/index.ts';
import { systemClock } from '#main/platform/clock.ts';
import { silentLog } from '#main/platform/log.ts';
import { openDatabase } from '#main/platform/sqlite.ts';

/** The same machine for the test and for this program. */
export function openFiles(folder: string): ReturnType<typeof createClientFiles> {
  const dataDir = join(folder, 'data');
  const db = openDatabase({ file: join(dataDir, 'node.db'), migrations: clientsMigrations, now: 0 });
  return createClientFiles(
    { db, clock: systemClock, log: silentLog },
    {
      platform: 'linux',
      env: {},
      home: join(folder, 'home'),
      dataDir,
      backupDir: join(dataDir, 'client-files'),
      start: () => ({ command: 'node', args: ['/opt/toolswarm.mjs', 'mcp', '--data-dir', dataDir] }),
      url: () => '',
    },
  );
}
