/** Proposals and votes in force, out of the records: within bounds, whatever strangers send. */
import {
  ADOPTION_TYPE,
  parseAdoptionKey,
  type Proposal,
  PROPOSAL_TYPE,
  proposalId,
  storedAdoption,
  storedProposal,
} from '#shared/features/governance/records.ts';
import { type Ballot, ballotsOf, type Statement } from '#shared/features/governance/rules.ts';
import { toHex } from '#shared/kernel/bytes.ts';
import type { ProviderId } from '#shared/kernel/ids.ts';
import type { Records } from '../records/index.ts';

/** Proposals of one provider that are looked at, the newest. */
export const MAX_PER_PROVIDER = 4;
/** Proposals in all: those of established providers first, then the newest. */
export const MAX_PROPOSALS = 64;

export interface OpenProposal {
  /** Hex. */
  id: string;
  provider: ProviderId;
  proposal: Proposal;
  /** Of the record. */
  key: string;
}

/** The proposals that are looked at, in one order everywhere: established proposers first, then the newest, then by id. */
export function openProposals(
  records: Pick<Records, 'inForce'>,
  isEstablished: (provider: ProviderId) => boolean,
): OpenProposal[] {
  const all = records.inForce(PROPOSAL_TYPE).map(({ bytes, key, owner }): OpenProposal => {
    const proposal = storedProposal(bytes);
    return { id: toHex(proposalId(owner, proposal)), provider: owner, proposal, key };
  });
  // Two nodes of one provider may sign the same proposal; the later record speaks for it.
  const unique = new Map(
    all.sort((a, b) => a.proposal.seq - b.proposal.seq).map((one) => [one.id, one] as const),
  );
  const newest = [...unique.values()].sort(
    (a, b) => b.proposal.opened - a.proposal.opened || (a.id < b.id ? -1 : 1),
  );
  const perProvider = Map.groupBy(newest, ({ provider }) => provider);
  const kept = newest.filter((one) =>
    perProvider.get(one.provider)?.slice(0, MAX_PER_PROVIDER).includes(one),
  );
  const [established, others] = [
    kept.filter(({ provider }) => isEstablished(provider)),
    kept.filter(({ provider }) => !isEstablished(provider)),
  ];
  return [...established, ...others].slice(0, MAX_PROPOSALS);
}

type Ballots = Pick<Records, 'equivocations' | 'get' | 'inForce'>;

/** What each of these providers says, by proposal. Whose node signed two things under one number says nothing. */
export function ballotsByProposal(
  records: Ballots,
  electors: ReadonlySet<ProviderId>,
): Map<string, Ballot[]> {
  const statements = records.inForce(ADOPTION_TYPE).flatMap(({ bytes, key, owner }) => {
    const { proposal, runs, seq, since, vote } = storedAdoption(bytes);
    if (!vote || !electors.has(owner)) return [];
    return [{ id: toHex(proposal), statement: { provider: owner, vote, runs, since, seq, key } }];
  });
  const contradicting = contradictions(records);
  const byId = Map.groupBy(statements, ({ id }) => id);
  return new Map(
    [...byId].map(([id, said]) => [
      id,
      ballotsOf(
        said.map(({ statement }): Statement => statement),
        contradicting.get(id) ?? new Set(),
      ),
    ]),
  );
}

/** Who contradicted himself about which proposal, and has not said anything later under the same key. */
function contradictions(records: Ballots): Map<string, Set<ProviderId>> {
  const found = new Map<string, Set<ProviderId>>();
  for (const { key, owner, seq, type } of records.equivocations()) {
    if (type !== ADOPTION_TYPE) continue;
    const later = records.get(type, key);
    if (later && !later.disputed && later.seq > seq) continue;
    const id = parseAdoptionKey(key).proposal;
    found.set(id, (found.get(id) ?? new Set()).add(owner));
  }
  return found;
}
