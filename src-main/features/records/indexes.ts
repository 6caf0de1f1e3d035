/** What is compared with peers: for each network the public records in it, kept in order as records come and go. */
import { type Filter, isOpen, matches } from '#shared/features/records/filters.ts';
import { createSortedSet, type SortedSet } from '#shared/features/records/sorted-set.ts';
import type { NetworkId } from '#shared/kernel/ids.ts';
import type { Database } from '../../platform/sqlite.ts';

/** Sets of filters that are kept, and for how long: several messages of one exchange ask for the same. */
const MAX_FILTERED = 16;
const FILTERED_MS = 30_000;

/** Stands in the column for all networks in which the node is. */
export const EVERYWHERE = '*';

export interface Placed {
  hash: Uint8Array;
  issuedAt: number;
  networks: readonly NetworkId[];
  everywhere: boolean;
  private: boolean;
  disputed: boolean;
}

export interface Indexes {
  /** The public records of a network that pass the filter. The whole set is live, others are a moment old. */
  of(network: NetworkId, filter: Filter, now: number): SortedSet;
  added(record: Placed): void;
  removed(record: Placed): void;
  leave(network: NetworkId): void;
}

interface Row {
  type: string;
  owner: string;
  issued_at: number;
  hash: Uint8Array;
  facets: string;
  size: number;
}

export function createIndexes(db: Database): Indexes {
  /** Bounded by the networks that a node can be in. */
  const whole = new Map<NetworkId, SortedSet>();
  const filtered = new Map<string, { set: SortedSet; madeAt: number }>();
  const inNetwork = `private = 0 AND disputed = 0 AND (networks = '${EVERYWHERE}' OR instr(' ' || networks || ' ', ' ' || ? || ' ') > 0)`;
  const sql = {
    places: db.prepare(`SELECT issued_at, hash FROM records WHERE ${inNetwork} ORDER BY issued_at, hash`),
    rows: db.prepare(
      `SELECT type, owner, issued_at, hash, facets, length(bytes) AS size FROM records
       WHERE ${inNetwork} AND expires_at > ? ORDER BY issued_at DESC, hash`,
    ),
  };

  function wholeOf(network: NetworkId): SortedSet {
    const known = whole.get(network);
    if (known) return known;
    const set = createSortedSet();
    for (const row of sql.places.iterate(network) as Iterable<Row>) set.add(row.issued_at, row.hash);
    whole.set(network, set);
    return set;
  }

  function filteredOf(network: NetworkId, filter: Filter, now: number): SortedSet {
    const name = `${network}\n${JSON.stringify(filter)}`;
    const known = filtered.get(name);
    if (known && Math.abs(now - known.madeAt) < FILTERED_MS) return known.set;
    const set = createSortedSet();
    let bytes = 0;
    for (const row of sql.rows.iterate(network, now) as Iterable<Row>) {
      if (!matches(filter, { ...row, facets: row.facets.split('\n') })) continue;
      bytes += row.size;
      if (bytes > (filter.maxBytes ?? Infinity)) break;
      set.add(row.issued_at, row.hash);
    }
    filtered.delete(name);
    filtered.set(name, { set, madeAt: now });
    if (filtered.size > MAX_FILTERED) filtered.delete(filtered.keys().next().value as string);
    return set;
  }

  function* setsOf(record: Placed): Iterable<SortedSet> {
    if (record.private || record.disputed) return;
    for (const [network, set] of whole) if (record.everywhere || record.networks.includes(network)) yield set;
  }

  return {
    of: (network, filter, now) => (isOpen(filter) ? wholeOf(network) : filteredOf(network, filter, now)),
    added(record) {
      for (const set of setsOf(record)) set.add(record.issuedAt, record.hash);
    },
    removed(record) {
      for (const set of setsOf(record)) set.delete(record.issuedAt, record.hash);
    },
    leave: (network) => void whole.delete(network),
  };
}
