/** Collects what the report on bottlenecks goes by: the time of calls by resource, over the last half to whole minute. */
import type { Bottleneck, Evidence, TimeOn } from '#shared/features/metrics/bottleneck.ts';
import { bottleneckOf } from '#shared/features/metrics/bottleneck.ts';
import type { Clock } from '#shared/kernel/clock.ts';
import type { Closeable } from '#shared/kernel/disposables.ts';

/** Two stretches are looked at: the one that fills, and the one before. */
const STRETCH_MS = 30_000;
/** Servers and providers told apart in a stretch; what comes after them is one without a name. */
const MAX_SUBJECTS = 500;

/** A call that ended, with where its time went. */
export interface MeasuredCall {
  direction: 'local' | 'outgoing' | 'incoming';
  server: string;
  providerId?: string | undefined;
  hops?: ReadonlyArray<{ hop: string; ms: number }> | undefined;
}

export interface Door {
  running: number;
  maxRunning: number;
  waiting: number;
  refused: Bottleneck['numbers']['refused'];
}

export interface Bottlenecks extends Closeable {
  note(call: MeasuredCall): void;
  report(): Bottleneck;
}

interface ProcessNumbers {
  cpuShare: number;
  loopShare: number;
  loopDelayMs: number;
}

interface Stretch {
  at: number;
  calls: number;
  times: Map<string, TimeOn>;
  /** What had been refused when it began. */
  refused: Door['refused'];
  process: ProcessNumbers;
}

export function createBottlenecks(deps: {
  clock: Pick<Clock, 'monotonic' | 'every'>;
  door(): Door;
  /** How busy the process was since it was last asked. */
  process(): ProcessNumbers;
}): Bottlenecks {
  const { clock } = deps;
  const begin = (process: ProcessNumbers): Stretch => ({
    at: clock.monotonic(),
    calls: 0,
    times: new Map(),
    refused: deps.door().refused,
    process,
  });
  let current = begin({ cpuShare: 0, loopShare: 0, loopDelayMs: 0 });
  let previous: Stretch | undefined;

  const timer = clock.every(STRETCH_MS, () => {
    current.process = deps.process();
    previous = current;
    current = begin(previous.process);
  });

  function add(resource: TimeOn['resource'], subject: string | undefined, ms: number): void {
    const wanted = `${resource} ${subject ?? ''}`;
    const isNew = !current.times.has(wanted);
    const key = isNew && current.times.size >= MAX_SUBJECTS ? `${resource} ` : wanted;
    const found = current.times.get(key);
    if (found) found.ms += ms;
    else current.times.set(key, { resource, ms, ...(key === wanted && subject ? { subject } : {}) });
  }

  function evidence(): Evidence {
    const door = deps.door();
    const first = previous ?? current;
    const since = first.refused;
    const all = [current, ...(previous ? [previous] : [])];
    return {
      numbers: {
        sinceMs: Math.round(clock.monotonic() - first.at),
        calls: all.reduce((sum, { calls }) => sum + calls, 0),
        ...current.process,
        running: door.running,
        maxRunning: door.maxRunning,
        waiting: door.waiting,
        refused: {
          rate: door.refused.rate - since.rate,
          full: door.refused.full - since.full,
          late: door.refused.late - since.late,
          shed: door.refused.shed - since.shed,
        },
      },
      times: joined(all),
    };
  }

  return {
    note({ direction, hops = [], providerId, server }) {
      current.calls++;
      for (const { hop, ms } of hops) {
        const on = resourceOf(hop, direction);
        if (on) add(on, SUBJECTS[on] === 'server' ? server : SUBJECTS[on] && providerId, ms);
      }
    },
    report() {
      // Short readings of a busy moment count as well: a report is asked for while something is slow.
      if (clock.monotonic() - current.at >= 1000) current.process = deps.process();
      return bottleneckOf(evidence());
    },
    close: () => timer.cancel(),
  };
}

function joined(stretches: readonly Stretch[]): TimeOn[] {
  const sums = new Map<string, TimeOn>();
  for (const { times } of stretches)
    for (const [key, on] of times) sums.set(key, { ...on, ms: on.ms + (sums.get(key)?.ms ?? 0) });
  return [...sums.values()];
}

/** Whose the resource is: a server's here, or another provider's. */
const SUBJECTS: Partial<Record<TimeOn['resource'], 'server' | 'provider'>> = {
  server: 'server',
  serverQueue: 'server',
  network: 'provider',
  provider: 'provider',
  providerQueue: 'provider',
};

const RESOURCES: Readonly<Record<string, TimeOn['resource']>> = {
  endpoint: 'policy',
  check: 'policy',
  verify: 'policy',
  connect: 'network',
  network: 'network',
  remote: 'provider',
  peerCheck: 'provider',
  peerTool: 'provider',
  peerQueue: 'providerQueue',
  peerStart: 'providerQueue',
  start: 'serverQueue',
  tool: 'server',
};

/** Calls of peers wait at the door, those of this machine for a process of the server. */
function resourceOf(hop: string, direction: MeasuredCall['direction']): TimeOn['resource'] | undefined {
  if (hop === 'queue') return direction === 'incoming' ? 'places' : 'serverQueue';
  return Object.hasOwn(RESOURCES, hop) ? RESOURCES[hop] : undefined;
}
