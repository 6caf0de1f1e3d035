/** Proposals and votes, byte for byte, and what they come to. */
import { readFileSync } from 'node:fs';
import { describe, expect, test } from 'vitest';
import { createSigner, createVerify } from '#main/platform/crypto.ts';
import {
  type Adoption,
  ADOPTION_TYPE,
  type Proposal,
  PROPOSAL_TYPE,
  proposalId,
  readAdoption,
  readProposal,
  sealAdoption,
  sealProposal,
  storedAdoption,
  storedProposal,
} from '#shared/features/governance/records.ts';
import { RULES, type ThresholdClass } from '#shared/features/governance/numbers.ts';
import { type Ballot, type Decision, decide, type Elector } from '#shared/features/governance/rules.ts';
import { verifyCertificate } from '#shared/features/identity/rules.ts';
import { commitmentOf } from '#shared/features/records/texts.ts';
import { fromHex, toHex } from '#shared/kernel/bytes.ts';
import type { CborValue, JsonValue } from '#shared/kernel/canonical.ts';
import { open } from '#shared/kernel/envelope.ts';
import { providerIdOf } from '#shared/kernel/ids.ts';

interface Vectors {
  rootSeed: string;
  nodeSeed: string;
  now: number;
  words: { salt: string; text: string };
  proposals: Array<{ name: string; payload: JsonValue; id: string; key: string; bytes: string }>;
  adoptions: Array<{ name: string; payload: JsonValue; key: string; bytes: string }>;
  decisions: Array<{
    name: string;
    class: ThresholdClass;
    opened: number;
    earliest: number;
    electorate: Elector[];
    ballots: Ballot[];
    at: number;
    decision: Decision;
  }>;
  invalid: Array<{ why: string; type: string; bytes: string; code: string }>;
}
const vectors = JSON.parse(
  readFileSync(new URL('./vectors/governance.json', import.meta.url), 'utf8'),
) as Vectors;
const { now } = vectors;
const verify = createVerify();
const signer = createSigner(fromHex(vectors.nodeSeed));
const providerId = providerIdOf(createSigner(fromHex(vectors.rootSeed)).publicKey);

function valueOf(json: JsonValue): CborValue {
  if (Array.isArray(json)) return json.map(valueOf);
  if (json === null || typeof json !== 'object') return json;
  if (typeof json['$bytes'] === 'string') return fromHex(json['$bytes']);
  return Object.fromEntries(Object.entries(json).map(([key, value]) => [key, valueOf(value)]));
}

function certified(certificate: Uint8Array) {
  const verified = verifyCertificate(certificate, { now, verify });
  if (!verified.ok) throw new Error(verified.reason);
  return verified.value;
}

describe('proposals', () => {
  test.each(vectors.proposals)('$name', ({ bytes, id, key, payload }) => {
    const value = valueOf(payload) as unknown as Proposal;
    expect(toHex(sealProposal(value, signer).bytes)).toBe(bytes);
    const { meta, proposal } = readProposal(open(fromHex(bytes), PROPOSAL_TYPE, verify), certified, now);
    expect(proposal).toEqual(value);
    expect(toHex(proposalId(providerId, proposal))).toBe(id);
    expect(meta).toMatchObject({ key, owner: providerId, seq: value.seq, tombstone: value.withdrawn });
    expect(storedProposal(fromHex(bytes))).toEqual(value);
  });

  test('commit to words that stand beside them', () => {
    const { salt, text } = vectors.words;
    const { text: commitment } = storedProposal(fromHex(vectors.proposals[0]?.bytes ?? ''));
    expect(commitment).toEqual(commitmentOf({ salt: fromHex(salt), text }));
  });

  test('are the same proposal signed anew or taken back, and another one in any part that is decided', () => {
    const [first, major, withdrawn, future] = vectors.proposals;
    expect([withdrawn?.id, future?.id]).toEqual([first?.id, first?.id]);
    expect(major?.id).not.toBe(first?.id);
  });
});

describe('votes', () => {
  test.each(vectors.adoptions)('$name', ({ bytes, key, payload }) => {
    const value = valueOf(payload) as unknown as Adoption;
    expect(toHex(sealAdoption(value, signer).bytes)).toBe(bytes);
    const { adoption, meta } = readAdoption(open(fromHex(bytes), ADOPTION_TYPE, verify), certified, now);
    expect(adoption).toEqual(value);
    expect(meta).toMatchObject({ key, owner: providerId, seq: value.seq, tombstone: value.vote === null });
    expect(storedAdoption(fromHex(bytes))).toEqual(value);
  });
});

describe('decisions', () => {
  test.each(vectors.decisions)(
    '$name',
    ({ at, ballots, class: kind, decision, earliest, electorate, opened }) => {
      expect(decide({ opened, earliest, rule: RULES[kind] }, ballots, electorate, at)).toEqual(decision);
    },
  );
});

describe('what is refused', () => {
  test.each(vectors.invalid)('$why', ({ bytes, code, type }) => {
    const read = () => {
      const opened = open(fromHex(bytes), type, verify);
      return type === PROPOSAL_TYPE
        ? readProposal(opened, certified, now)
        : readAdoption(opened, certified, now);
    };
    expect(read).toThrow(expect.objectContaining({ code }));
  });
});
