/**
 * What a consumer says of a call besides its words: how urgent it is, how long the answer is of use, what it belongs to.
 * A claim like any other: it orders and shortens what the provider does, and grants nothing by itself. Every field is
 * optional, and nodes that do not know one leave it aside.
 */
import { z } from 'zod';
import { MAX_DEPTH } from '../access/depth.ts';
import { MAX_GRANT_BYTES } from '../access/grant.ts';

/** The most urgent first: a person waits, nobody waits now, a stream of work that may take its time. */
export const PRIORITIES = ['interactive', 'background', 'bulk'] as const;
export const prioritySchema = z.enum(PRIORITIES);
export type Priority = z.output<typeof prioritySchema>;

/** An answer that comes later than a day is of no use to anybody. */
export const MAX_TIME_LEFT_MS = 24 * 3_600_000;

export const mannerSchema = z.object({
  /**
   * The same in every attempt at one call: whoever has run it answers from memory instead of running it again. 16 random
   * bytes as base64url.
   */
  key: z.string().length(22).optional(),
  /** How long the consumer waits, counted from when the request is read: clocks are not compared. */
  timeLeftMs: z.number().int().min(1).max(MAX_TIME_LEFT_MS).optional(),
  priority: prioritySchema.optional().catch(undefined),
  /** Where the call belongs in a trace (https://www.w3.org/TR/trace-context/). */
  traceparent: z
    .string()
    .regex(/^[0-9a-f]{2}-[0-9a-f]{32}-[0-9a-f]{16}-[0-9a-f]{2}$/)
    .optional()
    .catch(undefined),
  /**
   * Grants by which the consumer passes on a call of somebody else's, as base64url, the origin's first. Absent: the call is
   * the consumer's own.
   */
  via: z
    .array(z.string().max(Math.ceil((MAX_GRANT_BYTES * 4) / 3)))
    .min(1)
    .max(MAX_DEPTH)
    .optional(),
  /** Id of the grant that the call is made under: SHA-256 of its envelope, in hex. */
  grant: z
    .string()
    .regex(/^[0-9a-f]{64}$/)
    .optional(),
});
export type Manner = z.output<typeof mannerSchema>;
