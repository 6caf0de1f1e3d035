/**
 * Definitions that tools had: of those that mean something to the operator, what they were when, so that he can compare.
 */
import type { Tool } from '#shared/features/registry/tool.ts';
import type { Clock } from '#shared/kernel/clock.ts';
import type { Database } from '../../platform/sqlite.ts';

/** Definitions kept of one tool; the one that was seen longest ago goes. */
export const MAX_VERSIONS = 12;
/** Longer definitions are not kept, in characters. */
export const MAX_DEFINITION = 64 * 1024;
/** Characters kept in all; the definitions seen longest ago go. */
const MAX_KEPT = 64 << 20;

export interface SeenVersion {
  version: string;
  fingerprint: string;
  /** Epoch ms. */
  firstSeenAt: number;
  lastSeenAt: number;
}

export interface Versions {
  /** Notes what a tool is now. Costs nothing where that was noted last. */
  note(key: string, seen: { tool: Tool; fingerprint: string; version: string }): void;
  /** Newest first. */
  list(key: string): SeenVersion[];
  definition(key: string, fingerprint: string): Tool | undefined;
  /** A provider goes by a new key. */
  follow(from: string, to: string): void;
}

interface Row {
  version: string;
  fingerprint: string;
  first_seen_at: number;
  last_seen_at: number;
}

export function createVersions(db: Database, clock: Clock, { maxKept = MAX_KEPT } = {}): Versions {
  const sql = {
    put: db.prepare(
      `INSERT INTO registry_versions VALUES (@key, @fingerprint, @version, @definition, @now, @now)
       ON CONFLICT (tool, fingerprint) DO UPDATE SET version = excluded.version, last_seen_at = excluded.last_seen_at`,
    ),
    list: db.prepare(
      `SELECT version, fingerprint, first_seen_at, last_seen_at FROM registry_versions
       WHERE tool = ? ORDER BY last_seen_at DESC, first_seen_at DESC, rowid DESC`,
    ),
    get: db.prepare('SELECT definition FROM registry_versions WHERE tool = ? AND fingerprint = ?'),
    trim: db.prepare(
      `DELETE FROM registry_versions WHERE tool = ? AND rowid NOT IN
       (SELECT rowid FROM registry_versions WHERE tool = ? ORDER BY last_seen_at DESC, rowid DESC LIMIT ${MAX_VERSIONS})`,
    ),
    size: db.prepare('SELECT coalesce(sum(length(definition)), 0) AS size FROM registry_versions'),
    trimOldest: db.prepare(
      'DELETE FROM registry_versions WHERE rowid IN (SELECT rowid FROM registry_versions ORDER BY last_seen_at, rowid LIMIT 200)',
    ),
    follow: db.prepare(
      `UPDATE OR IGNORE registry_versions SET tool = ? || substr(tool, ?) WHERE tool >= ? AND tool < ?`,
    ),
    forget: db.prepare('DELETE FROM registry_versions WHERE tool >= ? AND tool < ?'),
  };
  /** What was noted last of each tool; bounded as the tools are. */
  const last = new Map<string, string>();
  let kept = sizeNow();

  function sizeNow(): number {
    return (sql.size.get() as { size: number }).size;
  }

  return {
    note(key, { fingerprint, tool, version }) {
      const mark = `${fingerprint}@${version}`;
      if (last.get(key) === mark) return;
      const definition = JSON.stringify(tool);
      if (definition.length > MAX_DEFINITION) return;
      last.set(key, mark);
      sql.put.run({ key, fingerprint, version, definition, now: clock.now() });
      sql.trim.run(key, key);
      kept += definition.length;
      if (kept <= maxKept) return;
      sql.trimOldest.run();
      kept = sizeNow();
    },
    list: (key) =>
      (sql.list.all(key) as Row[]).map(({ fingerprint, first_seen_at, last_seen_at, version }) => ({
        version,
        fingerprint,
        firstSeenAt: first_seen_at,
        lastSeenAt: last_seen_at,
      })),
    definition(key, fingerprint) {
      const row = sql.get.get(key, fingerprint) as { definition: string } | undefined;
      return row && (JSON.parse(row.definition) as Tool);
    },
    // '0' follows '/' in ASCII: the range holds exactly the keys that start with the provider and a slash.
    follow: db.transaction((from: string, to: string) => {
      sql.follow.run(to, from.length + 1, `${from}/`, `${from}0`);
      sql.forget.run(`${from}/`, `${from}0`);
      for (const key of [...last.keys()]) if (key.startsWith(`${from}/`)) last.delete(key);
      kept = sizeNow();
    }),
  };
}
