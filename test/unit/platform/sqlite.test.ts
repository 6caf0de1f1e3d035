import { mkdirSync, mkdtempSync, readFileSync, rmSync, statSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import SqliteDatabase from 'better-sqlite3';
import { afterEach, beforeEach, expect, test } from 'vitest';
import { describeStorageError, type Migration, openDatabase } from '#main/platform/sqlite.ts';

let dir: string;
let file: string;
beforeEach(() => {
  dir = mkdtempSync(join(tmpdir(), 'sqlite-'));
  file = join(dir, 'node.db');
});
afterEach(() => rmSync(dir, { recursive: true }));

const step = (version: number, up: string, slice = 'a'): Migration => ({ slice, version, up });
const first = step(1, 'CREATE TABLE a (x INTEGER) STRICT');
const second = step(2, 'ALTER TABLE a ADD COLUMN y TEXT');
const open = (...migrations: Migration[]) => openDatabase({ file, migrations, now: 42 });
const coded = (code: string) => expect.objectContaining({ code, advice: expect.stringMatching(/./) });

test('migrations run once each, in order, whatever the order they are given in', () => {
  open(second, step(1, 'CREATE TABLE b (x) ', 'b'), first).close();
  const db = open(first, second, step(1, 'CREATE TABLE b (x)', 'b'), step(2, 'CREATE TABLE c (x)', 'b'));
  db.exec("INSERT INTO a VALUES (1, 'y')");
  const applied = db.prepare(
    'SELECT slice, version, applied_at AS at FROM migrations ORDER BY slice, version',
  );
  expect(applied.all()).toEqual([
    { slice: 'a', version: 1, at: 42 },
    { slice: 'a', version: 2, at: 42 },
    { slice: 'b', version: 1, at: 42 },
    { slice: 'b', version: 2, at: 42 },
  ]);
  db.close();
});

test('a migration that fails leaves everything as before', () => {
  const db = open(first);
  db.exec('INSERT INTO a VALUES (7)');
  db.close();
  const broken = step(2, 'DELETE FROM a; CREATE TABLE a (again)');
  expect(() => open(first, broken)).toThrow(/already exists/);
  const again = open(first, second);
  expect(again.prepare('SELECT x FROM a').all()).toEqual([{ x: 7 }]);
  again.close();
});

test('the state before a migration is kept beside the file', () => {
  const db = open(first);
  db.exec('INSERT INTO a VALUES (7)');
  db.close();
  open(first, second).close();
  const before = new SqliteDatabase(`${file}.before-migration`, { readonly: true });
  expect(before.prepare('SELECT * FROM a').all()).toEqual([{ x: 7 }]);
  before.close();
  expect(statSync(`${file}.before-migration`).mode & 0o777).toBe(0o600);
});

test('the file is for the owner only', () => {
  const db = open(first);
  db.exec('INSERT INTO a VALUES (1)');
  for (const name of ['node.db', 'node.db-wal']) expect(statSync(join(dir, name)).mode & 0o777).toBe(0o600);
  db.close();
});

test('data of a newer version are refused untouched', () => {
  open(first, second).close();
  const before = readFileSync(file);
  expect(() => open(first)).toThrow(coded('storage.newer'));
  expect(readFileSync(file)).toEqual(before);
});

test('a damaged file is named and kept', () => {
  writeFileSync(file, 'this is not a database at all, though it is long enough'.repeat(50));
  const before = readFileSync(file);
  expect(() => open(first)).toThrow(coded('storage.corrupt'));
  expect(readFileSync(file)).toEqual(before);
});

test('damage inside a whole-looking file is noticed at the start', () => {
  const db = open(first);
  const insert = db.prepare('INSERT INTO a VALUES (?)');
  for (let x = 0; x < 5000; x++) insert.run(x);
  db.pragma('wal_checkpoint(TRUNCATE)');
  db.close();
  const bytes = readFileSync(file);
  writeFileSync(file, bytes.fill(0xee, 8192, 20_000));
  expect(() => open(first)).toThrow(coded('storage.corrupt'));
});

test('what cannot be opened is said', () => {
  mkdirSync(file);
  expect(() => open(first)).toThrow(coded('storage.unreadable'));
  expect(() => openDatabase({ file: '/dev/null/node.db', migrations: [], now: 0 })).toThrow(
    coded('storage.unreadable'),
  );
});

test('a full disk is told as such and loses nothing', () => {
  const db = open(first);
  db.exec('INSERT INTO a VALUES (7)');
  db.pragma(`max_page_count = ${Number(db.pragma('page_count', { simple: true }))}`);
  const fill = db.prepare('INSERT INTO a SELECT value FROM json_each(?)');
  let fault: unknown;
  try {
    fill.run(JSON.stringify(Array.from({ length: 10_000 }, (_, x) => x)));
  } catch (error) {
    fault = describeStorageError(error, file);
  }
  expect(fault).toEqual(coded('storage.full'));
  expect(db.prepare('SELECT x FROM a').all()).toEqual([{ x: 7 }]);
  db.close();
});
