/**
 * Who decides, and what was decided. Pure and in whole numbers: nodes with the same records, the same standing of
 * providers and the same moment come to the same answer, in whatever order the records came.
 */
import type { ProviderId } from '../../kernel/ids.ts';
import {
  MAX_OPEN_MS,
  MAX_PART,
  MIN_ELECTORS,
  MIN_YES,
  type Rule,
  type Share,
  type Vote,
  WEIGHT_UNIT,
} from './numbers.ts';

export interface Elector {
  provider: ProviderId;
  /** As `standing` has it, 0 to 1. */
  weight: number;
}

/** What one node of a provider says. */
export interface Statement {
  provider: ProviderId;
  vote: Vote;
  runs: boolean;
  /** Epoch ms. */
  since: number;
  seq: number;
  /** Breaks the last tie: the same everywhere. */
  key: string;
}

/** What a provider says, one for each. */
export type Ballot = Pick<Statement, 'provider' | 'vote' | 'runs' | 'since'>;

/** Weights in thousandths of one provider's. */
export interface Sums {
  yes: number;
  no: number;
  abstain: number;
  ready: number;
  /** Providers that say yes. */
  yesCount: number;
}

export const lacks = ['electors', 'votes', 'quorum', 'approval', 'readiness', 'time'] as const;
/** What is missing for lock-in. `time`: it would pass if the votes had stood long enough. */
export type Lack = (typeof lacks)[number];

export interface Decision {
  state: 'open' | 'locked' | 'active' | 'lapsed';
  electors: number;
  /** Of the whole electorate, capped. */
  weight: number;
  /** As the votes are now. */
  cast: Sums;
  /** What counts already. */
  settled: Sums;
  lacks: Lack[];
  /** Since when the rule has been met without a break, and when the feature is switched on by it; epoch ms. */
  lockedAt?: number;
  activatesAt?: number;
}

/** What each provider says now: what its nodes said last. Those that contradict themselves say nothing. */
export function ballotsOf(
  statements: readonly Statement[],
  contradicting: ReadonlySet<ProviderId>,
): Ballot[] {
  const last = new Map<ProviderId, Statement>();
  for (const statement of statements) {
    const other = last.get(statement.provider);
    if (!contradicting.has(statement.provider) && (!other || isLater(statement, other)))
      last.set(statement.provider, statement);
  }
  return [...last.values()].map(({ provider, runs, since, vote }) => ({ provider, runs, since, vote }));
}

const isLater = (a: Statement, b: Statement): boolean =>
  a.since !== b.since ? a.since > b.since : a.seq !== b.seq ? a.seq > b.seq : a.key > b.key;

/** Weights in thousandths, none above its share of the whole. Fewer than five cannot decide, and are not capped. */
export function cappedWeights(electors: readonly Elector[]): Map<ProviderId, number> {
  const weights = new Map<ProviderId, number>();
  for (const { provider, weight } of electors) {
    const units = Math.round(Math.min(1, Math.max(0, weight)) * WEIGHT_UNIT);
    if (units > 0) weights.set(provider, units);
  }
  const cap = capOf([...weights.values()].sort((a, b) => b - a));
  return new Map([...weights].map(([provider, units]) => [provider, Math.min(units, cap)]));
}

/** The largest whole number that is at most its part of what remains when nobody counts for more. */
function capOf(falling: readonly number[]): number {
  let rest = sumOf(falling);
  for (const [capped, largest] of falling.slice(0, MAX_PART).entries()) {
    const cap = Math.floor(rest / (MAX_PART - capped));
    if (largest <= cap) return cap;
    rest -= largest;
  }
  return Number.MAX_SAFE_INTEGER;
}

/**
 * Follows the vote from its beginning: a yes or an abstention counts once it has stood for `rule.stableMs`, a no at once.
 * Once the feature was switched on, later votes change nothing; what comes at that very moment comes too late.
 */
export function decide(
  vote: { opened: number; earliest: number; rule: Rule },
  ballots: readonly Ballot[],
  electorate: readonly Elector[],
  now: number,
): Decision {
  const weights = cappedWeights(electorate);
  const weight = sumOf(weights.values());
  const electors = weights.size;
  const counted = ballots
    .filter(({ provider }) => weights.has(provider))
    .map((ballot) => ({ ...ballot, at: countsAt(ballot, vote), weight: weights.get(ballot.provider) ?? 0 }));
  const whole = { electors, weight, rule: vote.rule };
  const cast = sumUp(counted.filter(({ since }) => since <= now));
  const run = follow(counted, vote, whole, now);
  const settled = sumUp(counted.filter(({ at }) => at <= now));
  const facts = { electors, weight, cast, settled, ...run };
  const lack = run.lockedAt === undefined ? lacksOf(settled, cast, whole) : [];
  return { ...facts, lacks: lack, state: stateOf(run, vote.opened, now) };
}

interface Whole {
  electors: number;
  weight: number;
  rule: Rule;
}

type Counted = Ballot & { at: number; weight: number };

const countsAt = ({ since, vote }: Ballot, { opened, rule }: { opened: number; rule: Rule }): number =>
  Math.max(since, opened) + (vote === 'no' ? 0 : rule.stableMs);

/** Walks through the moments at which the sums change. */
function follow(
  counted: readonly Counted[],
  { earliest, opened, rule }: { opened: number; earliest: number; rule: Rule },
  whole: Whole,
  now: number,
): { lockedAt?: number; activatesAt?: number } {
  const end = Math.min(now, opened + MAX_OPEN_MS);
  const moments = [...new Set(counted.map(({ at }) => at))].filter((at) => at <= end).sort((a, b) => a - b);
  const arriving = Map.groupBy(counted, ({ at }) => at);
  const sums = sumUp([]);
  let locked: { lockedAt: number; activatesAt: number } | undefined;
  for (const at of moments) {
    if (locked && locked.activatesAt <= at) return locked;
    for (const ballot of arriving.get(at) ?? []) add(sums, ballot);
    if (missing(sums, whole).length > 0) locked = undefined;
    else locked ??= { lockedAt: at, activatesAt: Math.max(at + rule.delayMs, earliest) };
  }
  return locked ?? {};
}

function stateOf({ activatesAt }: { activatesAt?: number }, opened: number, now: number): Decision['state'] {
  if (activatesAt !== undefined) return activatesAt <= now ? 'active' : 'locked';
  return now >= opened + MAX_OPEN_MS ? 'lapsed' : 'open';
}

function lacksOf(settled: Sums, cast: Sums, whole: Whole): Lack[] {
  const now = missing(cast, whole);
  return now.length > 0 ? now : missing(settled, whole).length > 0 ? ['time'] : [];
}

function missing({ abstain, no, ready, yes, yesCount }: Sums, { electors, rule, weight }: Whole): Lack[] {
  const found: Lack[] = [];
  if (electors < MIN_ELECTORS) found.push('electors');
  if (yesCount < MIN_YES) found.push('votes');
  if (!reaches(yes + abstain, weight, rule.quorum)) found.push('quorum');
  if (!reaches(yes, yes + no, rule.approval)) found.push('approval');
  if (!reaches(ready, weight, rule.readiness)) found.push('readiness');
  return found;
}

/** Exactly the share is enough. */
const reaches = (part: number, whole: number, share: Share): boolean => part * share.in >= whole * share.of;

function sumUp(ballots: readonly Counted[]): Sums {
  const sums: Sums = { yes: 0, no: 0, abstain: 0, ready: 0, yesCount: 0 };
  for (const ballot of ballots) add(sums, ballot);
  return sums;
}

function add(sums: Sums, { runs, vote, weight }: Counted): void {
  sums[vote] += weight;
  if (vote === 'yes') sums.yesCount++;
  if (runs) sums.ready += weight;
}

const sumOf = (values: Iterable<number>): number => [...values].reduce((sum, value) => sum + value, 0);
