import { type bottleneckContract, bottleneckOf } from '#shared/features/metrics/bottleneck.ts';
import type { HopTime, metricsContract, TrafficBucket } from '#shared/features/metrics/contract.ts';
import type { usageContract } from '#shared/features/metrics/usage.ts';
import type { Handlers } from '#shared/kernel/contract.ts';
import type { Invocation } from '#shared/features/relay/contract.ts';
import type { World } from '../world.ts';
import type { Memory } from './memory.ts';
import { answerUsage } from './usage.ts';

const MINUTE_MS = 60_000;
const LIVE_MS = 2000;

const HOPS: HopTime[] = [
  { direction: 'outgoing', hop: 'network', count: 84, totalMs: 3_612, p50Ms: 38, p95Ms: 71, p99Ms: 204 },
  { direction: 'local', hop: 'tool', count: 120, totalMs: 1_104, p50Ms: 6.2, p95Ms: 31, p99Ms: 88 },
];

/** Counts the world's own calls, and a node of some use has had a rise, a lull and a few failures before them. */
export function answerMetrics({
  calls,
  clock,
  world,
}: Memory): Handlers<typeof metricsContract & typeof bottleneckContract & typeof usageContract> {
  const bucket = (at: number, intervalMs: number, part: Partial<TrafficBucket>): TrafficBucket => {
    const inside = world.calls.filter(({ startedAt }) => startedAt >= at && startedAt < at + intervalMs);
    const count = (wanted: Invocation['direction']) =>
      inside.filter(({ direction }) => direction === wanted).length;
    return {
      at,
      local: count('local') + (part.local ?? 0),
      outgoing: count('outgoing') + (part.outgoing ?? 0),
      incoming: count('incoming') + (part.incoming ?? 0),
      errors: inside.filter(({ outcome }) => outcome === 'error').length + (part.errors ?? 0),
      bytesIn: part.bytesIn ?? 0,
      bytesOut: part.bytesOut ?? 0,
      ...(part.p50Ms === undefined ? {} : { p50Ms: part.p50Ms, p95Ms: part.p50Ms * 6 }),
    };
  };
  const earlier = (index: number): Partial<TrafficBucket> => {
    if (world.calls.length === 0) return {};
    const wave = Math.round(6 + 6 * Math.sin(index / 7));
    return {
      local: wave,
      outgoing: Math.round(wave / 2),
      incoming: index % 4 === 0 ? 3 : 1,
      errors: index % 13 === 5 ? 2 : 0,
      bytesIn: wave * 4100,
      bytesOut: wave * 1700,
      p50Ms: 9 + wave,
    };
  };
  const read = () => {
    const minute = Math.floor(clock.now() / MINUTE_MS);
    const moment = Math.floor(clock.now() / LIVE_MS) - 1;
    const minutes = Array.from({ length: 60 }, (_, index) =>
      bucket((minute - 59 + index) * MINUTE_MS, MINUTE_MS, earlier(index)),
    );
    return {
      minutes,
      live: bucket(moment * LIVE_MS, LIVE_MS, {}),
      total: {
        calls: world.calls.length,
        errors: world.calls.filter(({ outcome }) => outcome === 'error').length,
        bytesIn: 4_812_000,
        bytesOut: 1_930_000,
      },
    };
  };
  return {
    ...answerUsage(world, clock),
    'metrics.bottleneck': () => bottleneckIn(world),
    'metrics.hops': () => ({ sinceMs: 720_000, items: HOPS }),
    'metrics.traffic': (_, { signal }) => calls.follow(read, signal),
  };
}

/** The real rule over what the world's load says: its calls spend their time in one server. */
const bottleneckIn = ({ load: { maxRunning, refused, running, waiting } }: World) =>
  bottleneckOf({
    numbers: {
      sinceMs: 60_000,
      calls: 640,
      cpuShare: 0.31,
      loopShare: 0.24,
      loopDelayMs: 4,
      ...{ running, maxRunning, waiting },
      refused: { ...refused, rate: 0 },
    },
    times: [
      { resource: 'server', subject: 'everything', ms: 52_000 },
      { resource: 'policy', ms: 900 },
      { resource: 'places', ms: 8_000 },
    ],
  });
