/** Who used what, how much and for how long: sums by day, without what was said. Days are those of UTC. */
import { z } from 'zod';
import { command, query } from '../../kernel/contract.ts';

/** What sums are told by. `each`: as they are kept, for exports. */
export const usageGroupSchema = z.enum(['day', 'provider', 'client', 'server', 'tool', 'each']);
export type UsageGroup = z.output<typeof usageGroupSchema>;

const usageDirectionSchema = z.enum(['local', 'outgoing', 'incoming']);

const sums = {
  calls: z.number(),
  /** Of these, calls that failed; a tool that reports an error of its own has answered. */
  errors: z.number(),
  /** Of these, results that were given again without a call. */
  cached: z.number(),
  /** Bytes of arguments and of results, whichever way they went. */
  requestBytes: z.number(),
  responseBytes: z.number(),
  /** Of all calls together. */
  durationMs: z.number(),
};
export const usageSumsSchema = z.object(sums);
export type UsageSums = z.output<typeof usageSumsSchema>;

export const usageItemSchema = z.object({
  /** `2026-11-23`. */
  day: z.iso.date().optional(),
  direction: usageDirectionSchema,
  /** Whom calls of peers came from, or whom calls went to. */
  providerId: z.string().optional(),
  providerName: z.string().optional(),
  client: z.string().optional(),
  server: z.string().optional(),
  tool: z.string().optional(),
  /**
   * `refused`: the caller had no right to any tool, so that none is named. `others`: more names came in one day than are
   * kept apart.
   */
  kind: z.enum(['refused', 'others']).optional(),
  ...sums,
});
export type UsageItem = z.output<typeof usageItemSchema>;

export const usageFilterSchema = z.object({
  days: z.int().min(1).max(3650).default(30).describe('How many days back, today included.'),
  direction: usageDirectionSchema.optional(),
  providerId: z.string().max(128).optional(),
  client: z.string().max(256).optional(),
  server: z.string().max(256).optional(),
  tool: z.string().max(256).optional(),
});
export type UsageFilter = z.input<typeof usageFilterSchema>;

export const usageAnswerSchema = z.object({
  /** First and last day that were asked for. */
  from: z.iso.date(),
  to: z.iso.date(),
  /** By day the newest first, else those with most calls first. */
  items: z.array(usageItemSchema),
  /** Of all that fits, whether it is among the items or not. */
  total: usageSumsSchema,
  /** Whether there is more than the limit let through. */
  more: z.boolean(),
});
export type UsageAnswer = z.output<typeof usageAnswerSchema>;

export const usageContract = {
  'usage.query': query(
    'Calls, failures, bytes and time by day, party, client, server or tool, each direction for itself.',
    usageFilterSchema.extend({
      by: usageGroupSchema.default('day'),
      limit: z.int().min(1).max(10_000).default(1000),
    }),
    usageAnswerSchema,
  ),
  'usage.erase': command(
    'Erases all sums of usage that are kept.',
    z.object({}),
    z.object({ erased: z.number() }),
  ),
};
