/**
 * What is signed about changes of the protocol: a proposal to switch a feature on, and what a provider says of it. Both
 * are spread by the records slice, name their provider by the certificate inside, and live two days unless their node
 * signs them anew. Fields that are not known survive.
 */
import { z } from 'zod';
import { equalBytes, toHex } from '../../kernel/bytes.ts';
import { type CborValue, encodeCbor, sha256Bytes } from '../../kernel/canonical.ts';
import { type Envelope, payloadOf, seal, type Signer } from '../../kernel/envelope.ts';
import { AppError } from '../../kernel/errors.ts';
import type { PeerId, ProviderId } from '../../kernel/ids.ts';
import { FEATURE_NAME } from '../p2p/features.ts';
import { MAX_FUTURE_SKEW_MS, type RecordMeta } from '../records/rules.ts';
import { CLASSES, MAX_OPEN_MS, RULES, VOTES } from './numbers.ts';

export const PROPOSAL_TYPE = 'proposal/1';
export const PROPOSAL_TOPIC = 'toolswarm/proposals/1';
export const ADOPTION_TYPE = 'adoption/1';
export const ADOPTION_TOPIC = 'toolswarm/adoptions/1';

/** Characters of what the proposer says in his own words; they travel beside the record and can be taken back. */
export const MAX_WORDS = 600;

const bytes = z.custom<Uint8Array>((value) => value instanceof Uint8Array, 'bytes');
const hash = bytes.refine(({ length }) => length === 32, 'a SHA-256 hash');
const at = z.number().int().nonnegative();
const signed = {
  /** Certificate of the signing node; it names the provider. */
  cert: bytes.refine(({ length }) => length <= 3000, 'at most 3,000 bytes'),
  seq: z.number().int().positive(),
  /** Issued and expires, epoch ms. */
  iat: at,
  exp: at,
};

export const proposalSchema = z.looseObject({
  ...signed,
  feature: z.string().regex(FEATURE_NAME),
  class: z.enum(CLASSES),
  /** The specification: SHA-256 of its bytes, and where they can be read. */
  spec: z.looseObject({ hash, url: z.string().max(300) }),
  /** When the vote began, and before when the feature is switched on by nobody; epoch ms. */
  opened: at,
  earliest: at,
  /** Commitment to the proposer's own words, which stand beside the record (`records/texts.ts`). */
  text: hash.optional(),
  /** Ends the proposal (a tombstone). */
  withdrawn: z.boolean(),
});
export type Proposal = z.output<typeof proposalSchema>;

export const adoptionSchema = z.looseObject({
  ...signed,
  /** The proposal's id, see {@link proposalId}. */
  proposal: hash,
  /** Null takes the vote back (a tombstone). */
  vote: z.enum(VOTES).nullable(),
  /** Whether the node that signed this has code for the feature. */
  runs: z.boolean(),
  /** Since when the provider has said so, epoch ms; stays when the record is signed anew. */
  since: at,
});
export type Adoption = z.output<typeof adoptionSchema>;

/** Who a verified certificate speaks for. */
export interface CertifiedNode {
  providerId: ProviderId;
  peerId: PeerId;
  nodePublicKey: Uint8Array;
}

export const sealProposal = (proposal: Proposal, signer: Signer): Envelope =>
  seal(PROPOSAL_TYPE, proposal as unknown as CborValue, signer);

export const sealAdoption = (adoption: Adoption, signer: Signer): Envelope =>
  seal(ADOPTION_TYPE, adoption as unknown as CborValue, signer);

/** What a vote is about, 32 bytes: everything that is decided, and nothing that is signed anew or may be taken back. */
export const proposalId = (
  provider: ProviderId,
  { class: kind, earliest, feature, opened, spec }: DecidedFields,
): Uint8Array =>
  sha256Bytes(
    encodeCbor(['toolswarm/proposal/1', provider, feature, kind, spec.hash, spec.url, opened, earliest]),
  );

type DecidedFields = Pick<Proposal, 'class' | 'earliest' | 'feature' | 'opened' | 'spec'>;
type Certified = (certificate: Uint8Array) => CertifiedNode;

/** Reads a proposal whose envelope is verified. Throws `governance.bad_proposal` or `governance.wrong_signer`. */
export function readProposal(
  record: Envelope & { value: CborValue },
  certified: Certified,
  now: number,
  rules = RULES,
): { proposal: Proposal; meta: RecordMeta } {
  const proposal = parse(proposalSchema, record.value, 'governance.bad_proposal');
  const node = signerOf(record, proposal.cert, certified);
  const why = whyImpossible(proposal, now, rules);
  if (why) throw new AppError('governance.bad_proposal', why, { advice: DROP });
  return {
    proposal,
    meta: metaOf(proposal, node.providerId, proposalKey(node, proposal.feature), proposal.withdrawn),
  };
}

/** Reads an adoption whose envelope is verified. Throws `governance.bad_adoption` or `governance.wrong_signer`. */
export function readAdoption(
  record: Envelope & { value: CborValue },
  certified: Certified,
  now: number,
): { adoption: Adoption; meta: RecordMeta } {
  const adoption = parse(adoptionSchema, record.value, 'governance.bad_adoption');
  const node = signerOf(record, adoption.cert, certified);
  if (adoption.since > Math.min(adoption.iat, now + MAX_FUTURE_SKEW_MS))
    throw new AppError('governance.bad_adoption', 'The vote is dated after the record that tells it.', {
      advice: DROP,
    });
  const key = adoptionKey(node, toHex(adoption.proposal));
  return { adoption, meta: metaOf(adoption, node.providerId, key, adoption.vote === null) };
}

/** Why a proposal cannot be decided upon, if so; for those who write one too. */
export function whyImpossible(proposal: DecidedFields, now: number, rules = RULES): string | undefined {
  const { class: kind, earliest, opened, spec } = proposal;
  const { delayMs, stableMs } = rules[kind];
  if (opened > now + MAX_FUTURE_SKEW_MS) return 'The vote begins in the future.';
  if (earliest < opened + stableMs + delayMs) return 'The earliest activation leaves no time to decide.';
  if (earliest > opened + MAX_OPEN_MS) return 'The earliest activation is after the end of the vote.';
  if (spec.url !== '' && !isWebAddress(spec.url))
    return 'The address of the specification must begin with https://.';
  return undefined;
}

/** Records in the store were verified when they came. */
export const storedProposal = (stored: Uint8Array): Proposal =>
  parse(proposalSchema, payloadOf(stored), 'governance.bad_proposal');
export const storedAdoption = (stored: Uint8Array): Adoption =>
  parse(adoptionSchema, payloadOf(stored), 'governance.bad_adoption');

type NodeIds = Pick<CertifiedNode, 'peerId' | 'providerId'>;

/** One proposal per node and feature. */
export const proposalKey = ({ peerId, providerId }: NodeIds, feature: string): string =>
  `${providerId}/${peerId}/${feature}`;

/** One statement per node and proposal; which of a provider's nodes counts is the rule's matter. */
export const adoptionKey = ({ peerId, providerId }: NodeIds, proposal: string): string =>
  `${providerId}/${peerId}/${proposal}`;

/** The proposal in a key that {@link adoptionKey} wrote, hex. */
export const parseAdoptionKey = (key: string): { proposal: string } => ({
  proposal: key.split('/')[2] ?? '',
});

const DROP = 'Drop it; the sender is broken or speaks another version.';

function isWebAddress(text: string): boolean {
  return URL.canParse(text) && new URL(text).protocol === 'https:';
}

function parse<Schema extends z.ZodType>(
  schema: Schema,
  value: CborValue,
  code: 'governance.bad_proposal' | 'governance.bad_adoption',
): z.output<Schema> {
  const parsed = schema.safeParse(value);
  if (parsed.success) return parsed.data;
  const what = code === 'governance.bad_proposal' ? 'proposal' : 'vote';
  throw new AppError(code, `This ${what} makes no sense.`, { advice: DROP, cause: parsed.error });
}

function signerOf(record: Envelope, certificate: Uint8Array, certified: Certified): CertifiedNode {
  const node = certified(certificate);
  if (equalBytes(node.nodePublicKey, record.publicKey)) return node;
  throw new AppError('governance.wrong_signer', 'The record was not signed by the node that it names.', {
    advice: 'Drop it; it is forged.',
  });
}

const metaOf = (
  { exp, iat, seq }: Pick<Proposal, 'exp' | 'iat' | 'seq'>,
  owner: ProviderId,
  key: string,
  tombstone: boolean,
): RecordMeta => ({ key, owner, seq, issuedAt: iat, expiresAt: exp, private: false, tombstone });
