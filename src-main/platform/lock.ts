/**
 * One daemon per data folder. SQLite's exclusive lock on `lock.db` is held for life and freed by the system even after
 * SIGKILL. Nothing is ever written to that file, so that no kill can damage it; and no other code may open and close it
 * in this process, because on POSIX closing any descriptor of a file drops the process's locks on it. That is why the
 * holder's pid, which is wanted for the message only, lies in a file beside it.
 */
import { readFileSync } from 'node:fs';
import { dirname } from 'node:path';
import SqliteDatabase from 'better-sqlite3';
import { AppError } from '#shared/kernel/errors.ts';
import type { Closeable } from '#shared/kernel/disposables.ts';
import { sweepTemporaryFiles, writeFileAtomic } from './files.ts';
import { describeStorageError } from './sqlite.ts';

export interface LockOptions {
  /** `lock.db` of the data folder. */
  file: string;
  /** Holds the pid of the holder as text; only ever informative. */
  pidFile: string;
}

/**
 * Takes the lock or throws `node.already_running` at once, with the holder's pid where it is known. The folder is then
 * ours alone, and what killed writers left half done in it (keys among them) is removed.
 */
export function acquireLock({ file, pidFile }: LockOptions): Closeable {
  const db = openLock(file, pidFile);
  try {
    sweepTemporaryFiles(dirname(file));
    writeFileAtomic(pidFile, `${process.pid}\n`);
  } catch (error) {
    db.close();
    throw error;
  }
  return { close: () => void db.close() };
}

function openLock(file: string, pidFile: string): SqliteDatabase.Database {
  let db: SqliteDatabase.Database | undefined;
  try {
    db = new SqliteDatabase(file, { timeout: 0 });
    db.pragma('locking_mode = EXCLUSIVE');
    db.pragma('journal_mode = MEMORY');
    db.exec('BEGIN EXCLUSIVE');
    return db;
  } catch (error) {
    db?.close();
    const { code } = error as { code?: string };
    if (code === 'SQLITE_BUSY') throw alreadyRunning(readPid(pidFile));
    throw describeStorageError(error, file);
  }
}

function alreadyRunning(pid: number | undefined): AppError {
  return new AppError(
    'node.already_running',
    `Toolswarm already runs on this data folder${pid ? ` (process ${pid})` : ''}.`,
    {
      advice: 'Use `toolswarm stop` to end it, or start with another --data-dir.',
      details: pid ? { pid } : {},
    },
  );
}

function readPid(pidFile: string): number | undefined {
  try {
    const pid = Number(readFileSync(pidFile, 'utf8').slice(0, 16));
    return Number.isSafeInteger(pid) && pid > 0 ? pid : undefined;
  } catch {
    // The holder has not written it yet; the message does without.
    return undefined;
  }
}
