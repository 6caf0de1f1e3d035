/**
 * SQLite through better-sqlite3: synchronous, prepared statements, one connection per file. Opening checks the file
 * and brings it to the newest schema; a damaged file is a fault with advice, never a silent new one.
 */
import { closeSync, copyFileSync, existsSync, openSync } from 'node:fs';
import SqliteDatabase from 'better-sqlite3';
import { AppError } from '#shared/kernel/errors.ts';
import { describeFileError, PRIVATE_FILE } from './files.ts';

export type Database = SqliteDatabase.Database;

/** One numbered, forward-only step of a slice's schema. A shipped migration is never edited. */
export interface Migration {
  slice: string;
  /** 1, 2, 3, … within the slice. */
  version: number;
  /** SQL statements, run in one transaction with the note that they ran. */
  up: string;
}

export interface OpenDatabaseOptions {
  /** File path, or `:memory:`. */
  file: string;
  migrations: readonly Migration[];
  /** Epoch ms noted beside each migration that runs. */
  now: number;
}

/** Throws `storage.corrupt`, `storage.newer`, `storage.full` or `storage.unreadable`. */
export function openDatabase(options: OpenDatabaseOptions): Database {
  let db: Database | undefined;
  try {
    if (options.file !== ':memory:') createPrivate(options.file);
    db = new SqliteDatabase(options.file);
    db.pragma('journal_mode = WAL');
    db.pragma('synchronous = NORMAL');
    db.pragma('foreign_keys = ON');
    db.pragma('busy_timeout = 2000');
    checkIntegrity(db);
    migrate(db, options);
    return db;
  } catch (error) {
    db?.close();
    throw describeStorageError(describeFileError(error, options.file), options.file);
  }
}

/** SQLite would create the file readable for everyone; its `-wal` and `-shm` take their mode from it. */
function createPrivate(file: string): void {
  closeSync(openSync(file, 'a', PRIVATE_FILE));
}

function checkIntegrity(db: Database): void {
  const rows = db.pragma('quick_check(1)') as Array<{ quick_check: string }>;
  if (rows[0]?.quick_check !== 'ok')
    throw Object.assign(new Error(rows[0]?.quick_check), { code: 'SQLITE_CORRUPT' });
}

function migrate(db: Database, options: OpenDatabaseOptions): void {
  db.exec(
    'CREATE TABLE IF NOT EXISTS migrations (slice TEXT NOT NULL, version INTEGER NOT NULL, applied_at INTEGER NOT NULL, PRIMARY KEY (slice, version)) STRICT',
  );
  const applied = new Map<string, number>();
  const rows = db.prepare('SELECT slice, max(version) AS version FROM migrations GROUP BY slice').all();
  for (const row of rows as Array<{ slice: string; version: number }>) applied.set(row.slice, row.version);
  refuseNewer(applied, options.migrations);
  const pending = options.migrations.filter((step) => step.version > (applied.get(step.slice) ?? 0));
  if (pending.length === 0) return;
  if (applied.size > 0 && options.file !== ':memory:') backUp(db, options.file);
  const note = db.prepare('INSERT INTO migrations (slice, version, applied_at) VALUES (?, ?, ?)');
  for (const step of [...pending].sort((a, b) => a.version - b.version)) {
    db.transaction(() => {
      db.exec(step.up);
      note.run(step.slice, step.version, options.now);
    })();
  }
}

function refuseNewer(applied: Map<string, number>, migrations: readonly Migration[]): void {
  for (const [slice, version] of applied) {
    const newest = Math.max(
      0,
      ...migrations.filter((step) => step.slice === slice).map((step) => step.version),
    );
    if (version > newest)
      throw new AppError(
        'storage.newer',
        `The data was written by a newer Toolswarm (${slice} ${version}).`,
        {
          advice: 'Update Toolswarm, or start with another data folder.',
        },
      );
  }
}

/** The state before a migration, kept beside the file until the next one. */
function backUp(db: Database, file: string): void {
  db.pragma('wal_checkpoint(TRUNCATE)');
  if (existsSync(file)) copyFileSync(file, `${file}.before-migration`);
}

/** Turns SQLite's codes into ours; other errors pass through. */
export function describeStorageError(error: unknown, file: string): unknown {
  // Other errors may have a number there: an abort has 20.
  const code = String((error as { code?: unknown } | undefined)?.code ?? '');
  if (code.startsWith('SQLITE_CORRUPT') || code === 'SQLITE_NOTADB')
    return new AppError('storage.corrupt', `The database ${file} is damaged.`, {
      advice:
        'Nothing was changed. Restore a backup with `toolswarm restore`, or move the file away to start afresh.',
      cause: error,
    });
  if (code === 'SQLITE_FULL')
    return new AppError('storage.full', 'The disk is full.', {
      advice: 'Free some space; nothing stored was lost.',
      retryable: true,
      cause: error,
    });
  if (
    code.startsWith('SQLITE_CANTOPEN') ||
    code.startsWith('SQLITE_READONLY') ||
    code.startsWith('SQLITE_IOERR')
  )
    return new AppError('storage.unreadable', `The database ${file} cannot be opened or written.`, {
      advice: 'Check that the folder exists and belongs to you.',
      cause: error,
    });
  return error;
}
