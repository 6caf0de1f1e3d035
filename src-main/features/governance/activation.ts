/**
 * Which features this node offers: those of its code that are on, unless the operator says otherwise. It stands alone, so
 * that the network can ask it before any record has been read.
 */
import type { Override } from '#shared/features/governance/contract.ts';
import type { FeatureInfo } from '#shared/features/p2p/features.ts';
import { AppError } from '#shared/kernel/errors.ts';
import { createEmitter, type EventSource } from '#shared/kernel/events.ts';
import type { Log } from '../../platform/log.ts';
import type { Database } from '../../platform/sqlite.ts';

/** Choices of the operator and decisions that are remembered; far more than there will be features. */
const MAX_KEPT = 256;

export interface ActivationEvents {
  /** What this node offers is different now. */
  changed: object;
}

export interface Activation extends EventSource<ActivationEvents> {
  /** The features of this code. */
  readonly features: readonly FeatureInfo[];
  isActive(feature: string): boolean;
  /** Names for the hello, sorted. */
  offered(): string[];
  runs(feature: string): boolean;
  overrideOf(feature: string): Override | undefined;
  /** Throws `governance.too_many`. */
  override(feature: string, choice: Override | null): void;
  /** Since when a decision has been in effect here, epoch ms. */
  activatedAt(feature: string): number | undefined;
  /** A decision takes effect; it stays so whatever becomes of its votes. Returns whether it is new. */
  activate(feature: string, proposal: string, at: number): boolean;
}

export function createActivation(
  { db, log }: { db: Database; log: Log },
  features: readonly FeatureInfo[],
): Activation {
  const events = createEmitter<ActivationEvents>((error) => log.error({ err: error }, 'a listener failed'));
  const sql = {
    choose: db.prepare('INSERT OR REPLACE INTO governance_overrides VALUES (?, ?)'),
    leave: db.prepare('DELETE FROM governance_overrides WHERE feature = ?'),
    activate: db.prepare('INSERT OR IGNORE INTO governance_activated VALUES (?, ?, ?)'),
  };
  const overrides = new Map(
    db
      .prepare<[], { feature: string; choice: Override }>('SELECT * FROM governance_overrides')
      .all()
      .map(({ choice, feature }) => [feature, choice]),
  );
  const activated = new Map(
    db
      .prepare<[], { feature: string; activated_at: number }>('SELECT * FROM governance_activated')
      .all()
      .map(({ activated_at, feature }) => [feature, activated_at]),
  );

  function isActive(name: string): boolean {
    const feature = features.find((one) => one.name === name);
    if (!feature) return false;
    const choice = overrides.get(name);
    if (choice) return choice === 'always';
    return feature.activation === 'always' || activated.has(name);
  }

  /** Tells who listens where `change` made a difference to what is offered. */
  function tellIfDifferent(change: () => void): void {
    const before = offered().join();
    change();
    if (offered().join() !== before) events.emit('changed', {});
  }

  const offered = () =>
    features
      .map(({ name }) => name)
      .filter(isActive)
      .sort();

  return {
    on: events.on,
    features,
    isActive,
    offered,
    runs: (name) => features.some((feature) => feature.name === name),
    overrideOf: (name) => overrides.get(name),
    override(name, choice) {
      if (choice && !overrides.has(name) && overrides.size >= MAX_KEPT) throw tooMany();
      tellIfDifferent(() => {
        if (choice) sql.choose.run(name, choice);
        else sql.leave.run(name);
        if (choice) overrides.set(name, choice);
        else overrides.delete(name);
      });
    },
    activatedAt: (name) => activated.get(name),
    activate(name, proposal, at) {
      if (activated.has(name) || activated.size >= MAX_KEPT) return false;
      tellIfDifferent(() => {
        sql.activate.run(name, proposal, at);
        activated.set(name, at);
      });
      return true;
    },
  };
}

const tooMany = () =>
  new AppError('governance.too_many', `There are more than ${MAX_KEPT} choices about features already.`, {
    advice: 'Take some back first.',
  });
