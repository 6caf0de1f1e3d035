/**
 * The door of the node for calls of peers: rates are asked first, then for a place; where all are taken, calls wait in a
 * fair queue of a fixed size. A call that cannot be answered in the time that it has is refused at once, or at its turn, so
 * that no place is spent on answers of no use; a full queue is relieved by the provider who fills it most.
 */
import type { ScopedLimit } from '#shared/features/access/limits.ts';
import { relayError } from '#shared/features/relay/errors.ts';
import type { Clock } from '#shared/kernel/clock.ts';
import type { Priority } from '#shared/features/relay/manner.ts';
import type { Door, Place, Visit } from '../ports.ts';
import { createFairQueue, type Waiting } from './fair-queue.ts';
import { createHolds } from './holds.ts';
import { createQuotas, type Quota, type Quotas } from './quotas.ts';

export interface DoorOptions {
  /** Calls of peers that run at the same time. */
  maxRunning(): number;
  /** Calls that wait for a place, of all providers together. */
  maxWaiting(): number;
  /** Every limit that fits a call. */
  limitsOf(visit: Visit): readonly ScopedLimit[];
  /** Whether the operator knows a provider. Ids are made up without end: strangers share a part of what there is. Default: all are. */
  isKnown?(providerId: string): boolean;
}

interface Visitor extends Waiting {
  quota: Quota;
  /** Name of its tool, for how long it will take. */
  work: string;
  /** Monotonic ms after which the answer is of no use any more. */
  lateAt: number;
  admit(place: Place): void;
  refuse(error: Error): void;
}

/** How many calls were refused, and why, since the start. */
export interface DoorState {
  running: number;
  waiting: number;
  /** Providers that wait, and how many calls of each. */
  queues: Array<{ providerId: string; waiting: number }>;
  refused: Record<RefusalReason, number>;
  /** What a call holds its place for, decayed (ms). */
  holdMs: number;
}

type RefusalReason = 'rate' | 'full' | 'late' | 'shed';

const HOLD_WEIGHT = 0.05;
const FIRST_HOLD_MS = 10;
const LEAST_RETRY_MS = 50;
const MOST_RETRY_MS = 30_000;

export interface LimitedDoor extends Door {
  state(): DoorState;
  /** A server has used so many seconds of processor time, of which it may use as much as the limit says. */
  spend: Quotas['spend'];
  usedOf: Quotas['usedOf'];
}

export function createDoor(
  { clock }: { clock: Pick<Clock, 'monotonic'> },
  options: DoorOptions,
): LimitedDoor {
  const queue = createFairQueue<Visitor>();
  const quotas = createQuotas({ clock }, options.limitsOf);
  const refused: DoorState['refused'] = { rate: 0, full: 0, late: 0, shed: 0 };
  const holds = createHolds();
  const isKnown = (providerId: string): boolean => options.isKnown?.(providerId) ?? true;
  let running = 0;
  let holdMs = FIRST_HOLD_MS;

  /** A place is taken; when it comes free, whoever is next gets it. */
  function placeFor(quota: Quota, work: string): Place {
    const since = clock.monotonic();
    const end = quota.begin();
    running++;
    let isHeld = true;
    return {
      release({ failed, responseBytes }) {
        if (!isHeld) return;
        isHeld = false;
        running--;
        const held = clock.monotonic() - since;
        holdMs += HOLD_WEIGHT * (held - holdMs);
        // What failed at once says nothing about what a call takes that is answered.
        if (!failed) holds.ended(work, held);
        end(responseBytes);
        admitNext();
      },
    };
  }

  function admitNext(): void {
    while (running < options.maxRunning()) {
      const next = queue.next(({ quota }) => quota.hasRoom());
      if (!next) return;
      if (next.lateAt < clock.monotonic() + holds.needed(next.work)) next.refuse(tooLate(next));
      else next.admit(placeFor(next.quota, next.work));
    }
  }

  /** How long a provider’s next call would wait: his own before it, each as long as a round of all who wait. */
  function expectedWaitMs(providerId: string): number {
    const providers = queue.lengths().size + (queue.sizeOf(providerId) > 0 ? 0 : 1);
    return ((queue.sizeOf(providerId) + 1) * providers * holdMs) / Math.max(1, options.maxRunning());
  }

  function refusal(reason: RefusalReason, waitMs = holdMs, detail?: string): Error {
    refused[reason]++;
    const retryAfterMs = Math.round(Math.min(MOST_RETRY_MS, Math.max(LEAST_RETRY_MS, waitMs)));
    const code = ({ rate: 'relay.rate_limited', late: 'relay.too_late' } as const)[reason as 'rate' | 'late'];
    return relayError(code ?? 'relay.busy', detail, { retryAfterMs });
  }

  function tooLate({ providerId, work }: Pick<Visitor, 'providerId' | 'work'>): Error {
    holds.doubt(work);
    return refusal('late', expectedWaitMs(providerId));
  }

  /** Makes room by taking it from whoever has most waiting, if that is not who comes now. */
  function refuseWhereFull({ providerId }: Visit): void {
    if (queue.size() < options.maxWaiting() * (isKnown(providerId) ? 1 : STRANGERS_SHARE)) return;
    // Strangers make room for those who are known, never the other way round.
    const mayDrop = (other: string) => isKnown(providerId) || !isKnown(other);
    const lines = [...queue.lengths()].filter(([other]) => mayDrop(other));
    const longest = Math.max(0, ...lines.map(([, length]) => length));
    if (queue.sizeOf(providerId) + 1 >= longest) throw refusal('full', expectedWaitMs(providerId));
    const dropped = queue.dropFromLongest(mayDrop);
    dropped?.refuse(refusal('shed', expectedWaitMs(dropped.providerId)));
  }

  function wait(visit: Visit, quota: Quota, lateAt: number, signal: AbortSignal): Promise<Place> {
    return new Promise((resolve, reject) => {
      const leave = () => {
        queue.remove(visitor);
        reject(relayError('relay.cancelled'));
      };
      const visitor: Visitor = {
        providerId: visit.providerId,
        work: workOf(visit),
        priority: priorityOf(visit, isKnown(visit.providerId)),
        quota,
        lateAt,
        admit(place) {
          signal.removeEventListener('abort', leave);
          resolve(place);
        },
        refuse(error) {
          signal.removeEventListener('abort', leave);
          reject(error);
        },
      };
      queue.push(visitor);
      signal.addEventListener('abort', leave, { once: true });
    });
  }

  return {
    async enter(visit, signal) {
      if (signal.aborted) throw relayError('relay.cancelled');
      const quota = quotas.of(visit);
      const exceeded = quota.exceeded();
      if (exceeded) throw refusal('rate', exceeded.waitMs, `The limit is on ${WHAT[exceeded.rate]}.`);
      if (running < options.maxRunning() && queue.sizeOf(visit.providerId) === 0 && quota.hasRoom()) {
        quota.count();
        return placeFor(quota, workOf(visit));
      }
      const { timeLeftMs = Number.POSITIVE_INFINITY } = visit.manner;
      const work = workOf(visit);
      const { providerId } = visit;
      if (expectedWaitMs(providerId) + holds.needed(work) > timeLeftMs) throw tooLate({ providerId, work });
      refuseWhereFull(visit);
      quota.count();
      return wait(visit, quota, clock.monotonic() + timeLeftMs, signal);
    },
    spend: quotas.spend,
    usedOf: quotas.usedOf,
    state: () => ({
      running,
      waiting: queue.size(),
      queues: [...queue.lengths()].map(([providerId, waiting]) => ({ providerId, waiting })),
      refused: { ...refused },
      holdMs,
    }),
  };
}

const WHAT = {
  calls: 'calls a minute',
  in: 'bytes of arguments a minute',
  out: 'bytes of results a minute',
  cpu: 'processor time of the server a minute',
} as const;

const workOf = ({ server, tool }: Visit): string => `${server}\n${tool}`;

/** Of the places to wait in: the rest is there for those whom the operator knows. */
const STRANGERS_SHARE = 0.75;

/** Whoever is known comes before strangers who claim the same. */
function priorityOf({ manner: { priority = 'interactive' } }: Visit, isKnown: boolean): Priority {
  return isKnown || priority !== 'interactive' ? priority : 'background';
}
