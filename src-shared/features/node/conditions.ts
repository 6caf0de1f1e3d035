/** Circumstances under which a node holds back: it goes on serving its own AI clients, but not peers. */
import { z } from 'zod';

export const pauseReasonSchema = z.enum(['person', 'metered', 'battery', 'suspended']);
export type PauseReason = z.output<typeof pauseReasonSchema>;

/** What a shell that can see them tells the node about the machine. A headless node is told nothing. */
export const machineSchema = z.object({
  onBattery: z.boolean().optional(),
  metered: z.boolean().optional(),
  suspended: z.boolean().optional(),
});
export type MachineFacts = z.output<typeof machineSchema>;

export const conditionsSchema = z.object({
  /** Whether peers are served now. */
  sharing: z.enum(['on', 'paused']),
  /** Why it is paused; empty while it is on. */
  reasons: z.array(pauseReasonSchema),
  /** When a person's pause ends by itself (epoch ms). */
  until: z.number().optional(),
  machine: machineSchema,
});
export type Conditions = z.output<typeof conditionsSchema>;
