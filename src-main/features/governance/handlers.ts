import type { governanceContract } from '#shared/features/governance/contract.ts';
import type { Handlers } from '#shared/kernel/contract.ts';
import { watch } from '#shared/kernel/watch.ts';
import type { Governance } from './governance.ts';

/** Serves `governance.*`. */
export function createGovernanceHandlers(governance: Governance): Handlers<typeof governanceContract> {
  const { activation } = governance;
  return {
    'governance.show': governance.view,
    'governance.watch': (_input, { signal }) =>
      watch(signal, governance.view, (changed) => governance.on('changed', changed)),
    'governance.history': ({ id }) => ({ items: governance.history(id) }),
    'governance.propose': (wanted) => governance.propose(wanted),
    'governance.withdraw'({ id }) {
      governance.withdraw(id);
      return { id };
    },
    'governance.eraseText'({ id }) {
      governance.eraseText(id);
      return { id };
    },
    'governance.vote': ({ id, vote }) => governance.vote(id, vote),
    'governance.override'({ choice, feature }) {
      activation.override(feature, choice);
      return { feature, active: activation.isActive(feature) };
    },
  };
}
