/** Proofs of equivocation: two records under one number, kept, passed on, and emptied where their signer ends the key. */
import { PROOF_BATCH, PROOF_NAME_BYTES } from '#shared/features/records/messages.ts';
import { concatBytes, toHex, utf8 } from '#shared/kernel/bytes.ts';
import { sha256Bytes } from '#shared/kernel/canonical.ts';
import type { NetworkId, ProviderId } from '#shared/kernel/ids.ts';
import type { Database } from '../../platform/sqlite.ts';

/** Proofs that are kept; the oldest go first. One is enough to convict, so no provider takes up more room than this. */
const MAX_PROOFS = 1000;
const MAX_PROOFS_PER_OWNER = 4;

export interface Equivocation {
  type: string;
  key: string;
  owner: ProviderId;
  seq: number;
  /** Both records as they were received; empty where their signer ended the key later. */
  first: Uint8Array;
  second: Uint8Array;
  /** Epoch ms. */
  foundAt: number;
}

export interface Proofs {
  /** False where so much is proven already. Proofs about private records are told to nobody: `networks` is empty. */
  add(proof: Equivocation, networks: readonly NetworkId[]): boolean;
  holds(type: string, key: string, seq: number): boolean;
  list(): Equivocation[];
  /** Names of the proofs that can be told in a network, joined. */
  names(network: NetworkId): Uint8Array;
  /** Some of those whose names are not among `known`. */
  others(network: NetworkId, known: Uint8Array): Equivocation[];
  /** The bytes of what was signed under lower numbers go; that it was signed stays. */
  empty(type: string, key: string, seq: number): void;
}

interface Row extends Omit<Equivocation, 'foundAt'> {
  found_at: number;
}

export function createProofs(db: Database): Proofs {
  const sql = {
    add: db.prepare(
      `INSERT OR IGNORE INTO record_equivocations (type, key, owner, seq, first, second, found_at, networks)
       VALUES (?, ?, ?, ?, ?, ?, ?, ?)`,
    ),
    trim: db.prepare(
      'DELETE FROM record_equivocations WHERE rowid IN (SELECT rowid FROM record_equivocations ORDER BY found_at DESC LIMIT -1 OFFSET ?)',
    ),
    has: db.prepare('SELECT 1 FROM record_equivocations WHERE type = ? AND key = ? AND seq = ?'),
    count: db.prepare('SELECT count(*) AS n FROM record_equivocations WHERE owner = ?'),
    all: db.prepare('SELECT * FROM record_equivocations ORDER BY found_at, rowid'),
    told: db.prepare(
      `SELECT * FROM record_equivocations
       WHERE length(first) > 0 AND instr(' ' || networks || ' ', ' ' || ? || ' ') > 0 ORDER BY found_at DESC`,
    ),
    empty: db.prepare(
      "UPDATE record_equivocations SET first = x'', second = x'' WHERE type = ? AND key = ? AND seq < ?",
    ),
  };
  const told = (network: NetworkId) => (sql.told.all(network) as Row[]).map(fromRow);
  const holds = (type: string, key: string, seq: number) => sql.has.get(type, key, seq) !== undefined;
  return {
    holds,
    add({ first, foundAt, key, owner, second, seq, type }, networks) {
      const { n } = sql.count.get(owner) as { n: number };
      if (n >= MAX_PROOFS_PER_OWNER || holds(type, key, seq)) return false;
      sql.add.run(type, key, owner, seq, first, second, foundAt, networks.join(' '));
      sql.trim.run(MAX_PROOFS);
      return true;
    },
    list: () => (sql.all.all() as Row[]).map(fromRow),
    names: (network) => concatBytes(...told(network).map(nameOf)),
    others(network, known) {
      const names = new Set<string>();
      for (let from = 0; from < known.length; from += PROOF_NAME_BYTES)
        names.add(toHex(known.subarray(from, from + PROOF_NAME_BYTES)));
      return told(network)
        .filter((proof) => !names.has(toHex(nameOf(proof))))
        .slice(0, PROOF_BATCH);
    },
    empty: (type, key, seq) => void sql.empty.run(type, key, seq),
  };
}

/** By what is proven, not by what proves it: of three records under one number any two do. */
const nameOf = ({ key, seq, type }: Equivocation): Uint8Array =>
  sha256Bytes(utf8(`${type}\n${key}\n${seq}`)).subarray(0, PROOF_NAME_BYTES);

const fromRow = ({ found_at: foundAt, first, key, owner, second, seq, type }: Row): Equivocation => ({
  type,
  key,
  owner,
  seq,
  first: new Uint8Array(first),
  second: new Uint8Array(second),
  foundAt,
});
