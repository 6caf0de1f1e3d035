/**
 * What this node remembers of the instances that it calls, and the choice among them. An instance is one node that offers a
 * tool; tools of one node differ in how long they take, so each has an estimate of its own.
 */
import {
  calledOff,
  chosen,
  costOf,
  type Ended,
  ended,
  type Estimate,
  type Facets,
  heldBack,
  isOpen,
  newEstimate,
  type Preference,
  started,
} from '#shared/features/relay/choosing.ts';
import type { Clock } from '#shared/kernel/clock.ts';
import type { PeerId } from '#shared/kernel/ids.ts';
import type { Random } from '#shared/kernel/random.ts';

/** Estimates kept; the ones not used for longest go first, those with calls under way stay. */
const MAX_ESTIMATES = 8_192;

export interface Candidate extends Facets {
  peerId: PeerId;
}

/** One call at one instance. Exactly one of its endings is to be called. */
export interface Attempt {
  readonly peerId: PeerId;
  ended(outcome: Ended): void;
  /** Nobody wanted the answer any more, or what failed was not the instance. */
  calledOff(): void;
  /** It asked to be left alone for so long (ms). */
  heldBack(forMs: number): void;
}

export interface Instances {
  /** Takes the better of two of those that are open; undefined where all are shut, or there are none. */
  choose(tool: string, candidates: readonly Candidate[]): Attempt | undefined;
  /** The same for one that was chosen otherwise. */
  attempt(tool: string, peerId: PeerId): Attempt;
  /** How an instance stands, for people. */
  state(tool: string, peerId: PeerId): Readonly<Estimate> | undefined;
}

export function createInstances(
  { clock, random }: { clock: Pick<Clock, 'monotonic'>; random: Random },
  options: { preference(): Preference },
): Instances {
  /** By tool and node; the one used last stands last. */
  const estimates = new Map<string, Estimate>();
  const keyOf = (tool: string, peerId: PeerId) => `${peerId} ${tool}`;
  const float = () => random.float();

  function put(key: string, estimate: Estimate): void {
    estimates.delete(key);
    estimates.set(key, estimate);
    if (estimates.size <= MAX_ESTIMATES) return;
    for (const [other, { outstanding }] of estimates)
      if (outstanding === 0) return void estimates.delete(other);
  }

  const estimateOf = (key: string, now: number): Estimate => estimates.get(key) ?? newEstimate(now);

  function attempt(tool: string, peerId: PeerId): Attempt {
    const key = keyOf(tool, peerId);
    const begun = clock.monotonic();
    put(key, started(estimateOf(key, begun), begun));
    const change = (next: (estimate: Estimate, now: number) => Estimate): void => {
      const now = clock.monotonic();
      put(key, next(estimateOf(key, now), now));
    };
    return {
      peerId,
      ended: (outcome) => change((estimate, now) => ended(estimate, outcome, now - begun, now)),
      calledOff: () => change(calledOff),
      heldBack: (forMs) => change((estimate, now) => heldBack(calledOff(estimate), forMs, now)),
    };
  }

  return {
    attempt,
    choose(tool, candidates) {
      const now = clock.monotonic();
      const preference = options.preference();
      const open = candidates.flatMap((candidate) => {
        const estimate = estimateOf(keyOf(tool, candidate.peerId), now);
        return isOpen(estimate, now) ? [{ candidate, estimate }] : [];
      });
      const known = open.flatMap(({ estimate }) => estimate.latencyMs ?? []);
      const elsewhereMs = known.length > 0 ? Math.min(...known) : undefined;
      const costs = open.map(({ candidate, estimate }) =>
        costOf(estimate, { ...candidate, elsewhereMs }, preference, now),
      );
      const place = chosen(costs, float);
      return place === undefined
        ? undefined
        : attempt(tool, (open[place] as (typeof open)[number]).candidate.peerId);
    },
    state: (tool, peerId) => estimates.get(keyOf(tool, peerId)),
  };
}
