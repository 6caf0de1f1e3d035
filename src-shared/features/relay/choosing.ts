/**
 * Which of several instances of a tool takes a call. Pure: what was measured and the time are arguments.
 *
 * Two instances are drawn, the cheaper one is taken (“power of two choices”, Mitzenmacher 2001): nearly as good as asking
 * all of them, and never a stampede to the one that looks best. What an instance costs is its decayed latency (“peak EWMA”, as
 * Finagle measures), more for every call that is out there already, and more where it fails. Whatever costs three times as much
 * as the best is not drawn at all.
 */

/** What is remembered of one instance of one tool. */
export interface Estimate {
  /** Decayed latency of calls that ended (ms); undefined before the first. */
  latencyMs: number | undefined;
  /** Share of failures, the recent ones counting most, 0 to 1. */
  failure: number;
  /** Monotonic ms of the last end. */
  at: number;
  /** Calls under way. */
  outstanding: number;
  /** Failures since the last success. */
  failuresInRow: number;
  /** How often it was shut without a success between. */
  shut: number;
  /** Monotonic ms until which it takes no calls. */
  shutUntil: number;
  /** It was shut, and one call is out to see whether it works again. */
  probing: boolean;
}

/** What is known of an instance besides how its calls went. */
export interface Facets {
  /** Round trip of the connection (ms). */
  roundTripMs?: number | undefined;
  /** What the tool takes at the best of the other instances, which is what is hoped for before the first call (ms). */
  elsewhereMs?: number | undefined;
  /** 1 is the usual price; 0 is free. Absent: not known. */
  price?: number | undefined;
  /** 0 to 1. Absent: not known. */
  trust?: number | undefined;
}

/** How much weight an operator gives to what; 0 leaves it out, 1 is even with latency. */
export interface Preference {
  price: number;
  trust: number;
}

export type Ended = 'ok' | 'failed';

/** How fast a latency is forgotten while calls go on. */
const LATENCY_MS = 1_000;
/** How fast it is forgotten while none go there: whoever was slow gets another chance. */
const IDLE_MS = 30_000;
const FAILURE_WEIGHT = 0.15;
/** Failures in a row that shut an instance. */
const SHUT_AFTER = 5;
/** An instance is shut as well where this share of its recent calls failed. */
const SHUT_ABOVE = 0.9;
const FIRST_SHUT_MS = 1_000;
const LONGEST_SHUT_MS = 60_000;
/** What a tool is thought to take where nobody has called it: round trips alone would tell near instances too far apart. */
const NO_LATENCY_MS = 5;
/** So many calls under way make an instance cost twice as much: how many it can do at once shows in its latency alone. */
const CALLS_THAT_DOUBLE = 8;
/** Instances that cost more than so many times the best are left alone until that is forgotten. */
const FAR_BEHIND = 3;

export const newEstimate = (now: number): Estimate => ({
  latencyMs: undefined,
  failure: 0,
  at: now,
  outstanding: 0,
  failuresInRow: 0,
  shut: 0,
  shutUntil: 0,
  probing: false,
});

/** A call went out. */
export function started(estimate: Estimate, now: number): Estimate {
  const isProbe = estimate.shut > 0 && estimate.shutUntil <= now;
  return { ...estimate, outstanding: estimate.outstanding + 1, probing: estimate.probing || isProbe };
}

/** It was called off: that says nothing of the instance. */
export const calledOff = (estimate: Estimate): Estimate => ({
  ...estimate,
  outstanding: Math.max(0, estimate.outstanding - 1),
  probing: false,
});

/** It ended after `tookMs`. */
export function ended(estimate: Estimate, outcome: Ended, tookMs: number, now: number): Estimate {
  const failed = outcome === 'failed';
  const failure = estimate.failure + FAILURE_WEIGHT * (Number(failed) - estimate.failure);
  const next: Estimate = {
    ...calledOff(estimate),
    // A failure is often quick, which must not make the instance look fast.
    latencyMs: failed ? estimate.latencyMs : decayed(estimate, tookMs, now),
    failure,
    at: now,
    failuresInRow: failed ? estimate.failuresInRow + 1 : 0,
    shut: failed ? estimate.shut : 0,
    shutUntil: failed ? estimate.shutUntil : 0,
  };
  const wasProbe = estimate.shut > 0;
  return failed && (wasProbe || next.failuresInRow >= SHUT_AFTER || failure > SHUT_ABOVE)
    ? shut(next, now)
    : next;
}

/** It says itself that it takes no calls for a while. */
export const heldBack = (estimate: Estimate, forMs: number, now: number): Estimate => ({
  ...estimate,
  shutUntil: Math.max(estimate.shutUntil, now + Math.min(forMs, LONGEST_SHUT_MS)),
});

function shut(estimate: Estimate, now: number): Estimate {
  const forMs = Math.min(LONGEST_SHUT_MS, FIRST_SHUT_MS * 2 ** estimate.shut);
  return { ...estimate, shut: Math.min(estimate.shut + 1, 16), shutUntil: now + forMs };
}

/** A slower answer counts at once, a quicker one bit by bit: overload is noticed before it is over. */
function decayed({ at, latencyMs }: Estimate, tookMs: number, now: number): number {
  if (latencyMs === undefined || tookMs >= latencyMs) return tookMs;
  const kept = Math.exp(-Math.max(1, now - at) / LATENCY_MS);
  return latencyMs * kept + tookMs * (1 - kept);
}

/** Whether it may be given a call: shut instances get none, and one that is being tried gets no second. */
export const isOpen = ({ probing, shut: times, shutUntil }: Estimate, now: number): boolean =>
  shutUntil <= now && !(times > 0 && probing);

/** What a call there is expected to cost; only comparisons mean anything. */
export function costOf(estimate: Estimate, facets: Facets, preference: Preference, now: number): number {
  const hoped = Math.max(facets.elsewhereMs ?? (facets.roundTripMs ?? 0) + NO_LATENCY_MS, 0.1);
  const latency = estimate.latencyMs ?? hoped;
  const remembered = hoped + (latency - hoped) * Math.exp(-Math.max(0, now - estimate.at) / IDLE_MS);
  const attempts = 1 / Math.max(0.05, 1 - estimate.failure) ** 2;
  const price = (1 + (facets.price ?? 1)) ** preference.price;
  const trust = (2 - (facets.trust ?? 0.5)) ** preference.trust;
  const crowd = 1 + estimate.outstanding / CALLS_THAT_DOUBLE;
  return Math.max(remembered, 0.1) * crowd * attempts * price * trust;
}

/**
 * Index of the instance to take among those with these costs; undefined where there is none.
 *
 * @param float numbers in [0, 1), two of which are drawn.
 */
export function chosen(costs: readonly number[], float: () => number): number | undefined {
  const limit = FAR_BEHIND * Math.min(...costs);
  const near = costs.flatMap((cost, index) => (cost <= limit ? [{ cost, index }] : []));
  const first = near[Math.floor(float() * near.length)];
  if (!first || near.length === 1) return first?.index;
  const place = near.indexOf(first) + 1 + Math.floor(float() * (near.length - 1));
  const other = near[place % near.length] as (typeof near)[number];
  return other.cost < first.cost ? other.index : first.index;
}
