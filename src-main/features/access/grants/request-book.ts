/** Requests for access: those that others made here, and those that this node made. Bounded, whatever strangers send. */
import type { PeerId, ProviderId } from '#shared/kernel/ids.ts';
import type { Database } from '../../../platform/sqlite.ts';

/** Open requests in all, and of one provider. */
export const MAX_OPEN = 200;
export const MAX_OPEN_PER_PROVIDER = 5;

export type RequestState = 'open' | 'declined' | 'granted';

export interface AccessRequest {
  id: number;
  /** Of others here, or of this node elsewhere. */
  side: 'here' | 'elsewhere';
  provider: ProviderId;
  peer: PeerId;
  server: string;
  tools: string[];
  words: string;
  state: RequestState;
  at: number;
}

type NewRequest = Omit<AccessRequest, 'id' | 'state'>;

export interface RequestBook {
  list(side: AccessRequest['side']): AccessRequest[];
  get(id: number): AccessRequest | undefined;
  /** Undefined where so many wait already; the same asked again takes the place of the earlier one. */
  add(request: NewRequest): AccessRequest | undefined;
  /** What became of what a provider asked for, or was asked, the newest first. */
  of(side: AccessRequest['side'], provider: ProviderId): AccessRequest[];
  settle(id: number, state: RequestState): void;
  /** Removes what was settled, or asked for, before this time. */
  prune(before: number): void;
}

interface Row extends Omit<AccessRequest, 'tools'> {
  tools: string;
}

export function createRequestBook(db: Database): RequestBook {
  const sql = {
    list: db.prepare('SELECT * FROM access_requests WHERE side = ? ORDER BY at DESC LIMIT 500'),
    of: db.prepare(
      'SELECT * FROM access_requests WHERE side = ? AND provider = ? ORDER BY at DESC LIMIT 100',
    ),
    get: db.prepare('SELECT * FROM access_requests WHERE id = ?'),
    same: db.prepare('DELETE FROM access_requests WHERE side = ? AND provider = ? AND server = ?'),
    open: db.prepare(
      `SELECT count(*) AS all_of_them, coalesce(sum(provider = ?), 0) AS own FROM access_requests
       WHERE side = ? AND state = 'open' AND NOT (provider = ? AND server = ?)`,
    ),
    add: db.prepare(
      `INSERT INTO access_requests (side, provider, peer, server, tools, words, state, at)
       VALUES (?, ?, ?, ?, ?, ?, 'open', ?)`,
    ),
    settle: db.prepare('UPDATE access_requests SET state = ? WHERE id = ?'),
    prune: db.prepare('DELETE FROM access_requests WHERE at < ?'),
  };
  const get = (id: number): AccessRequest | undefined => {
    const row = sql.get.get(id) as Row | undefined;
    return row && requestIn(row);
  };
  return {
    list: (side) => (sql.list.all(side) as Row[]).map(requestIn),
    of: (side, provider) => (sql.of.all(side, provider) as Row[]).map(requestIn),
    get,
    add({ at, peer, provider, server, side, tools, words }) {
      const open = sql.open.get(provider, side, provider, server) as { all_of_them: number; own: number };
      if (open.all_of_them >= MAX_OPEN || open.own >= MAX_OPEN_PER_PROVIDER) return undefined;
      sql.same.run(side, provider, server);
      const { lastInsertRowid } = sql.add.run(side, provider, peer, server, JSON.stringify(tools), words, at);
      return get(Number(lastInsertRowid));
    },
    settle: (id, state) => void sql.settle.run(state, id),
    prune: (before) => void sql.prune.run(before),
  };
}

const requestIn = ({ tools, ...row }: Row): AccessRequest => ({
  ...row,
  tools: JSON.parse(tools) as string[],
});
