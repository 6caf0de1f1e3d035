/** How votes stood, one sample a day: what this node itself saw, for people; nothing is decided by it. */
import type { AdoptionSample } from '#shared/features/governance/contract.ts';
import type { Database } from '../../platform/sqlite.ts';

const DAY_MS = 24 * 3_600_000;
/** Longer than a vote can be open. */
const KEPT_DAYS = 400;

export interface History {
  /** Notes how a proposal stands; the last of a day stays. */
  note(proposal: string, sample: AdoptionSample): void;
  /** Oldest first. */
  of(proposal: string): AdoptionSample[];
  prune(now: number): void;
}

export function createHistory(db: Database): History {
  const sql = {
    note: db.prepare('INSERT OR REPLACE INTO governance_samples VALUES (?, ?, ?, ?, ?, ?, ?, ?)'),
    of: db.prepare<[string], AdoptionSample>(
      'SELECT at, yes, no, abstain, ready, weight FROM governance_samples WHERE proposal = ? ORDER BY day',
    ),
    prune: db.prepare('DELETE FROM governance_samples WHERE day < ?'),
  };
  return {
    note(proposal, { abstain, at, no, ready, weight, yes }) {
      sql.note.run(proposal, Math.floor(at / DAY_MS), at, yes, no, abstain, ready, weight);
    },
    of: (proposal) => sql.of.all(proposal),
    prune: (now) => void sql.prune.run(Math.floor(now / DAY_MS) - KEPT_DAYS),
  };
}
