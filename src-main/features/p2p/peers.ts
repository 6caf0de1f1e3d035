/** Peers and addresses that survive a restart, so that a node finds its way back without anybody's help. */
import type { Database, Migration } from '#main/platform/sqlite.ts';
import { type NetworkId, type PeerId, type ProviderId, PUBLIC_NETWORK } from '#shared/kernel/ids.ts';

export interface RememberedPeer {
  peerId: PeerId;
  /** Known once the peer passed hello. */
  providerId?: ProviderId;
  /** Multiaddrs under which it was reached or says it listens. */
  addresses: string[];
  /** Epoch ms. */
  lastSeenAt: number;
}

export interface RememberedPeers {
  /** Newest first. */
  list(limit?: number): RememberedPeer[];
  get(peerId: PeerId): RememberedPeer | undefined;
  /** Adds or updates a peer; empty `addresses` leave the earlier ones. */
  remember(peer: RememberedPeer): void;
  forget(peerId: PeerId): void;
  /** Forgets everybody of this network. */
  clear(): void;
}

export const p2pMigrations: Migration[] = [
  {
    slice: 'p2p',
    version: 1,
    up: `CREATE TABLE p2p_peers (
           peer_id TEXT PRIMARY KEY,
           provider_id TEXT,
           addresses TEXT NOT NULL,
           last_seen_at INTEGER NOT NULL
         ) STRICT;
         CREATE INDEX p2p_peers_by_last_seen ON p2p_peers (last_seen_at);`,
  },
  {
    slice: 'p2p',
    version: 2,
    // Who is met in two networks has other addresses in each, and one network must not learn those of another.
    up: `CREATE TABLE p2p_peers_by_network (
           network TEXT NOT NULL,
           peer_id TEXT NOT NULL,
           provider_id TEXT,
           addresses TEXT NOT NULL,
           last_seen_at INTEGER NOT NULL,
           PRIMARY KEY (network, peer_id)
         ) STRICT;
         INSERT INTO p2p_peers_by_network SELECT 'public', peer_id, provider_id, addresses, last_seen_at FROM p2p_peers;
         DROP TABLE p2p_peers;
         ALTER TABLE p2p_peers_by_network RENAME TO p2p_peers;
         CREATE INDEX p2p_peers_by_last_seen ON p2p_peers (network, last_seen_at);`,
  },
];

/** Peers kept; the one that was not seen for longest goes first. */
export const MAX_REMEMBERED = 1000;
/** Addresses kept per peer. */
const MAX_ADDRESSES = 8;
const MAX_ADDRESS_LENGTH = 512;

interface Row {
  peer_id: string;
  provider_id: string | null;
  addresses: string;
  last_seen_at: number;
}

/** The peers of one network; {@link MAX_REMEMBERED} of each. */
export function createRememberedPeers(db: Database, network: NetworkId = PUBLIC_NETWORK): RememberedPeers {
  const select = db.prepare('SELECT * FROM p2p_peers WHERE network = ? AND peer_id = ?');
  const newest = db.prepare(
    'SELECT * FROM p2p_peers WHERE network = ? ORDER BY last_seen_at DESC, peer_id LIMIT ?',
  );
  const upsert = db.prepare(
    `INSERT INTO p2p_peers (network, peer_id, provider_id, addresses, last_seen_at) VALUES (?, ?, ?, ?, ?)
     ON CONFLICT (network, peer_id) DO UPDATE SET
       provider_id = coalesce(excluded.provider_id, provider_id),
       addresses = CASE WHEN excluded.addresses = '[]' THEN addresses ELSE excluded.addresses END,
       last_seen_at = max(last_seen_at, excluded.last_seen_at)`,
  );
  const trim = db.prepare(
    `DELETE FROM p2p_peers WHERE network = ? AND peer_id IN
       (SELECT peer_id FROM p2p_peers WHERE network = ? ORDER BY last_seen_at DESC, peer_id LIMIT -1 OFFSET ?)`,
  );
  const remove = db.prepare('DELETE FROM p2p_peers WHERE network = ? AND peer_id = ?');
  const removeAll = db.prepare('DELETE FROM p2p_peers WHERE network = ?');

  const store = db.transaction((peer: RememberedPeer) => {
    const addresses = peer.addresses.filter((address) => address.length <= MAX_ADDRESS_LENGTH);
    const kept = JSON.stringify(addresses.slice(0, MAX_ADDRESSES));
    upsert.run(network, peer.peerId, peer.providerId ?? null, kept, peer.lastSeenAt);
    trim.run(network, network, MAX_REMEMBERED);
  });

  return {
    list: (limit = MAX_REMEMBERED) => (newest.all(network, limit) as Row[]).map(fromRow),
    get(peerId) {
      const row = select.get(network, peerId) as Row | undefined;
      return row && fromRow(row);
    },
    remember: (peer) => store(peer),
    forget: (peerId) => void remove.run(network, peerId),
    clear: () => void removeAll.run(network),
  };
}

const fromRow = (row: Row): RememberedPeer => ({
  peerId: row.peer_id,
  ...(row.provider_id ? { providerId: row.provider_id } : {}),
  addresses: JSON.parse(row.addresses) as string[],
  lastSeenAt: row.last_seen_at,
});
