/** What people and programs are shown of proposals and features. */
import type { FeatureView, ProposalView } from '#shared/features/governance/contract.ts';
import { PROPOSAL_TYPE } from '#shared/features/governance/records.ts';
import type { Decision } from '#shared/features/governance/rules.ts';
import { toHex } from '#shared/kernel/bytes.ts';
import type { PeerInfo } from '../p2p/index.ts';
import type { Records } from '../records/index.ts';
import type { Activation } from './activation.ts';
import type { OpenProposal } from './ballot-box.ts';
import type { Desk } from './desk.ts';

/** A proposal and how it stands now. */
export interface Standing {
  open: OpenProposal;
  decision: Decision;
}

export interface ViewsDeps {
  activation: Activation;
  desk: Pick<Desk, 'ownVote'>;
  node: { providerId: string };
  records: Pick<Records, 'texts'>;
  providerName(providerId: string): string | undefined;
}

export interface Views {
  proposal(standing: Standing, established: ReadonlySet<string>): ProposalView;
  features(peers: readonly PeerInfo[]): FeatureView[];
}

export const createViews = (deps: ViewsDeps): Views => ({
  proposal: (standing, established) => proposalView(deps, standing, established),
  features: (peers) => featureViews(deps.activation, peers),
});

function proposalView(
  { activation, desk, node, providerName, records }: ViewsDeps,
  { decision, open: { id, key, proposal, provider } }: Standing,
  established: ReadonlySet<string>,
): ProposalView {
  const { class: kind, earliest, feature, opened, spec } = proposal;
  const { cast, electors, lacks, settled, state, weight, ...moments } = decision;
  const [vote, override] = [desk.ownVote(id), activation.overrideOf(feature)];
  const [words] = records.texts(PROPOSAL_TYPE, key);
  const isOn = activation.activatedAt(feature) !== undefined;
  return {
    id,
    feature,
    class: kind,
    specUrl: spec.url,
    specHash: toHex(spec.hash),
    opened,
    earliest,
    text: words?.text ?? '',
    textPending: words !== undefined && words.text === undefined && !words.erased,
    proposer: {
      providerId: provider,
      name: providerName(provider) ?? '',
      own: provider === node.providerId,
      established: established.has(provider),
    },
    // A decision is in effect once it took effect here, and stays so.
    state: isOn ? 'active' : state === 'active' ? 'waiting' : state,
    electors,
    weight,
    cast,
    settled,
    lacks,
    ...moments,
    ...(vote ? { vote } : {}),
    runs: activation.runs(feature),
    ...(override ? { override } : {}),
  };
}

function featureViews(activation: Activation, peers: readonly PeerInfo[]): FeatureView[] {
  return activation.features.map(({ about, activation: kind, name }) => {
    const [override, activatedAt] = [activation.overrideOf(name), activation.activatedAt(name)];
    const having = peers.filter(({ features }) => features.includes(name));
    return {
      name,
      about,
      activation: kind,
      active: activation.isActive(name),
      peers: new Set(having.map(({ peerId }) => peerId)).size,
      ...(override ? { override } : {}),
      ...(activatedAt === undefined ? {} : { activatedAt }),
    };
  });
}
