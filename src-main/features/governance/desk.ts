/** What this provider says itself: its proposals and its votes, signed by this node and signed anew before they lapse. */
import type { Vote } from '#shared/features/governance/numbers.ts';
import {
  type Adoption,
  ADOPTION_TYPE,
  adoptionKey,
  type Proposal,
  PROPOSAL_TYPE,
  proposalKey,
  sealAdoption,
  sealProposal,
  storedAdoption,
  storedProposal,
} from '#shared/features/governance/records.ts';
import { LIFETIME_MS } from '#shared/features/records/rules.ts';
import { commitmentOf, SALT_BYTES } from '#shared/features/records/texts.ts';
import { fromHex } from '#shared/kernel/bytes.ts';
import type { Clock } from '#shared/kernel/clock.ts';
import type { Envelope, Signer } from '#shared/kernel/envelope.ts';
import type { Random } from '#shared/kernel/random.ts';
import type { Records, StoredRecord } from '../records/index.ts';

/** This node as it signs. */
export interface GovernanceNode {
  providerId: string;
  peerId: string;
  signer: Signer;
  certificate(): Uint8Array;
}

type Unsigned = Pick<Proposal, 'class' | 'earliest' | 'feature' | 'opened' | 'spec' | 'text' | 'withdrawn'>;

export interface Desk {
  ownProposal(feature: string): Proposal | undefined;
  /** `words` stand beside the record, which commits to them. */
  propose(proposal: Unsigned, words?: string): void;
  /** Ends an own proposal; its words go everywhere. */
  withdraw(proposal: Proposal): void;
  ownVote(proposal: string): Vote | undefined;
  vote(proposal: string, vote: Vote | null, runs: boolean): void;
  renewProposal(record: StoredRecord): Envelope;
  /** Undefined where the vote is about nothing that is known any more: it lapses. */
  renewAdoption(record: StoredRecord, isKnown: (proposal: Uint8Array) => boolean): Envelope | undefined;
}

export interface DeskDeps {
  clock: Clock;
  random: Random;
  node: GovernanceNode;
  records: Records;
}

export function createDesk({ clock, node, random, records }: DeskDeps): Desk {
  /** At least the clock's reading: numbers rise even after an older backup was restored. */
  const signature = (before: { seq: number } | undefined) => {
    const now = clock.now();
    return {
      cert: node.certificate(),
      seq: Math.max((before?.seq ?? 0) + 1, now),
      iat: now,
      exp: now + LIFETIME_MS,
    };
  };
  const own = (type: string, key: string) => {
    const record = records.get(type, key);
    return record?.own ? record : undefined;
  };

  function proposalOf(feature: string): Proposal | undefined {
    const record = own(PROPOSAL_TYPE, proposalKey(node, feature));
    return record && storedProposal(record.bytes);
  }

  function adoptionOf(proposal: string): Adoption | undefined {
    const record = own(ADOPTION_TYPE, adoptionKey(node, proposal));
    return record && storedAdoption(record.bytes);
  }

  return {
    ownProposal: proposalOf,
    propose(proposal, words = '') {
      const before = proposalOf(proposal.feature);
      const text = { salt: random.bytes(SALT_BYTES), text: words };
      const said = words === '' ? {} : { text: commitmentOf(text) };
      const whole = { ...proposal, ...said, ...signature(before) } as Proposal;
      records.publish(PROPOSAL_TYPE, sealProposal(whole, node.signer), {
        texts: words === '' ? [] : [text],
      });
    },
    withdraw(proposal) {
      const { text, ...rest } = proposal;
      if (text) records.erase([text]);
      const ended = { ...rest, withdrawn: true, ...signature(proposal) } as Proposal;
      records.publish(PROPOSAL_TYPE, sealProposal(ended, node.signer));
    },
    ownVote: (proposal) => adoptionOf(proposal)?.vote ?? undefined,
    vote(proposal, vote, runs) {
      const before = adoptionOf(proposal);
      const since = before?.vote === vote ? before.since : clock.now();
      const said = { proposal: fromHex(proposal), vote, runs, since, ...signature(before) };
      records.publish(ADOPTION_TYPE, sealAdoption(said, node.signer));
    },
    renewProposal(record) {
      const before = storedProposal(record.bytes);
      return sealProposal({ ...before, ...signature(before) }, node.signer);
    },
    renewAdoption(record, isKnown) {
      const before = storedAdoption(record.bytes);
      if (!isKnown(before.proposal)) return undefined;
      return sealAdoption({ ...before, ...signature(before) }, node.signer);
    },
  };
}
