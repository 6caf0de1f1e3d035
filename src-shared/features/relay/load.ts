/** What the door for calls of peers sees: how many run, who waits, what was refused. */
import { z } from 'zod';
import { limitScopeSchema } from '../access/limits.ts';
import { stream } from '../../kernel/contract.ts';

export const loadSchema = z.object({
  running: z.number(),
  maxRunning: z.number(),
  waiting: z.number(),
  maxWaiting: z.number(),
  /** Providers that wait, the one with most calls first; at most 50. */
  queues: z
    .array(z.object({ providerId: z.string(), name: z.string().optional(), waiting: z.number() }))
    .max(50),
  /** Refused since the start: over a rate, with a full queue, too late for the time they had, given up for others. */
  refused: z.object({ rate: z.number(), full: z.number(), late: z.number(), shed: z.number() }),
  /** What is used of each limit now, the most used first; at most 100. */
  limits: z
    .array(
      z.object({
        scope: limitScopeSchema,
        /** Calls that run under it; of a limit that holds for each provider, those of the one who uses most. */
        running: z.number(),
        /** Of whatever it limits, what is used up most: 0 to 1, more while a debt is paid. */
        used: z.number(),
      }),
    )
    .max(100),
  /** What a call holds its place for, decayed (ms). */
  holdMs: z.number(),
});
export type Load = z.output<typeof loadSchema>;

export const loadContract = {
  'relay.load': stream(
    'How busy this node is with calls of peers: now, and again while it changes (at most once a second).',
    z.object({}),
    loadSchema,
  ),
};
