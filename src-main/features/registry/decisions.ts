/** What the operator decided about tools of the network, in the store before it takes effect. */
import type { Decision } from '#shared/features/registry/approval.ts';
import type { Tool } from '#shared/features/registry/tool.ts';
import type { Clock } from '#shared/kernel/clock.ts';
import type { ProviderId } from '#shared/kernel/ids.ts';
import type { Database } from '../../platform/sqlite.ts';

export interface ShownDecision extends Decision {
  /** The tool as it was shown when it was decided upon; what a later one is compared with. */
  shown: Tool;
}

export interface Decisions {
  all(): ReadonlyMap<string, ShownDecision>;
  get(tool: string): ShownDecision | undefined;
  /** Without a decision the tool is undecided again. */
  set(tool: string, decision: ShownDecision | undefined): void;
  /**
   * Moves decisions on tools whose key starts with `from` to the same tools under `to`, where none is there yet. A replaced
   * key never comes back: copies would grow with every key that a provider gives himself.
   */
  follow(from: string, to: string): void;
}

/** @param onChanged called after each change */
export function createDecisions(
  db: Database,
  clock: Clock,
  onChanged: () => void = () => undefined,
): Decisions {
  const rows = db.prepare('SELECT tool, verdict, fingerprint, shown FROM registry_decisions').all() as Array<{
    tool: string;
    verdict: 'approved' | 'rejected';
    fingerprint: string;
    shown: string;
  }>;
  const decisions = new Map<string, ShownDecision>(
    rows.map(({ tool, verdict, fingerprint, shown }) => [
      tool,
      { verdict, fingerprint, shown: JSON.parse(shown) as Tool },
    ]),
  );
  const save = db.prepare('INSERT OR REPLACE INTO registry_decisions VALUES (?, ?, ?, ?, ?)');
  const remove = db.prepare('DELETE FROM registry_decisions WHERE tool = ?');

  function set(tool: string, decision: ShownDecision | undefined): void {
    if (!decision) {
      remove.run(tool);
      decisions.delete(tool);
      onChanged();
      return;
    }
    save.run(tool, decision.verdict, decision.fingerprint, JSON.stringify(decision.shown), clock.now());
    decisions.set(tool, decision);
    onChanged();
  }

  return {
    all: () => decisions,
    get: (tool) => decisions.get(tool),
    set,
    follow(from, to) {
      for (const [tool, decision] of [...decisions]) {
        if (!tool.startsWith(from)) continue;
        const next = to + tool.slice(from.length);
        if (!decisions.has(next)) set(next, decision);
        set(tool, undefined);
      }
    },
  };
}

/** Tells whether the operator decided about tools of a provider, or has a rule for them; needed before the registry exists. */
export function decidedProviders(db: Database): (provider: ProviderId) => boolean {
  const query = db.prepare('SELECT 1 FROM registry_decisions WHERE tool >= ? AND tool < ? LIMIT 1');
  const ruled = db.prepare(
    "SELECT 1 FROM registry_rules WHERE rule ->> '$.provider' = ? AND rule ->> '$.action' = 'approve'",
  );
  // '0' follows '/' in ASCII: the range holds exactly the keys that start with the provider and a slash.
  return (provider) =>
    query.get(`${provider}/`, `${provider}0`) !== undefined || ruled.get(provider) !== undefined;
}
