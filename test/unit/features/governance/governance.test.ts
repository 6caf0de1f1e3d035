/** The slice over real stores: what strangers send, what a provider's nodes say, and what follows from a decision. */
import { beforeEach, describe, expect, it } from 'vitest';
import {
  createActivation,
  createGovernance,
  governanceMigrations,
  MAX_PER_PROVIDER,
} from '#main/features/governance/index.ts';
import { createVerify } from '#main/platform/crypto.ts';
import { silentLog } from '#main/platform/log.ts';
import { RULES } from '#shared/features/governance/numbers.ts';
import {
  type Adoption,
  ADOPTION_TYPE,
  adoptionKey,
  type Proposal,
  PROPOSAL_TYPE,
  proposalId,
  proposalKey,
  sealAdoption,
  sealProposal,
  storedProposal,
} from '#shared/features/governance/records.ts';
import { verifyCertificate } from '#shared/features/identity/rules.ts';
import type { FeatureInfo } from '#shared/features/p2p/features.ts';
import { encodeRecordsMessage } from '#shared/features/records/messages.ts';
import { toHex } from '#shared/kernel/bytes.ts';
import { payloadOf, seal } from '#shared/kernel/envelope.ts';
import { AppError } from '#shared/kernel/errors.ts';
import { createManualClock, type ManualClock } from '#test/support/clock.ts';
import { memoryDatabase } from '#test/support/database.ts';
import { createRecordsNodes, type RecordsNode } from '#test/support/records/nodes.ts';
import type { SimIdentity } from '#test/support/sim/identity.ts';

const DAY = 24 * 3_600_000;
const features: FeatureInfo[] = [
  { name: 'old/1', about: '', activation: 'always', usedIn: [] },
  { name: 'new/1', about: '', activation: 'decided', usedIn: [] },
];
const random = { bytes: (length: number) => new Uint8Array(length), float: () => 0.5 };
const verify = createVerify();

let clock: ManualClock;
let world: ReturnType<typeof createRecordsNodes>;
let ours: RecordsNode;
let automatic: boolean;

/** Other providers, each with one node that only signs and pushes. */
let others: RecordsNode[];

beforeEach(async () => {
  clock = createManualClock();
  world = createRecordsNodes(clock, random);
  automatic = true;
  ours = world.add('ours', { concerns: () => true });
  others = ['b', 'c', 'd', 'e'].map((name) => world.add(name));
  for (const other of others) await world.meet(ours, other);
});

function govern(db = memoryDatabase(governanceMigrations)) {
  const activation = createActivation({ db, log: silentLog }, features);
  const governance = createGovernance(
    {
      db,
      clock,
      random,
      log: silentLog,
      records: ours.records,
      activation,
      certified(bytes) {
        const verified = verifyCertificate(bytes, { now: clock.now(), verify });
        if (verified.ok) return verified.value;
        throw new AppError('identity.bad_certificate', verified.reason);
      },
      node: {
        providerId: ours.providerId,
        peerId: ours.peerId,
        signer: ours.signer,
        certificate: () => ours.certificate,
      },
    },
    {
      electors: () => [ours, ...others].map(({ providerId }) => ({ provider: providerId, weight: 1 })),
      isAutomatic: () => automatic,
      versions: { min: 1, max: 1 },
      peers: () => [],
      refusedVersions: () => ({ older: 0, newer: 0 }),
      providerName: () => undefined,
    },
  );
  governance.start();
  return { activation, db, governance };
}

const proposalOf = (by: SimIdentity, changes: Partial<Proposal> = {}): Proposal => {
  const now = clock.now();
  const { delayMs, stableMs } = RULES.feature;
  return {
    cert: by.certificate,
    seq: now,
    iat: now,
    exp: now + 2 * DAY,
    feature: 'new/1',
    class: 'feature',
    spec: { hash: new Uint8Array(32).fill(7), url: 'https://specs.example.org/new-1.txt' },
    opened: now,
    earliest: now + stableMs + delayMs,
    withdrawn: false,
    ...changes,
  };
};

const adoptionOf = (by: SimIdentity, proposal: Uint8Array, changes: Partial<Adoption> = {}): Adoption => {
  const now = clock.now();
  const times = { seq: now, iat: now, exp: now + 2 * DAY, since: now };
  return { cert: by.certificate, proposal, vote: 'yes', runs: true, ...times, ...changes };
};

const push = (from: RecordsNode, ...records: Uint8Array[]) =>
  from.call(ours, encodeRecordsMessage({ op: 'push', records }));
const propose = async (by: RecordsNode, changes: Partial<Proposal> = {}) => {
  const proposal = proposalOf(by, changes);
  await push(by, sealProposal(proposal, by.signer).bytes);
  return { proposal, id: proposalId(by.providerId, proposal) };
};
const adopt = (by: RecordsNode, id: Uint8Array, changes: Partial<Adoption> = {}) =>
  push(by, sealAdoption(adoptionOf(by, id, changes), by.signer).bytes);

describe('what others send', () => {
  it('is listed once it is verified, with its bytes as they came and fields that nobody knows yet', async () => {
    const { governance } = govern();
    const [b] = others as [RecordsNode];
    const newer = { ...proposalOf(b), colour: 'blue', spec: { ...proposalOf(b).spec, pages: 12 } };
    const sealed = sealProposal(newer as Proposal, b.signer);
    await push(b, sealed.bytes);
    expect(governance.view().proposals).toMatchObject([{ feature: 'new/1', state: 'open', runs: true }]);
    const stored = ours.records.get(PROPOSAL_TYPE, proposalKey(b, 'new/1'));
    expect(toHex(stored?.bytes ?? new Uint8Array())).toBe(toHex(sealed.bytes));
    expect(storedProposal(sealed.bytes)).toMatchObject({ colour: 'blue', spec: { pages: 12 } });
  });

  it.each<[string, (by: RecordsNode) => Uint8Array, string]>([
    [
      'of a class of the future',
      (by) => sealProposal(proposalOf(by, { class: 'epoch' as 'major' }), by.signer).bytes,
      'governance.bad_proposal',
    ],
    [
      'that leaves no time',
      (by) => sealProposal(proposalOf(by, { earliest: clock.now() + DAY }), by.signer).bytes,
      'governance.bad_proposal',
    ],
    [
      'that begins tomorrow',
      (by) => sealProposal(proposalOf(by, { opened: clock.now() + DAY }), by.signer).bytes,
      'governance.bad_proposal',
    ],
    [
      'with an address that is none',
      (by) =>
        sealProposal(
          proposalOf(by, { spec: { hash: new Uint8Array(32), url: 'javascript:alert(1)' } }),
          by.signer,
        ).bytes,
      'governance.bad_proposal',
    ],
    [
      'with a name that is none',
      (by) => sealProposal(proposalOf(by, { feature: '../x' }), by.signer).bytes,
      'governance.bad_proposal',
    ],
    [
      'by somebody else’s key',
      (by) => sealProposal(proposalOf(by), ours.signer).bytes,
      'governance.wrong_signer',
    ],
    [
      'of the next version',
      (by) => seal('proposal/2', payloadOf(sealProposal(proposalOf(by), by.signer).bytes), by.signer).bytes,
      'records.unknown_kind',
    ],
    [
      'of an unheard-of kind',
      (by) => seal('senate/1', { any: 'thing' }, by.signer).bytes,
      'records.unknown_kind',
    ],
    [
      'a vote that is none',
      (by) => sealAdoption(adoptionOf(by, new Uint8Array(32), { vote: 'maybe' as 'yes' }), by.signer).bytes,
      'governance.bad_adoption',
    ],
    [
      'a vote from before it was said',
      (by) => sealAdoption(adoptionOf(by, new Uint8Array(32), { since: clock.now() + 1 }), by.signer).bytes,
      'governance.bad_adoption',
    ],
  ])('a record %s is refused and counted', async (_what, record, reason) => {
    const { governance } = govern();
    const [b] = others as [RecordsNode];
    await push(b, record(b));
    expect(ours.refused).toEqual([reason]);
    expect(governance.view().proposals).toEqual([]);
    expect(governance.view().refused).toEqual(reason.startsWith('governance.') ? { [reason]: 1 } : {});
  });

  it('a flood of proposals fills nobody’s page', async () => {
    const { governance } = govern();
    const [b, c] = others as [RecordsNode, RecordsNode];
    for (let index = 0; index < 12; index++)
      await propose(b, { feature: `spam-${index}/1`, seq: clock.now() + index });
    await propose(c);
    const listed = governance.view().proposals;
    expect(listed.filter(({ proposer }) => proposer.providerId === b.providerId)).toHaveLength(
      MAX_PER_PROVIDER,
    );
    expect(listed.filter(({ proposer }) => proposer.providerId === c.providerId)).toHaveLength(1);
  });
});

describe('votes', () => {
  it('are what a provider said last, and nothing while it contradicts itself', async () => {
    const { governance } = govern();
    const [b] = others as [RecordsNode];
    const { id } = await propose(b);
    const cast = () => governance.proposal(toHex(id)).cast;
    await adopt(b, id);
    expect(cast()).toMatchObject({ yes: 1000, no: 0 });
    // Another node of the same provider would say so under a key of its own; here the later record of the same.
    await adopt(b, id, { vote: 'no', seq: clock.now() + 1 });
    expect(cast()).toMatchObject({ yes: 0, no: 1000 });
    await adopt(b, id, { vote: 'yes', seq: clock.now() + 1 });
    expect(ours.records.equivocations()).toMatchObject([{ key: adoptionKey(b, toHex(id)) }]);
    expect(cast()).toMatchObject({ yes: 0, no: 0 });
    await adopt(b, id, { vote: 'abstain', seq: clock.now() + 2 });
    expect(cast()).toMatchObject({ abstain: 1000 });
  });

  it('keep their age when they are signed anew, and begin anew when they change', () => {
    const { governance } = govern();
    const { id } = governance.propose({
      feature: 'new/1',
      class: 'feature',
      specUrl: '',
      specHash: '07'.repeat(32),
      text: '',
    });
    governance.vote(id, 'yes');
    const since = () =>
      payloadOf(
        ours.records.get(ADOPTION_TYPE, adoptionKey(ours, id))?.bytes ?? new Uint8Array(),
      ) as unknown as Adoption;
    const first = since();
    clock.advance(47 * 3_600_000);
    const renewed = since();
    expect(renewed.seq).toBeGreaterThan(first.seq);
    expect(renewed.since).toBe(first.since);
    governance.vote(id, 'no');
    expect(since().since).toBe(clock.now());
    governance.vote(id, null);
    expect(governance.proposal(id).vote).toBeUndefined();
  });

  it('end with their proposal', () => {
    const { governance } = govern();
    const wanted = {
      feature: 'new/1',
      class: 'feature' as const,
      specUrl: '',
      specHash: '07'.repeat(32),
      text: '',
    };
    const { id } = governance.propose(wanted);
    governance.vote(id, 'yes');
    governance.withdraw(id);
    expect(() => governance.vote(id, 'no')).toThrow(
      expect.objectContaining({ code: 'governance.unknown_proposal' }),
    );
    clock.advance(5 * DAY);
    expect(ours.records.inForce(ADOPTION_TYPE)).toEqual([]);
    expect(governance.propose(wanted).id).not.toBe(id);
  });
});

describe('a decision', () => {
  /** Everybody is for it, and everybody goes on saying so. */
  async function decided(governance: ReturnType<typeof govern>['governance'], days: number) {
    const { id } = governance.propose({
      feature: 'new/1',
      class: 'feature',
      specUrl: '',
      specHash: '07'.repeat(32),
      text: '',
    });
    governance.vote(id, 'yes');
    const since = clock.now();
    for (let day = 0; day <= days; day++) {
      for (const other of others) await adopt(other, Uint8Array.from(Buffer.from(id, 'hex')), { since });
      if (day < days) clock.advance(DAY);
    }
    governance.count();
    return id;
  }

  it('takes effect on the day, and stays whatever becomes of the votes', async () => {
    const { activation, db, governance } = govern();
    const told: string[] = [];
    governance.on('activated', ({ feature }) => told.push(feature));
    const id = await decided(governance, 20);
    expect(governance.proposal(id).state).toBe('locked');
    expect(activation.offered()).toEqual(['old/1']);
    for (const other of others)
      await adopt(other, Uint8Array.from(Buffer.from(id, 'hex')), { since: clock.now() - 20 * DAY });
    clock.advance(DAY);
    governance.count();
    expect(governance.proposal(id).state).toBe('active');
    expect(activation.offered()).toEqual(['new/1', 'old/1']);
    expect(told).toEqual(['new/1']);
    clock.advance(10 * DAY);
    governance.count();
    expect(activation.isActive('new/1')).toBe(true);
    expect(createActivation({ db, log: silentLog }, features).isActive('new/1')).toBe(true);
    expect(governance.history(id).length).toBeGreaterThanOrEqual(2);
  });

  it('waits where it does not take effect by itself, and the operator’s word outranks it', async () => {
    automatic = false;
    const { activation, db, governance } = govern();
    const id = await decided(governance, 21);
    expect(governance.proposal(id).state).toBe('waiting');
    expect(activation.isActive('new/1')).toBe(false);
    automatic = true;
    governance.count();
    expect(activation.isActive('new/1')).toBe(true);
    activation.override('new/1', 'never');
    activation.override('old/1', 'never');
    expect(createActivation({ db, log: silentLog }, features).offered()).toEqual([]);
    activation.override('new/1', null);
    expect(activation.offered()).toEqual(['new/1']);
    activation.override('unheard-of/1', 'always');
    expect(activation.isActive('unheard-of/1')).toBe(false);
  });
});

it('an own proposal that cannot be decided upon is not made, and there are four at most', () => {
  const { governance } = govern();
  const wanted = { class: 'feature' as const, specUrl: '', specHash: '07'.repeat(32), text: '' };
  const refusal = (code: string) => expect.objectContaining({ code });
  expect(() => governance.propose({ ...wanted, feature: 'a/1', earliest: clock.now() })).toThrow(
    refusal('governance.bad_proposal'),
  );
  for (let index = 0; index < MAX_PER_PROVIDER; index++)
    governance.propose({ ...wanted, feature: `own-${index}/1` });
  expect(() => governance.propose({ ...wanted, feature: 'more/1' })).toThrow(
    refusal('governance.too_many_proposals'),
  );
  expect(governance.propose({ ...wanted, feature: 'own-0/1', text: 'again' }).text).toBe('again');
});
