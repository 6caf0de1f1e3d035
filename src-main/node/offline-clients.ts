/** AI clients' files without a running node: what uninstalling needs. */
import { existsSync } from 'node:fs';
import type { Removal } from '#shared/features/clients/files.ts';
import { clientsMigrations } from '../features/clients/index.ts';
import { systemClock } from '../platform/clock.ts';
import { type DataDir, describeDataDir } from '../platform/data-dir.ts';
import { acquireLock } from '../platform/lock.ts';
import { silentLog } from '../platform/log.ts';
import { type Database, openDatabase } from '../platform/sqlite.ts';
import { openClientFiles } from './client-files.ts';
import { nodeMigrations } from './migrations.ts';

/**
 * Takes our entries out of all AI clients' files while no node runs on the folder, with the help of what the node has
 * noted; without a note our entries are known by what they start. Throws `node.already_running` or `storage.…`.
 */
export function disconnectClientsOffline(root: string): Removal[] {
  const dataDir = describeDataDir(root);
  if (!existsSync(dataDir.databaseFile)) {
    return disconnectAll(dataDir, openDatabase({ file: ':memory:', migrations: clientsMigrations, now: 0 }));
  }
  const lock = acquireLock({ file: dataDir.lockFile, pidFile: dataDir.pidFile });
  try {
    const now = systemClock.now();
    return disconnectAll(
      dataDir,
      openDatabase({ file: dataDir.databaseFile, migrations: nodeMigrations, now }),
    );
  } finally {
    void lock.close();
  }
}

function disconnectAll(dataDir: DataDir, db: Database): Removal[] {
  try {
    return openClientFiles({ db, clock: systemClock, log: silentLog }, dataDir, () => '').disconnectAll();
  } finally {
    db.close();
  }
}
