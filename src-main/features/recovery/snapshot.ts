/** A consistent copy of the running database, without what peers can give back. */
import { closeSync, openSync, rmSync } from 'node:fs';
import { join } from 'node:path';
import SqliteDatabase from 'better-sqlite3';
import { PRIVATE_FILE, sweepTemporaryFiles, temporarySibling } from '#main/platform/files.ts';
import { type Database, describeStorageError } from '#main/platform/sqlite.ts';

export interface SnapshotOptions {
  /** Tables whose content stays out. */
  without: readonly string[];
  /** Told how many bytes of how many are copied. */
  onProgress?: ((done: number, total: number) => void) | undefined;
  signal?: AbortSignal | undefined;
}

/** Pages copied between two turns of the event loop: a few milliseconds' worth. */
const PAGES_AT_ONCE = 200;

/**
 * Copies `db` into a new file in `folder` and resolves with its path; the caller removes it. Snapshots that a kill left
 * there are removed: there is one backup at a time. Calls go on meanwhile; what they write until the end is in the copy.
 */
export async function snapshotDatabase(
  db: Database,
  folder: string,
  options: SnapshotOptions,
): Promise<string> {
  const file = temporarySibling(join(folder, 'snapshot.db'));
  sweepTemporaryFiles(folder);
  try {
    closeSync(openSync(file, 'wx', PRIVATE_FILE));
    await copyPages(db, file, options);
    dropContent(file, options.without);
    return file;
  } catch (error) {
    rmSync(file, { force: true });
    throw describeStorageError(error, file);
  }
}

async function copyPages(db: Database, file: string, { onProgress, signal }: SnapshotOptions): Promise<void> {
  const pageBytes = db.pragma('page_size', { simple: true }) as number;
  await db.backup(file, {
    progress({ remainingPages, totalPages }) {
      signal?.throwIfAborted();
      onProgress?.((totalPages - remainingPages) * pageBytes, totalPages * pageBytes);
      return PAGES_AT_ONCE;
    },
  });
  signal?.throwIfAborted();
}

/** The copy is nobody's yet: without a journal, dropping most of it takes no time worth a thread of its own. */
function dropContent(file: string, tables: readonly string[]): void {
  const copy = new SqliteDatabase(file);
  try {
    // A copy of a file with a write-ahead log would open with one wherever it is restored.
    copy.pragma('journal_mode = DELETE');
    copy.pragma('journal_mode = OFF');
    copy.pragma('synchronous = OFF');
    copy.pragma('foreign_keys = OFF');
    const present = copy.prepare("SELECT 1 FROM sqlite_master WHERE type = 'table' AND name = ?");
    const emptied = tables.filter((table) => present.get(table));
    for (const table of emptied) copy.exec(`DELETE FROM "${table.replaceAll('"', '""')}"`);
    // Always: what was deleted long ago must not travel in unused pages either.
    copy.exec('VACUUM');
  } finally {
    copy.close();
  }
}
