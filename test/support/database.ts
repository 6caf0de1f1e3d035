import { type Database, type Migration, openDatabase } from '#main/platform/sqlite.ts';

/** A real SQLite database in memory with the given slices' schema. */
export const memoryDatabase = (...migrations: Array<readonly Migration[]>): Database =>
  openDatabase({ file: ':memory:', migrations: migrations.flat(), now: 0 });

/** The same in a file, as nodes have it. */
export const fileDatabase = (file: string, ...migrations: Array<readonly Migration[]>): Database =>
  openDatabase({ file, migrations: migrations.flat(), now: 0 });
