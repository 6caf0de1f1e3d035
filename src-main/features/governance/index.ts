/**
 * How the protocol changes without anybody in the centre: established providers propose features and vote on them, every
 * node counts the same signed votes by the same rule, and each operator has the last word about his own node.
 *
 *     const activation = createActivation({ db, log }, FEATURES);   // before the network: it says what is offered
 *     const governance = createGovernance({ records, activation, … }, { electors, isAutomatic, … });
 *     governance.vote(id, 'yes');
 *     activation.override('tree-sync/1', 'never');                  // the operator's veto
 *     activation.isActive('tree-sync/1');                           // false, whatever was decided
 *
 * Invariants: only established providers count, each once, none for more than a fifth; what is counted is the records
 * alone, so that nodes that hold the same records, standings and moment agree; a decision that took effect here stays so;
 * the operator's choice outranks every decision, and without `isAutomatic` nothing takes effect by itself.
 */
export { type Activation, createActivation } from './activation.ts';
export { MAX_PER_PROVIDER } from './ballot-box.ts';
export {
  createGovernance,
  type Governance,
  type GovernanceDeps,
  type GovernanceOptions,
  type NewProposal,
} from './governance.ts';
export { createGovernanceHandlers } from './handlers.ts';
export { governanceMigrations } from './migrations.ts';
