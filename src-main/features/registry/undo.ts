/** Decisions about many tools that can be taken back. */
import { AppError } from '#shared/kernel/errors.ts';
import type { Database } from '../../platform/sqlite.ts';
import type { Decisions, ShownDecision } from './decisions.ts';

/** Of so many of the latest decisions. */
export const MAX_UNDO = 10;

export interface UndoStep {
  tool: string;
  /** What the decision was before; undefined where there was none. */
  before: ShownDecision | undefined;
}

export interface Undo {
  /** Notes what a decision replaced; returns the number by which it is taken back. */
  note(steps: readonly UndoStep[]): number;
  /** Restores what was there, where the decision still stands. Throws `registry.cannot_undo`. Returns the keys. */
  run(undo: number): string[];
}

export const verdictOf = (decision: ShownDecision | undefined): string =>
  decision ? `${decision.verdict} ${decision.fingerprint}` : 'none';

export function createUndo(db: Database, decisions: Decisions): Undo {
  const sql = {
    last: db.prepare('SELECT coalesce(max(undo), 0) AS undo FROM registry_undo'),
    put: db.prepare('INSERT INTO registry_undo VALUES (?, ?, ?, ?)'),
    trim: db.prepare('DELETE FROM registry_undo WHERE undo <= ?'),
    get: db.prepare('SELECT tool, made, before FROM registry_undo WHERE undo = ?'),
    remove: db.prepare('DELETE FROM registry_undo WHERE undo = ?'),
  };
  let lastUndo = (sql.last.get() as { undo: number }).undo;

  return {
    note(steps) {
      const undo = ++lastUndo;
      for (const { before, tool } of steps)
        sql.put.run(undo, tool, verdictOf(decisions.get(tool)), before ? JSON.stringify(before) : null);
      sql.trim.run(undo - MAX_UNDO);
      return undo;
    },
    run(undo) {
      const rows = sql.get.all(undo) as Array<{ tool: string; made: string; before: string | null }>;
      if (rows.length === 0)
        throw new AppError('registry.cannot_undo', 'This decision cannot be taken back any more.', {
          advice: 'Filter for the tools and decide about them anew.',
        });
      const restored = rows.filter(({ made, tool }) => verdictOf(decisions.get(tool)) === made);
      for (const { before, tool } of restored)
        decisions.set(tool, before ? (JSON.parse(before) as ShownDecision) : undefined);
      sql.remove.run(undo);
      return restored.map(({ tool }) => tool);
    },
  };
}
