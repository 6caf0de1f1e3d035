/** The numbers of the rule. Changing one is itself a change of the protocol: all nodes must count alike. */

const DAY_MS = 24 * 3_600_000;

/** How much agreement a change needs. */
export const CLASSES = ['feature', 'major'] as const;
export type ThresholdClass = (typeof CLASSES)[number];

export const VOTES = ['yes', 'no', 'abstain'] as const;
export type Vote = (typeof VOTES)[number];

/** A share of a whole, in whole numbers: every node must come to the same answer. */
export interface Share {
  of: number;
  in: number;
}

export interface Rule {
  /** Of the weight that says yes or no, so much says yes. */
  approval: Share;
  /** Of the weight of the electorate, so much says yes or abstains. Who says no never helps to reach it. */
  quorum: Share;
  /** Of the weight of the electorate, so much runs the code. */
  readiness: Share;
  /** A yes and an abstention count once they have stood for so long; a no counts at once. */
  stableMs: number;
  /** From lock-in to activation. */
  delayMs: number;
}

export const RULES: Readonly<Record<ThresholdClass, Rule>> = {
  /** An ability that is used only between nodes that both have it. */
  feature: {
    approval: { of: 2, in: 3 },
    quorum: { of: 1, in: 2 },
    readiness: { of: 0, in: 1 },
    stableMs: 14 * DAY_MS,
    delayMs: 7 * DAY_MS,
  },
  /** A change that those without it notice. */
  major: {
    approval: { of: 4, in: 5 },
    quorum: { of: 2, in: 3 },
    readiness: { of: 2, in: 3 },
    stableMs: 28 * DAY_MS,
    delayMs: 28 * DAY_MS,
  },
};

/** Established providers that there must be, and that must say yes, whatever their weight. */
export const MIN_ELECTORS = 5;
export const MIN_YES = 3;
/** No provider counts for more than one part in so many of the electorate's weight. */
export const MAX_PART = 5;
/** Who was seen by nobody for so long is no elector. */
export const SEEN_MS = 30 * DAY_MS;
/** A vote that decided nothing by then never will. */
export const MAX_OPEN_MS = 365 * DAY_MS;
/** Weights are counted in thousandths. */
export const WEIGHT_UNIT = 1000;
