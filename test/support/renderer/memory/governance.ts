import type { governanceContract, ProposalView } from '#shared/features/governance/contract.ts';
import { RULES } from '#shared/features/governance/numbers.ts';
import type { Vote } from '#shared/features/governance/numbers.ts';
import type { Handlers } from '#shared/kernel/contract.ts';
import { OWN_PROVIDER } from '../world.ts';
import { find, type Memory } from './memory.ts';

/** What one established provider counts for. */
const UNITS = 1000;

export function answerGovernance({ after, clock, live, world }: Memory): Handlers<typeof governanceContract> {
  const { governance } = world;
  const view = () => {
    const { history: _history, ...rest } = governance;
    return { ...rest, automatic: world.settings.values.get('governance.automatic') === true };
  };
  const proposalOf = (id: string) => find(governance.proposals, (item) => item.id === id, 'This proposal');
  const count = (proposal: ProposalView, vote: Vote | undefined, by: 1 | -1) => {
    if (!vote) return;
    proposal.cast[vote] += by * UNITS;
    if (vote === 'yes') proposal.cast.yesCount += by;
  };
  const remove = (id: string) => {
    governance.proposals = governance.proposals.filter((item) => item.id !== id);
    return after({ id });
  };
  return {
    'governance.show': view,
    'governance.watch': (_, { signal }) => live.follow(view, signal),
    'governance.history': ({ id }) => ({ items: governance.history.get(id) ?? [] }),
    'governance.propose'({ class: kind, earliest, feature, specHash, specUrl, text }) {
      const now = clock.now();
      const none = { yes: 0, no: 0, abstain: 0, ready: 0, yesCount: 0 };
      const made: ProposalView = {
        id: specHash,
        feature,
        class: kind,
        specUrl,
        specHash,
        opened: now,
        earliest: earliest ?? now + RULES[kind].stableMs + RULES[kind].delayMs,
        text,
        textPending: false,
        proposer: { providerId: OWN_PROVIDER, name: world.displayName, own: true, established: true },
        state: 'open',
        electors: governance.electors,
        weight: governance.electors * UNITS,
        cast: { ...none },
        settled: { ...none },
        lacks: ['votes', 'quorum', 'approval'],
        runs: governance.features.some(({ name }) => name === feature),
      };
      governance.proposals = [made, ...governance.proposals];
      return after(made);
    },
    'governance.withdraw': ({ id }) => remove(proposalOf(id).id),
    'governance.eraseText'({ id }) {
      proposalOf(id).text = '';
      return after({ id });
    },
    'governance.vote'({ id, vote }) {
      const proposal = proposalOf(id);
      count(proposal, proposal.vote, -1);
      delete proposal.vote;
      if (vote) proposal.vote = vote;
      count(proposal, vote ?? undefined, 1);
      return after(proposal);
    },
    'governance.override'({ choice, feature }) {
      for (const item of [
        ...governance.features.filter(({ name }) => name === feature),
        ...governance.proposals.filter((proposal) => proposal.feature === feature),
      ]) {
        delete item.override;
        if (choice) item.override = choice;
      }
      const known = governance.features.find(({ name }) => name === feature);
      if (known) known.active = choice ? choice === 'always' : known.activation === 'always';
      return after({ feature, active: known?.active ?? false });
    },
  };
}
