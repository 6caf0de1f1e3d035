import { z } from 'zod';
import { query, stream } from '../../kernel/contract.ts';

/** What happened in one stretch of time. */
export const trafficBucketSchema = z.object({
  /** When the stretch began (epoch ms). */
  at: z.number(),
  /** Calls that ended, by where they came from and went to. */
  local: z.number(),
  outgoing: z.number(),
  incoming: z.number(),
  /** Of these, calls that failed; a tool that reports an error of its own has answered. */
  errors: z.number(),
  /** Bytes of calls that crossed the network; calls between a client and a server of this machine count nothing. */
  bytesIn: z.number(),
  bytesOut: z.number(),
  /** Durations of the calls that ended, in milliseconds, within a tenth; absent where none ended. */
  p50Ms: z.number().optional(),
  p95Ms: z.number().optional(),
});
export type TrafficBucket = z.output<typeof trafficBucketSchema>;

export const trafficSchema = z.object({
  /** The last hour, a bucket for each minute, oldest first; the last one is still filling. */
  minutes: z.array(trafficBucketSchema).length(60),
  /** The last two seconds that are over. */
  live: trafficBucketSchema,
  /** Since the node started. */
  total: z.object({ calls: z.number(), errors: z.number(), bytesIn: z.number(), bytesOut: z.number() }),
});
export type Traffic = z.output<typeof trafficSchema>;

/** How long one hop of calls took lately. */
export const hopTimeSchema = z.object({
  direction: z.string(),
  hop: z.string(),
  count: z.number(),
  /** Of all calls together: where the time goes. */
  totalMs: z.number(),
  p50Ms: z.number(),
  p95Ms: z.number(),
  p99Ms: z.number(),
});
export type HopTime = z.output<typeof hopTimeSchema>;

export const metricsContract = {
  'metrics.hops': query(
    'How long each hop of calls took in the last ten to twenty minutes, the one that took most time in all first.',
    z.object({}),
    z.object({ sinceMs: z.number(), items: z.array(hopTimeSchema) }),
  ),
  'metrics.traffic': stream(
    'Calls of the last hour by minute and of the last two seconds, again while something happens (at most every two seconds).',
    z.object({}),
    trafficSchema,
  ),
};
