/** Pure decisions of the protocol view: what of a proposal is told first, and the numbers as people read them. */
import type { FeatureView, ProposalView } from '#shared/features/governance/contract.ts';
import { type Rule, RULES, type Share } from '#shared/features/governance/numbers.ts';
import type { Tone } from '../../ui/badge.tsx';

export type ShownState = ProposalView['state'] | 'vetoed' | 'forced';

/** The operator's choice outranks what was decided. */
export function shownState({ override, state }: Pick<ProposalView, 'override' | 'state'>): ShownState {
  if (override === 'never') return 'vetoed';
  if (override === 'always') return 'forced';
  return state;
}

export const stateTones: Record<ShownState, Tone> = {
  open: 'busy',
  locked: 'info',
  waiting: 'waiting',
  active: 'ok',
  lapsed: 'idle',
  vetoed: 'off',
  forced: 'warn',
};

export type FeatureState = 'always' | 'decided' | 'off' | 'vetoed' | 'forced';

export function featureState({ activation, active, override }: FeatureView): FeatureState {
  if (override === 'never') return 'vetoed';
  if (override === 'always' && activation === 'decided') return 'forced';
  if (!active) return 'off';
  return activation;
}

export const featureTones: Record<FeatureState, Tone> = {
  always: 'ok',
  decided: 'ok',
  off: 'idle',
  vetoed: 'off',
  forced: 'warn',
};

/** One requirement of the rule: how much there is, and how much it takes; both of 1. */
export interface Requirement {
  name: 'approval' | 'quorum' | 'readiness';
  have: number;
  need: number;
}

/** What the rule asks of the votes as they are now. A requirement that asks for nothing is left out. */
export function requirementsOf({ cast, class: kind, weight }: ProposalView): Requirement[] {
  const rule: Rule = RULES[kind];
  const all: Array<[Requirement['name'], number, number, Share]> = [
    ['approval', cast.yes, cast.yes + cast.no, rule.approval],
    ['quorum', cast.yes + cast.abstain, weight, rule.quorum],
    ['readiness', cast.ready, weight, rule.readiness],
  ];
  return all
    .filter(([, , , share]) => share.of > 0)
    .map(([name, part, whole, share]) => ({
      name,
      have: whole === 0 ? 0 : part / whole,
      need: share.of / share.in,
    }));
}

/** Whoever waits for the operator comes first, then what is under way, then what is over. */
const order: Record<ProposalView['state'], number> = { waiting: 0, locked: 1, open: 2, active: 3, lapsed: 4 };
export const byUrgency = (proposals: readonly ProposalView[]): ProposalView[] =>
  proposals.toSorted((a, b) => order[a.state] - order[b.state] || b.opened - a.opened);

/** The beginning of a name that people did not choose. */
export const shortProvider = (id: string): string => `${id.slice(0, 12)}…`;
