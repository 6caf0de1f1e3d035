/** Signed records on disk: one in force per kind and key, and beside them what is compared with peers. */
import type { Filter } from '#shared/features/records/filters.ts';
import type { RecordMeta, StoredVersion } from '#shared/features/records/rules.ts';
import type { SortedSet } from '#shared/features/records/sorted-set.ts';
import type { NetworkId, PeerId, ProviderId } from '#shared/kernel/ids.ts';
import type { Database } from '../../platform/sqlite.ts';
import { createIndexes, EVERYWHERE } from './indexes.ts';

/** Records of one provider; a flood of names fills his own quota, not the disk. */
export const MAX_RECORDS_PER_OWNER = 512;
/** Records of all others together; providers that concern the operator find room beyond it. */
export const MAX_RECORDS = 150_000;

export interface StoredRecord extends StoredVersion {
  type: string;
  key: string;
  owner: ProviderId;
  /** When it was signed, by the signer's clock. */
  issuedAt: number;
  expiresAt: number;
  private: boolean;
  tombstone: boolean;
  own: boolean;
  bytes: Uint8Array;
  /** The networks in which it was published or heard: it is passed on in these and in no other. */
  networks: readonly NetworkId[];
  /** Own, and for every network in which the node is, also for those that it enters later. */
  everywhere: boolean;
  /** What filters select it by, `tag:search`. */
  facets: readonly string[];
}

/** Where a record comes from and what it is selected by. `networks` absent: every network, of now and of later. */
export interface Origin {
  own: boolean;
  networks?: readonly NetworkId[] | undefined;
  facets?: readonly string[];
}

export interface RecordStore {
  get(type: string, key: string): StoredRecord | undefined;
  byHash(hash: Uint8Array): StoredRecord | undefined;
  put(type: string, meta: RecordMeta, hash: Uint8Array, bytes: Uint8Array, origin: Origin): void;
  /** It was heard in these networks, and in no others any more. */
  setNetworks(record: Pick<StoredRecord, 'type' | 'key'>, networks: readonly NetworkId[]): void;
  /** Records of others that were heard in a network. */
  inNetwork(network: NetworkId): StoredRecord[];
  remove(type: string, key: string): void;
  /** Marks the stored record as disputed: it is neither served nor shown. */
  dispute(stored: StoredRecord): void;
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
  /** What is compared with peers of a network. */
  compared(network: NetworkId, filter: Filter, now: number): SortedSet;
  leave(network: NetworkId): void;
  /** Records that were stored before their time of issue was noted. */
  undated(type: string): StoredRecord[];
  date(record: StoredRecord, issuedAt: number, facets: readonly string[]): void;
  /** Removes what expired and returns it; what is our own is compared no longer. */
  prune(now: number): StoredRecord[];
  /** The oldest records of others beyond so many bytes together. */
  beyond(maxBytes: number): StoredRecord[];
}

interface Row {
  type: string;
  key: string;
  owner: string;
  seq: number;
  hash: Uint8Array;
  issued_at: number;
  expires_at: number;
  private: number;
  tombstone: number;
  own: number;
  disputed: number;
  bytes: Uint8Array;
  networks: string;
  facets: string;
}

export function createRecordStore(
  db: Database,
  /** The networks in which the node is now. */
  everywhere: () => readonly NetworkId[] = () => [],
): RecordStore {
  // What is replaced or erased must not live on in free pages.
  db.pragma('secure_delete = ON');
  const indexes = createIndexes(db);
  const fromRow = (row: Row) => recordOf(row, everywhere);
  const all = (sql: string, ...values: unknown[]) => (db.prepare(sql).all(...values) as Row[]).map(fromRow);
  const sql = {
    get: db.prepare('SELECT * FROM records WHERE type = ? AND key = ?'),
    byHash: db.prepare('SELECT * FROM records WHERE hash = ?'),
    put: db.prepare(
      `INSERT OR REPLACE INTO records
         (type, key, owner, seq, hash, issued_at, expires_at, private, tombstone, own, networks, facets, disputed, bytes)
       VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, 0, ?)`,
    ),
    move: db.prepare('UPDATE records SET networks = ? WHERE type = ? AND key = ?'),
    date: db.prepare('UPDATE records SET issued_at = ?, facets = ? WHERE type = ? AND key = ?'),
    remove: db.prepare('DELETE FROM records WHERE type = ? AND key = ?'),
    flag: db.prepare('UPDATE records SET disputed = 1 WHERE type = ? AND key = ?'),
    page: db.prepare(
      `SELECT * FROM records WHERE (type, key) > (?, ?) AND disputed = 0 AND expires_at > ? AND (private = 0 OR own = 1)
       ORDER BY type, key`,
    ),
    countOwner: db.prepare('SELECT count(*) AS n FROM records WHERE owner = ?'),
    others: db.prepare('SELECT count(*) AS n FROM records WHERE own = 0'),
    newest: db.prepare('SELECT * FROM records WHERE own = 0 ORDER BY issued_at DESC'),
  };
  const count = (statement: typeof sql.others, ...values: unknown[]) =>
    (statement.get(...values) as { n: number }).n;
  const one = (row: unknown) => (row ? fromRow(row as Row) : undefined);
  const get = (type: string, key: string) => one(sql.get.get(type, key));

  /** Runs a change of one record and keeps what is compared in step with it. */
  function changing(type: string, key: string, change: () => void): void {
    const before = get(type, key);
    if (before) indexes.removed(before);
    change();
    const after = get(type, key);
    if (after) indexes.added(after);
  }

  function remove(type: string, key: string): void {
    changing(type, key, () => sql.remove.run(type, key));
  }

  return {
    get,
    byHash: (hash) => one(sql.byHash.get(hash)),
    put(type, meta, hash, bytes, { facets = [], networks, own }) {
      const flags = [Number(meta.private), Number(meta.tombstone), Number(own)];
      const where = networks ? networks.join(' ') : EVERYWHERE;
      const places = [meta.issuedAt, meta.expiresAt, ...flags, where, facets.join('\n')];
      changing(type, meta.key, () =>
        sql.put.run(type, meta.key, meta.owner, meta.seq, hash, ...places, bytes),
      );
    },
    setNetworks({ key, type }, networks) {
      changing(type, key, () => sql.move.run(networks.join(' '), type, key));
    },
    inNetwork: (network) =>
      all(
        "SELECT * FROM records WHERE own = 0 AND instr(' ' || networks || ' ', ' ' || ? || ' ') > 0",
        network,
      ),
    remove,
    dispute({ key, type }) {
      changing(type, key, () => sql.flag.run(type, key));
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
      if (count(sql.countOwner, owner) >= MAX_RECORDS_PER_OWNER) return false;
      return matters || count(sql.others) < MAX_RECORDS;
    },
    compared: (network, filter, now) => indexes.of(network, filter, now),
    leave: (network) => indexes.leave(network),
    undated: (type) => all('SELECT * FROM records WHERE type = ? AND issued_at = 0', type),
    date({ key, type }, issuedAt, facets) {
      changing(type, key, () => sql.date.run(issuedAt, facets.join('\n'), type, key));
    },
    prune(now) {
      return db.transaction(() => {
        const expired = all('SELECT * FROM records WHERE expires_at <= ?', now);
        for (const record of expired) indexes.removed(record);
        db.prepare('DELETE FROM records WHERE expires_at <= ? AND own = 0').run(now);
        return expired.filter(({ own }) => !own);
      })();
    },
    beyond(maxBytes) {
      const found: StoredRecord[] = [];
      let bytes = 0;
      for (const row of sql.newest.iterate() as Iterable<Row>) {
        bytes += row.bytes.length;
        if (bytes > maxBytes) found.push(fromRow(row));
      }
      return found;
    },
  };
}

const recordOf = (row: Row, everywhere: () => readonly NetworkId[]): StoredRecord => ({
  type: row.type,
  key: row.key,
  owner: row.owner,
  seq: row.seq,
  hash: new Uint8Array(row.hash),
  issuedAt: row.issued_at,
  expiresAt: row.expires_at,
  private: row.private === 1,
  tombstone: row.tombstone === 1,
  own: row.own === 1,
  disputed: row.disputed === 1,
  bytes: new Uint8Array(row.bytes),
  networks: row.networks === EVERYWHERE ? everywhere() : row.networks.split(' ').filter(Boolean),
  everywhere: row.networks === EVERYWHERE,
  facets: row.facets.split('\n').filter(Boolean),
});
