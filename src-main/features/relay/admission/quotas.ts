/** What is used of each limit: buckets that refill with time, and calls that run. */
import { type Limit, type LimitScope, scopeName, type ScopedLimit } from '#shared/features/access/limits.ts';
import {
  type Bucket,
  fullBucket,
  type Rate,
  refilled,
  taken,
  waitFor,
} from '#shared/features/relay/buckets.ts';
import type { Clock } from '#shared/kernel/clock.ts';
import type { Visit } from '../ports.ts';

/** Scopes whose use is remembered; the one not used for longest goes first, those with calls that run stay. */
const MAX_SCOPES = 10_000;
const KIB = 1024;

interface Use {
  running: number;
  buckets: Partial<Record<RateName, Bucket>>;
}

type RateName = 'calls' | 'in' | 'out' | 'cpu';

/** The limit that refuses, and when it would not. */
export interface Exceeded {
  scope: LimitScope;
  rate: RateName;
  waitMs: number;
}

/** The limits that fit one call, as they were when it came. */
export interface Quota {
  /** The rate that refuses the call now; the one that does so longest. */
  exceeded(): Exceeded | undefined;
  /** Takes the call and its arguments off the rates. */
  count(): void;
  /** Whether fewer run than may. */
  hasRoom(): boolean;
  /** It runs; the function is told the bytes of its answer when it has ended. */
  begin(): (responseBytes: number) => void;
}

export interface Quotas {
  of(visit: Visit): Quota;
  /** A server has used so many seconds of processor time: whoever calls next waits until they are paid for. */
  spend(limit: ScopedLimit, cpuSeconds: number): void;
  /** What is used of a limit now: calls that run, and the share that is used up most. */
  usedOf(limit: ScopedLimit): { running: number; used: number };
  /** Calls that run under a scope. */
  running(scope: LimitScope, providerId?: string): number;
}

export function createQuotas(
  { clock }: { clock: Pick<Clock, 'monotonic'> },
  limitsOf: (visit: Visit) => readonly ScopedLimit[],
): Quotas {
  /** The scope used last stands last. */
  const uses = new Map<string, Use>();

  function usageOf(key: string): Use {
    const use = uses.get(key) ?? { running: 0, buckets: {} };
    uses.delete(key);
    uses.set(key, use);
    if (uses.size > MAX_SCOPES) forgetOne();
    return use;
  }

  function forgetOne(): void {
    for (const [key, { running }] of uses) if (running === 0) return void uses.delete(key);
  }

  /** Without another turn in the order of use. */
  const currentAt = (key: string): Use => uses.get(key) ?? usageOf(key);

  const bucketOf = (use: Use, name: RateName, rate: Rate): Bucket => {
    const now = clock.monotonic();
    return refilled(use.buckets[name] ?? fullBucket(rate, now), rate, now);
  };

  /** Of the places and rates of a limit, the share that is used up most. */
  function shareOf(use: Use, limit: ScopedLimit): number {
    const places = limit.concurrent === undefined ? 0 : use.running / limit.concurrent;
    const rates = ratesOf(limit).map(([name, rate]) => 1 - bucketOf(use, name, rate).tokens / rate.burst);
    return Math.max(0, places, ...rates);
  }

  const take = (use: Use, name: RateName, rate: Rate, amount: number): void =>
    void (use.buckets[name] = taken(bucketOf(use, name, rate), amount));

  return {
    of(visit) {
      // Found anew each time: what is not used while the call waits may have been forgotten and begun again.
      const scopes = limitsOf(visit).map((limit) => {
        const key = keyOf(limit.scope, visit.providerId);
        usageOf(key);
        return { limit, rates: ratesOf(limit), found: () => currentAt(key) };
      });
      return {
        exceeded() {
          let worst: Exceeded | undefined;
          for (const { found, limit, rates } of scopes)
            for (const [rate, of] of rates) {
              // Bytes may have gone into debt, which is paid before more are taken.
              const waitMs = waitFor(bucketOf(found(), rate, of), of, rate === 'calls' ? 1 : 0);
              if (waitMs > (worst?.waitMs ?? 0)) worst = { scope: limit.scope, rate, waitMs };
            }
          return worst;
        },
        count() {
          for (const { found, rates } of scopes)
            for (const [name, rate] of rates)
              if (name === 'calls') take(found(), name, rate, 1);
              else if (name === 'in') take(found(), name, rate, visit.requestBytes);
        },
        hasRoom: () =>
          scopes.every(
            ({ found, limit }) => found().running < (limit.concurrent ?? Number.POSITIVE_INFINITY),
          ),
        begin() {
          const running = scopes.map(({ found, rates }) => ({ rates, use: found() }));
          for (const { use } of running) use.running++;
          return (responseBytes) => {
            for (const { rates, use } of running) {
              use.running--;
              for (const [name, rate] of rates) if (name === 'out') take(use, name, rate, responseBytes);
            }
          };
        },
      };
    },
    spend(limit, cpuSeconds) {
      for (const [name, rate] of ratesOf(limit))
        if (name === 'cpu') take(usageOf(keyOf(limit.scope, '')), name, rate, cpuSeconds);
    },
    usedOf(limit) {
      const key = limit.scope.kind === 'each' ? 'each ' : undefined;
      const own = key
        ? [...uses].filter(([name]) => name.startsWith(key)).map(([, use]) => use)
        : [uses.get(keyOf(limit.scope, ''))].filter((use) => use !== undefined);
      const shares = own.map((use) => ({ running: use.running, used: shareOf(use, limit) }));
      return shares.reduce((most, one) => (one.used > most.used ? one : most), { running: 0, used: 0 });
    },
    running: (scope, providerId = '') => uses.get(keyOf(scope, providerId))?.running ?? 0,
  };
}

/** What is used is kept per provider where the limit is one for each. */
const keyOf = (scope: LimitScope, providerId: string): string =>
  scope.kind === 'each' ? `each ${providerId}` : scopeName(scope);

/** A sixth of a minute’s worth may come at once. */
const BURST = 1 / 6;
const LEAST_BURST = 10;

/** The same limits are asked for with every call; they are replaced, never changed. */
const ratesKnown = new WeakMap<Limit, Array<[RateName, Rate]>>();

function ratesOf(limit: Limit): Array<[RateName, Rate]> {
  const known = ratesKnown.get(limit);
  if (known) return known;
  const rates = ratesIn(limit);
  ratesKnown.set(limit, rates);
  return rates;
}

function ratesIn(limit: Limit): Array<[RateName, Rate]> {
  const { callsPerMinute, cpuSecondsPerMinute, kibInPerMinute, kibOutPerMinute } = limit;
  return [
    ...(callsPerMinute === undefined ? [] : [['calls', rateOf(callsPerMinute, LEAST_BURST)] as const]),
    ...(kibInPerMinute === undefined ? [] : [['in', rateOf(kibInPerMinute * KIB, KIB)] as const]),
    ...(kibOutPerMinute === undefined ? [] : [['out', rateOf(kibOutPerMinute * KIB, KIB)] as const]),
    ...(cpuSecondsPerMinute === undefined ? [] : [['cpu', rateOf(cpuSecondsPerMinute, 1)] as const]),
  ].map(([name, rate]) => [name, rate]);
}

/** A limit below the least burst is a limit all the same. */
const rateOf = (perMinute: number, least: number): Rate => ({
  perMinute,
  burst: Math.max(1, Math.min(perMinute, Math.max(least, perMinute * BURST))),
});
