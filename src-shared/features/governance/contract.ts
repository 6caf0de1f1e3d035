/** What the operator sees of changes of the protocol, and his word in them. */
import { z } from 'zod';
import { command, query, stream } from '../../kernel/contract.ts';
import { FEATURE_NAME } from '../p2p/features.ts';
import { CLASSES, VOTES } from './numbers.ts';
import { MAX_WORDS } from './records.ts';
import { lacks } from './rules.ts';

const sumsSchema = z.object({
  yes: z.number(),
  no: z.number(),
  abstain: z.number(),
  ready: z.number(),
  yesCount: z.number(),
});

const id = z
  .string()
  .regex(/^[0-9a-f]{64}$/)
  .describe('The proposal, 64 hex digits.');
const feature = z.string().regex(FEATURE_NAME).describe('A feature, such as `feature-changes/1`.');

/** `never`: not used here whatever is decided. `always`: used here although nothing is decided. */
export const overrideSchema = z.enum(['never', 'always']);
export type Override = z.output<typeof overrideSchema>;

export const proposalStateSchema = z.enum([
  'open',
  'locked',
  /** Decided and due, but switching on by itself is off: it waits for the operator. */
  'waiting',
  'active',
  'lapsed',
]);

export const proposalViewSchema = z.object({
  id,
  feature: z.string(),
  class: z.enum(CLASSES),
  specUrl: z.string(),
  /** Hex SHA-256 of the specification. */
  specHash: z.string(),
  /** Epoch ms. */
  opened: z.number(),
  earliest: z.number(),
  text: z.string(),
  /** The proposer's words have not come yet. */
  textPending: z.boolean(),
  proposer: z.object({
    providerId: z.string(),
    name: z.string(),
    own: z.boolean(),
    /** Whether the proposer is one of the established providers. */
    established: z.boolean(),
  }),
  state: proposalStateSchema,
  electors: z.number(),
  /** Of the whole electorate, in thousandths. */
  weight: z.number(),
  /** As the votes are now, and what of it counts already; in thousandths. */
  cast: sumsSchema,
  settled: sumsSchema,
  /** What is missing for lock-in. */
  lacks: z.array(z.enum(lacks)),
  lockedAt: z.number().optional(),
  activatesAt: z.number().optional(),
  /** What this provider said. */
  vote: z.enum(VOTES).optional(),
  /** Whether this node has code for the feature. */
  runs: z.boolean(),
  override: overrideSchema.optional(),
});
export type ProposalView = z.output<typeof proposalViewSchema>;

export const featureViewSchema = z.object({
  name: z.string(),
  about: z.string(),
  activation: z.enum(['always', 'decided']),
  /** Whether this node offers it to others. */
  active: z.boolean(),
  override: overrideSchema.optional(),
  /** Since when it is switched on by a decision, epoch ms. */
  activatedAt: z.number().optional(),
  /** Connected peers with which it is used. */
  peers: z.number(),
});
export type FeatureView = z.output<typeof featureViewSchema>;

export const governanceSchema = z.object({
  /** Majors of the calls protocol that this node speaks. */
  versions: z.object({ min: z.number(), max: z.number() }),
  /** Peers that were refused since the start because they speak older or newer majors only. */
  refusedVersions: z.object({ older: z.number(), newer: z.number() }),
  features: z.array(featureViewSchema),
  proposals: z.array(proposalViewSchema),
  electors: z.number(),
  /** Whether a decision takes effect here by itself. */
  automatic: z.boolean(),
  /** Records of governance that were refused since the start, by reason. */
  refused: z.record(z.string(), z.number()),
});
export type GovernanceView = z.output<typeof governanceSchema>;

export const adoptionSampleSchema = z.object({
  /** Epoch ms. */
  at: z.number(),
  yes: z.number(),
  no: z.number(),
  abstain: z.number(),
  ready: z.number(),
  weight: z.number(),
});
export type AdoptionSample = z.output<typeof adoptionSampleSchema>;

export const governanceContract = {
  'governance.show': query(
    'What this node speaks, the proposals to change it, and how they stand.',
    z.object({}),
    governanceSchema,
  ),
  'governance.watch': stream('The same, again whenever something changed.', z.object({}), governanceSchema),
  'governance.history': query(
    'How the votes on a proposal stood, one sample a day, oldest first.',
    z.object({ id }),
    z.object({ items: z.array(adoptionSampleSchema) }),
  ),
  'governance.propose': command(
    'Proposes to switch a feature of the protocol on, under the name of this provider.',
    z.object({
      feature,
      class: z.enum(CLASSES).default('feature'),
      specUrl: z.string().max(300).default('').describe('Where the specification can be read (https).'),
      specHash: z
        .string()
        .regex(/^[0-9a-f]{64}$/)
        .describe('SHA-256 of the specification, 64 hex digits.'),
      text: z.string().max(MAX_WORDS).default('').describe('Why, in a few sentences.'),
      earliest: z.int().optional().describe('Before when it is switched on by nobody (epoch ms).'),
    }),
    proposalViewSchema,
  ),
  'governance.withdraw': command(
    'Takes an own proposal back; its words are erased everywhere.',
    z.object({ id }),
    z.object({ id }),
  ),
  'governance.eraseText': command(
    'Takes the words of an own proposal back, here and wherever they went; the proposal itself stays.',
    z.object({ id }),
    z.object({ id }),
  ),
  'governance.vote': command(
    'Says what this provider thinks of a proposal. Without a vote: takes it back.',
    z.object({ id, vote: z.enum(VOTES).nullable() }),
    proposalViewSchema,
  ),
  'governance.override': command(
    'Never uses a feature here, or uses it at once, or (without a choice) leaves it to the decision.',
    z.object({ feature, choice: overrideSchema.nullable() }),
    z.object({ feature, active: z.boolean() }),
  ),
};
