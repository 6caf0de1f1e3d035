/** What the operator decided about tools of the network, in the store before it takes effect. */
import type { Decision } from '#shared/features/registry/approval.ts';
import type { Tool } from '#shared/features/registry/tool.ts';
import type { Clock } from '#shared/kernel/clock.ts';
import type { Database } from '../../platform/sqlite.ts';

export interface ShownDecision extends Decision {
  /** The tool as it was shown when it was decided upon; what a later one is compared with. */
  shown: Tool;
}

export interface Decisions {
  get(tool: string): ShownDecision | undefined;
  set(tool: string, decision: ShownDecision): void;
  /** `provider/server/tool` of everything approved. */
  approved(): string[];
}

export function createDecisions(db: Database, clock: Clock): Decisions {
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
  return {
    get: (tool) => decisions.get(tool),
    set(tool, decision) {
      save.run(tool, decision.verdict, decision.fingerprint, JSON.stringify(decision.shown), clock.now());
      decisions.set(tool, decision);
    },
    approved: () => [...decisions].filter(([, { verdict }]) => verdict === 'approved').map(([tool]) => tool),
  };
}
