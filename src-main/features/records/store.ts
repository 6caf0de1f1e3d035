/** Signed records on disk: one in force per kind and key, and the proofs of equivocation. */
import type { RecordMeta, StoredVersion } from '#shared/features/records/rules.ts';
import type { PeerId, ProviderId } from '#shared/kernel/ids.ts';
import type { Database } from '../../platform/sqlite.ts';

/** Records of one provider; a flood of names fills his own quota, not the disk. */
export const MAX_RECORDS_PER_OWNER = 512;
/** Records of all others together; providers that concern the operator find room beyond it. */
export const MAX_RECORDS = 50_000;
/** Proofs of equivocation that are kept; the oldest go first. */
const MAX_EQUIVOCATIONS = 1000;

export interface StoredRecord extends StoredVersion {
  type: string;
  key: string;
  owner: ProviderId;
  expiresAt: number;
  private: boolean;
  tombstone: boolean;
  own: boolean;
  bytes: Uint8Array;
}

export interface RecordStore {
  get(type: string, key: string): StoredRecord | undefined;
  byHash(hash: Uint8Array): StoredRecord | undefined;
  put(type: string, meta: RecordMeta, hash: Uint8Array, bytes: Uint8Array, own: boolean): void;
  remove(type: string, key: string): void;
  /** Marks the stored record as disputed and keeps both as proof. */
  dispute(stored: StoredRecord, second: Uint8Array, foundAt: number): void;
  /** Records in force of one kind (neither disputed, ended nor expired). */
  inForce(type: string, now: number): StoredRecord[];
  /** The first records in order of `type` and `key` after the given pair that are public or our own, and that `mayPass`. */
  page(
    after: { type: string; key: string },
    limit: number,
    now: number,
    mayPass: (record: StoredRecord) => boolean,
  ): StoredRecord[];
  own(): StoredRecord[];
  ofOwner(owner: ProviderId): StoredRecord[];
  /** Records that one node signed, whoever it says it serves. */
  ofNode(peer: PeerId): StoredRecord[];
  /** Whether one more record of this owner fits; owners that matter have room whatever strangers filled. */
  hasRoom(owner: ProviderId, matters: boolean): boolean;
  /** Removes what expired and returns it. */
  prune(now: number): StoredRecord[];
}

interface Row {
  type: string;
  key: string;
  owner: string;
  seq: number;
  hash: Uint8Array;
  expires_at: number;
  private: number;
  tombstone: number;
  own: number;
  disputed: number;
  bytes: Uint8Array;
}

export function createRecordStore(db: Database): RecordStore {
  const all = (sql: string, ...values: unknown[]) => (db.prepare(sql).all(...values) as Row[]).map(fromRow);
  const sql = {
    get: db.prepare('SELECT * FROM records WHERE type = ? AND key = ?'),
    byHash: db.prepare('SELECT * FROM records WHERE hash = ?'),
    put: db.prepare(
      `INSERT OR REPLACE INTO records (type, key, owner, seq, hash, expires_at, private, tombstone, own, disputed, bytes)
       VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, 0, ?)`,
    ),
    remove: db.prepare('DELETE FROM records WHERE type = ? AND key = ?'),
    flag: db.prepare('UPDATE records SET disputed = 1 WHERE type = ? AND key = ?'),
    prove: db.prepare('INSERT OR IGNORE INTO record_equivocations VALUES (?, ?, ?, ?, ?, ?, ?)'),
    trimProofs: db.prepare(
      'DELETE FROM record_equivocations WHERE rowid IN (SELECT rowid FROM record_equivocations ORDER BY found_at DESC LIMIT -1 OFFSET ?)',
    ),
    page: db.prepare(
      `SELECT * FROM records WHERE (type, key) > (?, ?) AND disputed = 0 AND expires_at > ? AND (private = 0 OR own = 1)
       ORDER BY type, key`,
    ),
    countOwner: db.prepare('SELECT count(*) AS n FROM records WHERE owner = ?'),
    countAll: db.prepare('SELECT count(*) AS n FROM records WHERE own = 0'),
  };
  const one = (row: unknown) => (row ? fromRow(row as Row) : undefined);
  return {
    get: (type, key) => one(sql.get.get(type, key)),
    byHash: (hash) => one(sql.byHash.get(hash)),
    put(type, meta, hash, bytes, own) {
      const flags = [Number(meta.private), Number(meta.tombstone), Number(own)];
      sql.put.run(type, meta.key, meta.owner, meta.seq, hash, meta.expiresAt, ...flags, bytes);
    },
    remove: (type, key) => void sql.remove.run(type, key),
    dispute(stored, second, foundAt) {
      db.transaction(() => {
        sql.flag.run(stored.type, stored.key);
        sql.prove.run(stored.type, stored.key, stored.owner, stored.seq, stored.bytes, second, foundAt);
        sql.trimProofs.run(MAX_EQUIVOCATIONS);
      })();
    },
    inForce: (type, now) =>
      all(
        'SELECT * FROM records WHERE type = ? AND disputed = 0 AND tombstone = 0 AND expires_at > ?',
        type,
        now,
      ),
    page(after, limit, now, mayPass) {
      const found: StoredRecord[] = [];
      for (const row of sql.page.iterate(after.type, after.key, now) as Iterable<Row>) {
        const record = fromRow(row);
        if (mayPass(record) && found.push(record) >= limit) break;
      }
      return found;
    },
    own: () => all('SELECT * FROM records WHERE own = 1'),
    ofNode: (peer) => all("SELECT * FROM records WHERE instr(key, '/' || ? || '/') > 0", peer),
    ofOwner: (owner) => all('SELECT * FROM records WHERE owner = ?', owner),
    hasRoom(owner, matters) {
      const count = (statement: typeof sql.countAll, ...values: unknown[]) =>
        (statement.get(...values) as { n: number }).n;
      if (count(sql.countOwner, owner) >= MAX_RECORDS_PER_OWNER) return false;
      return matters || count(sql.countAll) < MAX_RECORDS;
    },
    prune(now) {
      return db.transaction(() => {
        const gone = all('SELECT * FROM records WHERE expires_at <= ? AND own = 0', now);
        db.prepare('DELETE FROM records WHERE expires_at <= ? AND own = 0').run(now);
        return gone;
      })();
    },
  };
}

function fromRow(row: Row): StoredRecord {
  return {
    type: row.type,
    key: row.key,
    owner: row.owner,
    seq: row.seq,
    hash: new Uint8Array(row.hash),
    expiresAt: row.expires_at,
    private: row.private === 1,
    tombstone: row.tombstone === 1,
    own: row.own === 1,
    disputed: row.disputed === 1,
    bytes: new Uint8Array(row.bytes),
  };
}
