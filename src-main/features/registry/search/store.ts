/**
 * The index itself: FTS5 over terms that were analysed before, and beside it the weights of each document's terms. It holds
 * nothing that cannot be made again, and lives in memory.
 *
 * A row's number begins with its breadth: FTS5 answers in the order of numbers, so that whoever takes the first few hundred
 * of a common word's rows has the narrowest tools, and reads no further. `bm25()` would have to look at all of them.
 */
import SqliteDatabase from 'better-sqlite3';

/** Documents that an index can hold: slots are below this. */
export const MAX_DOCUMENTS = 1 << 20;

export interface IndexRow {
  /** Terms of names and titles, and all others, each with spaces between. */
  named: string;
  others: string;
  /** Numbers of terms with their weights; see {@link packTerms}. */
  terms: Uint32Array;
  breadth: number;
}

export interface IndexStore {
  put(slot: number, row: IndexRow): void;
  /** @returns the terms that went with it. */
  remove(slot: number): Uint32Array | undefined;
  /** Numbers of the first rows that match, the narrowest first; where slots are given, of these alone. */
  first(match: string, most: number, among?: ReadonlySet<number>): number[];
  /** Numbers of all rows that match, in the same order. */
  all(match: string, among?: ReadonlySet<number>): number[];
  termsOf(row: number): Uint32Array;
  inOne<Result>(run: () => Result): Result;
  size(): number;
  close(): void;
}

export const slotOf = (row: number): number => row % MAX_DOCUMENTS;

/** A term's number and its weight in tenths, in 32 bits. */
export const packTerm = (id: number, weight: number): number =>
  ((id << 8) | Math.max(1, Math.min(255, Math.round(weight * 10)))) >>> 0;
export const termIn = (packed: number): number => packed >>> 8;
export const weightIn = (packed: number): number => (packed & 255) / 10;

export function createIndexStore(): IndexStore {
  const db = new SqliteDatabase(':memory:');
  db.exec(`
    CREATE VIRTUAL TABLE words USING fts5(named, others, content='', contentless_delete=1, detail=column,
      tokenize='ascii');
    CREATE TABLE tools (id INTEGER PRIMARY KEY, terms BLOB NOT NULL) STRICT;
  `);
  const sql = {
    putWords: db.prepare('INSERT INTO words (rowid, named, others) VALUES (?, ?, ?)'),
    putTool: db.prepare('INSERT INTO tools VALUES (?, ?)'),
    removeWords: db.prepare('DELETE FROM words WHERE rowid = ?'),
    removeTool: db.prepare('DELETE FROM tools WHERE id = ?'),
    first: db.prepare('SELECT rowid FROM words WHERE words MATCH ? ORDER BY rowid LIMIT ?').pluck(),
    all: db
      .prepare(
        'SELECT json_group_array(rowid) FROM (SELECT rowid FROM words WHERE words MATCH ? ORDER BY rowid)',
      )
      .pluck(),
    terms: db.prepare('SELECT terms FROM tools WHERE id = ?').pluck(),
  };
  const rows = new Map<number, number>();

  function termsOf(row: number): Uint32Array {
    const bytes = sql.terms.get(row) as Buffer | undefined;
    if (!bytes) return new Uint32Array();
    return bytes.byteOffset % 4 === 0
      ? new Uint32Array(bytes.buffer, bytes.byteOffset, bytes.byteLength / 4)
      : new Uint32Array(bytes.buffer.slice(bytes.byteOffset, bytes.byteOffset + bytes.byteLength));
  }

  const everyRow = (match: string) => JSON.parse(sql.all.get(match) as string) as number[];

  return {
    put(slot, { breadth, named, others, terms }) {
      const row = breadth * MAX_DOCUMENTS + slot;
      rows.set(slot, row);
      sql.putWords.run(row, named, others);
      sql.putTool.run(row, Buffer.from(terms.buffer, terms.byteOffset, terms.byteLength));
    },
    remove(slot) {
      const row = rows.get(slot);
      if (row === undefined) return undefined;
      const terms = termsOf(row).slice();
      rows.delete(slot);
      sql.removeWords.run(row);
      sql.removeTool.run(row);
      return terms;
    },
    first: (match, most, among) =>
      among
        ? everyRow(match)
            .filter((row) => among.has(slotOf(row)))
            .slice(0, most)
        : (sql.first.all(match, most) as number[]),
    all: (match, among) => everyRow(match).filter((row) => !among || among.has(slotOf(row))),
    termsOf,
    inOne: (run) => db.transaction(run)(),
    size: () => rows.size,
    close: () => db.close(),
  };
}
