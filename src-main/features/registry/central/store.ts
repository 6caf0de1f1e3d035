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
/** All descriptions together, in characters: those of the official registry have some ten million. */
export const MAX_COPY_CHARS = 256 * 1024 * 1024;

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

/** What the copy may still take in. */
interface Room {
  listings: number;
  chars: number;
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

export function createCentralStore(db: Database, { maxChars = MAX_COPY_CHARS } = {}): CentralStore {
  const selectProgress = db.prepare('SELECT url, cursor, since, newest, synced_at FROM central_progress');
  const saveProgress = db.prepare(
    `INSERT OR REPLACE INTO central_progress (id, url, cursor, since, newest, synced_at)
     VALUES (1, @url, @cursor, @since, @newest, @synced_at)`,
  );
  const selectOne = db.prepare('SELECT listing, server_json FROM central_listings WHERE name = ?');
  const selectSize = db.prepare('SELECT coalesce(sum(length(server_json)), 0) FROM central_listings').pluck();
  const upsert = db.prepare(
    `INSERT OR REPLACE INTO central_listings (name, words, kinds, updated_at, listing, server_json)
     VALUES (?, ?, ?, ?, ?, ?)`,
  );
  const remove = db.prepare('DELETE FROM central_listings WHERE name = ?');
  const countAll = db.prepare('SELECT COUNT(*) FROM central_listings').pluck();
  const count = () => countAll.get() as number;
  /** Characters of all descriptions; counted once, then kept up to date. */
  let used: number | undefined;
  const size = () => (used ??= selectSize.get() as number);

  /** Applies one change where there is room for it; returns what is left of the room. */
  function applyOne({ change, json }: { change: ListedChange; json: string }, room: Room): Room {
    const name = change.kind === 'remove' ? change.name : change.listing.name;
    const row = selectOne.get(name) as { listing: string; server_json: string } | undefined;
    const freed = {
      listings: room.listings + (row ? 1 : 0),
      chars: room.chars + (row?.server_json.length ?? 0),
    };
    if (change.kind === 'remove') {
      remove.run(name);
      return freed;
    }
    const { listing } = change;
    const kept = row ? (JSON.parse(row.listing) as Listing) : undefined;
    if (!supersedes(kept, change) || freed.listings < 1 || freed.chars < json.length) return room;
    const words = searchable(`${listing.name} ${listing.title ?? ''} ${listing.description ?? ''}`);
    const kinds = ` ${listing.kinds.join(' ')} `;
    upsert.run(listing.name, words, kinds, listing.updatedAt ?? null, JSON.stringify(listing), json);
    return { listings: freed.listings - 1, chars: freed.chars - json.length };
  }

  return {
    progress: () => selectProgress.get() as Progress | undefined,
    apply: db.transaction((changes: Parameters<CentralStore['apply']>[0], progress: Progress) => {
      let room = { listings: MAX_LISTINGS - count(), chars: maxChars - size() };
      // Counted anew where this is rolled back.
      used = undefined;
      for (const change of changes) room = applyOne(change, room);
      saveProgress.run(progress);
      used = maxChars - room.chars;
    }),
    count,
    search: (search) => runSearch(db, search),
    find(name) {
      const row = selectOne.get(name) as { listing: string; server_json: string } | undefined;
      return row && { ...(JSON.parse(row.listing) as Listing), serverJson: row.server_json };
    },
    clear: db.transaction(() => {
      db.exec('DELETE FROM central_listings; DELETE FROM central_progress;');
      used = 0;
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
