/**
 * A database for one of thousands of nodes: the same SQLite and schema with pages of 1 KiB, since most tables hold a
 * handful of rows and every page is memory.
 */
import SqliteDatabase from 'better-sqlite3';
import type { Database, Migration } from '#main/platform/sqlite.ts';

export function lightDatabase(...migrations: Array<readonly Migration[]>): Database {
  const db = new SqliteDatabase(':memory:');
  db.pragma('page_size = 1024');
  for (const { up } of migrations.flat()) db.exec(up);
  return db;
}
