/** The copy of a centralized registry in SQLite, and how far its reading is. */
import type { Listing, ListingKind } from '#shared/features/registry/central.ts';
import { type ListedChange, searchable, supersedes, wordsOf } from '#shared/features/registry/listing.ts';
import type { Database, Migration } from '../../../platform/sqlite.ts';

export const centralMigrations: Migration[] = [
  {
    slice: 'central',
    version: 1,
    up: `
      CREATE TABLE central_listings (
        name TEXT PRIMARY KEY,
        words TEXT NOT NULL,              -- what a search looks in
        kinds TEXT NOT NULL,              -- ' npm remote '
        updated_at INTEGER,
        listing TEXT NOT NULL,
        server_json TEXT NOT NULL
      ) STRICT;
      CREATE TABLE central_progress (
        id INTEGER PRIMARY KEY CHECK (id = 1),
        url TEXT NOT NULL,
        cursor TEXT,                      -- where a reading that was cut off goes on
        since TEXT,                       -- what that reading asked for
        newest TEXT,                      -- the newest change that was seen
        synced_at INTEGER
      ) STRICT;
    `,
  },
];

/** A copy beyond this is not kept: the official registry has some ten thousand servers. */
export const MAX_LISTINGS = 100_000;

export interface Progress {
  url: string;
  cursor: string | null;
  since: string | null;
  newest: string | null;
  synced_at: number | null;
}

export interface Search {
  text: string;
  kind?: ListingKind | undefined;
  offset: number;
  limit: number;
}

export interface CentralStore {
  progress(): Progress | undefined;
  /** Applies a page and notes how far the reading is, together. */
  apply(changes: ReadonlyArray<{ change: ListedChange; json: string }>, progress: Progress): void;
  count(): number;
  search(search: Search): { items: Listing[]; total: number };
  find(name: string): (Listing & { serverJson: string }) | undefined;
  clear(): void;
}

export function createCentralStore(db: Database): CentralStore {
  const selectProgress = db.prepare('SELECT url, cursor, since, newest, synced_at FROM central_progress');
  const saveProgress = db.prepare(
    `INSERT OR REPLACE INTO central_progress (id, url, cursor, since, newest, synced_at)
     VALUES (1, @url, @cursor, @since, @newest, @synced_at)`,
  );
  const selectOne = db.prepare('SELECT listing, server_json FROM central_listings WHERE name = ?');
  const upsert = db.prepare(
    `INSERT OR REPLACE INTO central_listings (name, words, kinds, updated_at, listing, server_json)
     VALUES (?, ?, ?, ?, ?, ?)`,
  );
  const remove = db.prepare('DELETE FROM central_listings WHERE name = ?');
  const countAll = db.prepare('SELECT COUNT(*) FROM central_listings').pluck();
  const count = () => countAll.get() as number;

  function applyOne({ change, json }: { change: ListedChange; json: string }, room: number): void {
    if (change.kind === 'remove') return void remove.run(change.name);
    const { listing } = change;
    const row = selectOne.get(listing.name) as { listing: string } | undefined;
    const kept = row ? (JSON.parse(row.listing) as Listing) : undefined;
    if (!supersedes(kept, change) || (!kept && room <= 0)) return;
    const words = searchable(`${listing.name} ${listing.title ?? ''} ${listing.description ?? ''}`);
    const kinds = ` ${listing.kinds.join(' ')} `;
    upsert.run(listing.name, words, kinds, listing.updatedAt ?? null, JSON.stringify(listing), json);
  }

  return {
    progress: () => selectProgress.get() as Progress | undefined,
    apply: db.transaction((changes: Parameters<CentralStore['apply']>[0], progress: Progress) => {
      let room = MAX_LISTINGS - count();
      for (const change of changes) {
        applyOne(change, room);
        room -= 1;
      }
      saveProgress.run(progress);
    }),
    count,
    search: (search) => runSearch(db, search),
    find(name) {
      const row = selectOne.get(name) as { listing: string; server_json: string } | undefined;
      return row && { ...(JSON.parse(row.listing) as Listing), serverJson: row.server_json };
    },
    clear: db.transaction(() => {
      db.exec('DELETE FROM central_listings; DELETE FROM central_progress;');
    }),
  };
}

/** Every word must occur; those in the name come first, then what changed last. */
function runSearch(db: Database, { text, kind, offset, limit }: Search) {
  const words = wordsOf(text).map((word) => `%${word.replace(/[\\%_]/g, '\\$&')}%`);
  const wanted = [...words.map(() => `words LIKE ? ESCAPE '\\'`), ...(kind ? ['kinds LIKE ?'] : [])];
  const where = wanted.length > 0 ? `WHERE ${wanted.join(' AND ')}` : '';
  const inName = words.length > 0 ? words.map(() => `lower(name) LIKE ? ESCAPE '\\'`).join(' AND ') : 'FALSE';
  const given = [...words, ...(kind ? [`% ${kind} %`] : [])];
  const total = db
    .prepare(`SELECT COUNT(*) FROM central_listings ${where}`)
    .pluck()
    .get(...given) as number;
  const rows = db
    .prepare(
      `SELECT listing FROM central_listings ${where}
       ORDER BY (${inName}) DESC, updated_at DESC NULLS LAST, name LIMIT ? OFFSET ?`,
    )
    .pluck()
    .all(...given, ...words, limit, offset) as string[];
  return { items: rows.map((row) => JSON.parse(row) as Listing), total };
}
