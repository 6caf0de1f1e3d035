/** What limits calls now: the evidence, and the pure rule that names the resource. */
import { z } from 'zod';
import { query } from '../../kernel/contract.ts';

export const resourceSchema = z.enum([
  /** A limit that the operator has set. */
  'limit',
  /** Checking rules, arguments and results keeps the processor busy. */
  'policy',
  /** The program’s one thread has no time left. */
  'eventLoop',
  /** All places for calls of peers are taken. */
  'places',
  /** A server here has no free process, or is being started. */
  'serverQueue',
  /** A server here is at work. */
  'server',
  'network',
  /** Waiting at another provider. */
  'providerQueue',
  /** A tool at another provider is at work. */
  'provider',
  'nothing',
]);
export type Resource = z.output<typeof resourceSchema>;

export const bottleneckSchema = z.object({
  resource: resourceSchema,
  /** `full`: work waits or is refused for it. `slowest`: nothing waits; most of the time goes there. */
  state: z.enum(['full', 'slowest', 'none']),
  /** The server or the provider that is meant. */
  subject: z.string().optional(),
  subjectName: z.string().optional(),
  /** Share of the time of all calls that went there, 0 to 1. */
  share: z.number().min(0).max(1),
  numbers: z.object({
    sinceMs: z.number(),
    calls: z.number(),
    /** Of one processor core, 1 is all of it; more where several threads work. */
    cpuShare: z.number(),
    /** Share of the time in which the program’s thread was busy. */
    loopShare: z.number(),
    /** How late 99 of 100 timers were at most. */
    loopDelayMs: z.number(),
    running: z.number(),
    maxRunning: z.number(),
    waiting: z.number(),
    /** Calls refused in this time, by reason. */
    refused: z.object({ rate: z.number(), full: z.number(), late: z.number(), shed: z.number() }),
  }),
});
export type Bottleneck = z.output<typeof bottleneckSchema>;

/** Time that calls spent on one resource. */
export interface TimeOn {
  resource: Exclude<Resource, 'nothing' | 'limit' | 'eventLoop'>;
  subject?: string | undefined;
  ms: number;
}

export interface Evidence {
  numbers: Bottleneck['numbers'];
  times: readonly TimeOn[];
}

/** From here on the thread has nothing left for a rush. */
const LOOP_FULL = 0.9;
const LOOP_LATE_MS = 100;
/** Of the calls that came, so many refused by a limit are no accident. */
const REFUSED_SHARE = 0.05;
/** Of a busy thread’s calls, so much of the time in checks makes them the reason. */
const POLICY_SHARE = 0.3;
/** What takes less than this of the time is one cause among several. */
const LEADS = 0.5;
/** Fewer calls say nothing. */
const LEAST_CALLS = 5;

/** Saturation first, the strictest cause before its consequences; then whatever takes most of the time. */
export function bottleneckOf({ numbers, times }: Evidence): Bottleneck {
  const { calls, loopDelayMs, loopShare, maxRunning, refused, running, waiting } = numbers;
  const whole = times.reduce((sum, { ms }) => sum + ms, 0);
  const shareOf = (ms: number) => (whole === 0 ? 0 : Math.min(1, ms / whole));
  const slowest = times.toSorted((a, b) => b.ms - a.ms)[0];
  const named = (state: 'full' | 'slowest', { resource, subject, ms }: TimeOn): Bottleneck => ({
    resource,
    state,
    share: shareOf(ms),
    ...(subject === undefined ? {} : { subject }),
    numbers,
  });
  const full = (resource: Resource, share: number): Bottleneck => ({
    resource,
    state: 'full',
    share,
    numbers,
  });

  const came = calls + refused.full + refused.late + refused.shed;
  if (refused.rate > 0 && refused.rate >= REFUSED_SHARE * Math.max(LEAST_CALLS, came))
    return full('limit', refused.rate / Math.max(1, refused.rate, came));
  if (loopShare >= LOOP_FULL || loopDelayMs >= LOOP_LATE_MS) {
    const policy = shareOf(sumOf(times, 'policy'));
    return policy >= POLICY_SHARE ? full('policy', policy) : full('eventLoop', Math.min(1, loopShare));
  }
  // Calls wait beside free places only where a limit lets no more of theirs run at once.
  if (waiting > 0 && running < maxRunning) return full('limit', waiting / (waiting + running));
  const isFull = waiting > 0;
  // Waiting for a place is a consequence of what holds the places.
  const holder = times.filter(({ resource }) => resource !== 'places').toSorted((a, b) => b.ms - a.ms)[0];
  const held = whole - sumOf(times, 'places');
  if (isFull)
    return holder && holder.ms >= LEADS * held
      ? named('full', holder)
      : full('places', shareOf(whole - held));
  if (calls >= LEAST_CALLS && slowest && shareOf(slowest.ms) >= LEADS)
    return named(slowest.resource.endsWith('Queue') ? 'full' : 'slowest', slowest);
  return { resource: 'nothing', state: 'none', share: 0, numbers };
}

const sumOf = (times: readonly TimeOn[], wanted: Resource): number =>
  times.filter(({ resource }) => resource === wanted).reduce((sum, { ms }) => sum + ms, 0);

export const bottleneckContract = {
  'metrics.bottleneck': query(
    'What limits calls now: the resource, with the numbers of the last minute that say so.',
    z.object({}),
    bottleneckSchema,
  ),
};
