/** How nodes of one provider bring their policies together: one compares, the other answers what it has later. */
import { z } from 'zod';
import { MAX_ITEM_BYTES } from './policy-items.ts';

export const POLICY_PROTOCOL = '/toolswarm/fleet-policy/1';

/** Items of one policy; at most some 10 MB where all are decisions of usual size. */
export const MAX_ITEMS = 10_000;
/** Bytes of items in one answer or push; the rest follows. */
export const PAGE_BYTES = 1 << 20;
export const MAX_POLICY_MESSAGE = PAGE_BYTES + MAX_ITEM_BYTES + MAX_ITEMS * 160;

const bytes = z.custom<Uint8Array>((value) => value instanceof Uint8Array, 'bytes');
const items = z.array(bytes.refine(({ length }) => length <= MAX_ITEM_BYTES)).max(MAX_ITEMS);
const id = bytes.refine(({ length }) => length === 16);

export const policyRequestSchema = z.discriminatedUnion('t', [
  /** What the sender has: id, time, count, node of each item. */
  z.looseObject({
    t: z.literal('compare'),
    stamps: z.array(z.tuple([id, z.int().min(0), z.int().min(0), z.string().max(64)])).max(MAX_ITEMS),
  }),
  z.looseObject({ t: z.literal('push'), items }),
]);
export type PolicyRequest = z.output<typeof policyRequestSchema>;

export const policyAnswerSchema = z.looseObject({
  /** Later than what was compared; a first part where `more`. */
  items,
  more: z.boolean().catch(false),
  /** What the answering node lacks. */
  wanted: z.array(id).max(MAX_ITEMS),
});
export type PolicyAnswer = z.output<typeof policyAnswerSchema>;
