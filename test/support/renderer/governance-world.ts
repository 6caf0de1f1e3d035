/** Changes of the protocol in the example world: one under vote, one decided that waits, one of a stranger. */
import type { AdoptionSample, GovernanceView, ProposalView } from '#shared/features/governance/contract.ts';
import { RULES } from '#shared/features/governance/numbers.ts';
import { FEATURES } from '#shared/features/p2p/features.ts';

const DAY_MS = 24 * 3_600_000;
const WEIGHT = 7000;

export interface GovernanceWorld extends Omit<GovernanceView, 'automatic'> {
  history: Map<string, AdoptionSample[]>;
}

const features = (): GovernanceView['features'] =>
  FEATURES.map(({ about, activation, name }) => ({
    name,
    about,
    activation,
    active: activation === 'always',
    peers: 0,
  }));

export const quietGovernance = (): GovernanceWorld => ({
  versions: { min: 1, max: 1 },
  refusedVersions: { older: 0, newer: 0 },
  features: features(),
  proposals: [],
  electors: 1,
  refused: {},
  history: new Map(),
});

const sums = (yes: number, no: number, abstain: number, ready: number) => ({
  yes: yes * 1000,
  no: no * 1000,
  abstain: abstain * 1000,
  ready: ready * 1000,
  yesCount: yes,
});

const proposal = (
  now: number,
  id: string,
  openedDays: number,
  part: Partial<ProposalView>,
): ProposalView => ({
  id: id.repeat(64),
  feature: 'tree-sync/1',
  class: 'feature',
  specUrl: 'https://specs.example.org/tree-sync-1.txt',
  specHash: '4f'.repeat(32),
  opened: now - openedDays * DAY_MS,
  earliest: now + (21 - openedDays) * DAY_MS,
  text: '',
  textPending: false,
  proposer: {
    providerId: 'z6MkpTHR8VNsBxYAAWHut2Geadd9jSwuBV8xRoAnwWsdvktH',
    name: 'Anna’s workshop',
    own: false,
    established: true,
  },
  state: 'open',
  electors: 7,
  weight: WEIGHT,
  cast: sums(0, 0, 0, 0),
  settled: sums(0, 0, 0, 0),
  lacks: [],
  runs: false,
  ...part,
});

/** Support that grows by the day, and some opposition. */
const growing = (now: number, days: number): AdoptionSample[] =>
  Array.from({ length: days + 1 }, (_, day) => ({
    at: now - (days - day) * DAY_MS,
    yes: Math.min(4, Math.floor(day / 2)) * 1000,
    no: day > 5 ? 1000 : 0,
    abstain: day > 7 ? 1000 : 0,
    ready: Math.min(5, 1 + Math.floor(day / 3)) * 1000,
    weight: WEIGHT,
  }));

export function busyGovernance(now: number): GovernanceWorld {
  const open = proposal(now, 'a', 12, {
    text: 'Records are compared as a tree instead of page by page. A node that was away for a day reads a few kilobytes instead of the whole directory.',
    cast: sums(4, 1, 1, 5),
    settled: sums(0, 1, 0, 2),
    lacks: ['time'],
    runs: true,
    vote: 'yes',
  });
  const decided = proposal(now, 'b', 40, {
    feature: 'compact-heads/1',
    text: 'Shorter heads for calls on slow lines.',
    proposer: {
      providerId: 'z6MkrJVnaZkeFzdQyMZu1cgjg7k1pZZ6pvBQ7XJPt4swbTQ2',
      name: 'Борис',
      own: false,
      established: true,
    },
    state: 'waiting',
    cast: sums(6, 0, 1, 6),
    settled: sums(6, 0, 1, 6),
    lockedAt: now - 20 * DAY_MS,
    activatesAt: now - 13 * DAY_MS,
    runs: true,
  });
  const strange = proposal(now, 'c', 1, {
    feature: 'rpc/2',
    class: 'major',
    specUrl: '',
    textPending: true,
    earliest: now - DAY_MS + RULES.major.stableMs + RULES.major.delayMs,
    proposer: {
      providerId: 'z6MkhaXgBZDvotDkL5257faiztiGiC2QtKLGpbnnEGta2doZ',
      name: '',
      own: false,
      established: false,
    },
    lacks: ['votes', 'quorum', 'approval', 'readiness'],
  });
  return {
    ...quietGovernance(),
    refusedVersions: { older: 2, newer: 0 },
    features: [
      ...features().map((feature) => ({ ...feature, peers: feature.active ? 2 : 0 })),
      {
        name: 'compact-heads/1',
        about: 'Shorter heads of calls.',
        activation: 'decided',
        active: false,
        peers: 0,
      },
      {
        name: 'tree-sync/1',
        about: 'Records are compared as a tree.',
        activation: 'decided',
        active: false,
        peers: 0,
      },
    ],
    proposals: [open, decided, strange],
    electors: 7,
    refused: { 'governance.bad_proposal': 3 },
    history: new Map([
      [open.id, growing(now, 12)],
      [decided.id, growing(now, 40)],
    ]),
  };
}
