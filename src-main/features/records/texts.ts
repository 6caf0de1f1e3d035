/** Personal texts beside the records that commit to them: kept while their owner lets them stand, never without a record. */
import { commitmentOf, type SaltedText } from '#shared/features/records/texts.ts';
import { toHex } from '#shared/kernel/bytes.ts';
import type { ProviderId } from '#shared/kernel/ids.ts';
import type { Database } from '../../platform/sqlite.ts';

/** One place for a text in a record; without text where it has not come or was taken back. */
export interface RecordText {
  commitment: Uint8Array;
  text?: string;
  erased: boolean;
}

export interface Texts {
  /** The places of a record; texts of places that it no longer has are gone. */
  place(record: { type: string; key: string; owner: ProviderId }, commitments: readonly Uint8Array[]): void;
  /** Takes a text for every place that waits for it; false where there is none, or its owner took it back. */
  take(given: SaltedText): boolean;
  of(type: string, key: string): RecordText[];
  /** Places that wait for their text. */
  waiting(limit: number): Array<{ type: string; key: string; commitment: Uint8Array }>;
  /** The texts with these commitments and the records that they belong to. */
  find(commitments: readonly Uint8Array[]): Array<SaltedText & { type: string; key: string }>;
  /** Drops texts of one owner, and takes none of them again until then (epoch ms). */
  erase(owner: ProviderId, commitments: readonly Uint8Array[], until: number): void;
  drop(type: string, key: string): void;
  prune(now: number): void;
}

interface Row {
  type: string;
  key: string;
  owner: string;
  commitment: Uint8Array;
  salt: Uint8Array | null;
  text: string | null;
}

/** @param onCame told of each place for which a text came. */
export function createTexts(
  db: Database,
  onCame: (place: { type: string; key: string; owner: ProviderId }) => void = () => undefined,
): Texts {
  const isErased =
    'EXISTS (SELECT 1 FROM record_erased e WHERE e.commitment = t.commitment AND e.owner = t.owner)';
  const sql = {
    of: db.prepare(`SELECT t.*, ${isErased} AS erased FROM record_texts t WHERE type = ? AND key = ?`),
    place: db.prepare(
      'INSERT OR IGNORE INTO record_texts (type, key, owner, commitment) VALUES (?, ?, ?, ?)',
    ),
    unplace: db.prepare('DELETE FROM record_texts WHERE type = ? AND key = ? AND commitment = ?'),
    take: db.prepare(
      `UPDATE record_texts AS t SET salt = ?, text = ? WHERE commitment = ? AND text IS NULL AND NOT ${isErased}`,
    ),
    waiting: db.prepare(`SELECT * FROM record_texts t WHERE text IS NULL AND NOT ${isErased} LIMIT ?`),
    find: db.prepare('SELECT * FROM record_texts WHERE commitment = ? AND text IS NOT NULL'),
    wipe: db.prepare('UPDATE record_texts SET salt = NULL, text = NULL WHERE commitment = ? AND owner = ?'),
    erase: db.prepare(
      `INSERT INTO record_erased (commitment, owner, until) VALUES (?, ?, ?)
       ON CONFLICT (commitment, owner) DO UPDATE SET until = max(until, excluded.until)`,
    ),
    drop: db.prepare('DELETE FROM record_texts WHERE type = ? AND key = ?'),
    prune: db.prepare('DELETE FROM record_erased WHERE until <= ?'),
  };
  const rowsOf = (type: string, key: string) => sql.of.all(type, key) as Array<Row & { erased: number }>;
  return {
    place({ key, owner, type }, commitments) {
      const wanted = new Set(commitments.map((commitment) => toHex(commitment)));
      for (const { commitment } of rowsOf(type, key))
        if (!wanted.has(toHex(commitment))) sql.unplace.run(type, key, commitment);
      for (const commitment of commitments) sql.place.run(type, key, owner, commitment);
    },
    take(given) {
      const commitment = commitmentOf(given);
      if (sql.take.run(given.salt, given.text, commitment).changes === 0) return false;
      for (const { key, owner, type } of sql.find.all(commitment) as Row[]) onCame({ type, key, owner });
      return true;
    },
    of: (type, key) =>
      rowsOf(type, key).map(({ commitment, erased, text }) => ({
        commitment: new Uint8Array(commitment),
        ...(text === null ? {} : { text }),
        erased: erased === 1,
      })),
    waiting: (limit) =>
      (sql.waiting.all(limit) as Row[]).map(({ commitment, key, type }) => ({
        type,
        key,
        commitment: new Uint8Array(commitment),
      })),
    find: (commitments) =>
      commitments.flatMap((wanted) =>
        (sql.find.all(wanted) as Row[]).flatMap(({ key, salt, text, type }) =>
          salt && text !== null ? [{ type, key, salt: new Uint8Array(salt), text }] : [],
        ),
      ),
    erase(owner, commitments, until) {
      db.transaction(() => {
        for (const commitment of commitments) {
          sql.erase.run(commitment, owner, until);
          sql.wipe.run(commitment, owner);
        }
      })();
    },
    drop: (type, key) => void sql.drop.run(type, key),
    prune: (now) => void sql.prune.run(now),
  };
}
