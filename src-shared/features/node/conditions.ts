/** Circumstances under which a node holds back: it goes on serving its own AI clients, but not peers. */
import { z } from 'zod';
import { command, stream } from '../../kernel/contract.ts';

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

/** A person's pause; without `until` it lasts until somebody ends it. */
export interface Pause {
  until?: number;
}

/** Longest pause that ends by itself; longer ones are meant to last. */
export const MAX_PAUSE_MS = 30 * 86_400_000;

/** Why peers are not served now, in the order in which a person is told. */
export function pauseReasons(
  pause: Pause | undefined,
  machine: MachineFacts,
  wishes: { pauseOnMetered: boolean; pauseOnBattery: boolean },
): PauseReason[] {
  const reasons: Array<[PauseReason, boolean | undefined]> = [
    ['person', pause !== undefined],
    ['suspended', machine.suspended],
    ['metered', machine.metered && wishes.pauseOnMetered],
    ['battery', machine.onBattery && wishes.pauseOnBattery],
  ];
  return reasons.flatMap(([reason, holds]) => (holds ? [reason] : []));
}

export const conditionsContract = {
  'node.conditions': stream(
    'Whether peers are served, and why not; again whenever that changed.',
    z.object({}),
    conditionsSchema,
  ),
  'node.pauseSharing': command(
    'Stops serving peers until it is resumed or the time is over; survives a restart. AI clients of this machine notice nothing.',
    z.object({ forMs: z.int().min(1000).max(MAX_PAUSE_MS).optional() }),
    conditionsSchema,
  ),
  'node.resumeSharing': command(
    'Ends a person’s pause. What the machine itself is reason for (battery, metered link) stays.',
    z.object({}),
    conditionsSchema,
  ),
  'node.reportMachine': command(
    'Tells the node what only its shell can see: battery, metered link, sleep. What is not named stays as it was.',
    machineSchema,
    conditionsSchema,
  ),
};
