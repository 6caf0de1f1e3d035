/** What a node stands on: its folder, held alone, the log, the keys and the database. */
import { createDisposableStore, type DisposableStore } from '#shared/kernel/disposables.ts';
import type { Clock } from '#shared/kernel/clock.ts';
import type { Verify } from '#shared/kernel/envelope.ts';
import type { Random } from '#shared/kernel/random.ts';
import { systemClock } from '../platform/clock.ts';
import { createVerify } from '../platform/crypto.ts';
import { type DataDir, openDataDir } from '../platform/data-dir.ts';
import { type Keystore, openKeystore } from '../platform/keystore.ts';
import { acquireLock } from '../platform/lock.ts';
import { type Log, type LogLevel, openLog } from '../platform/log.ts';
import { systemRandom } from '../platform/random.ts';
import { type Database, openDatabase } from '../platform/sqlite.ts';
import { nodeMigrations } from './migrations.ts';

export interface Platform {
  dataDir: DataDir;
  log: Log;
  /** From now on these values stand in no line of the log. */
  hideInLog(values: () => Iterable<string>): void;
  keystore: Keystore;
  db: Database;
  clock: Clock;
  random: Random;
  verify: Verify;
  owned: DisposableStore;
}

export interface PlatformOptions {
  dataDir: string;
  passphrase?: string | undefined;
  logLevel: LogLevel;
  /** Receives each line of the log as well. */
  logTo?: ((line: string) => void) | undefined;
}

/**
 * Opens everything or nothing. Throws `node.already_running`, `storage.…`, `keystore.…` with advice; what was opened
 * before the fault is closed again.
 */
export async function openPlatform(options: PlatformOptions): Promise<Platform> {
  const owned = createDisposableStore();
  try {
    const dataDir = openDataDir(options.dataDir);
    owned.add(acquireLock({ file: dataDir.lockFile, pidFile: dataDir.pidFile }));
    const logFile = openLog({
      dir: dataDir.logDir,
      level: options.logLevel,
      ...(options.logTo ? { alsoTo: options.logTo } : {}),
    });
    owned.add(logFile);
    const keystore = openKeystore({
      file: dataDir.keysFile,
      random: systemRandom,
      ...(options.passphrase === undefined ? {} : { passphrase: options.passphrase }),
    });
    const db = openDatabase({
      file: dataDir.databaseFile,
      migrations: nodeMigrations,
      now: systemClock.now(),
    });
    owned.defer(() => void db.close());
    return {
      dataDir,
      log: logFile.log,
      hideInLog: logFile.hide,
      keystore,
      db,
      clock: systemClock,
      random: systemRandom,
      verify: createVerify(),
      owned,
    };
  } catch (error) {
    await owned.close();
    throw error;
  }
}
