/** The first run, in steps that can be left and taken up again. */
import { z } from 'zod';

export const setupSteps = ['look', 'identity', 'connectivity', 'clients', 'server'] as const;
export type SetupStep = (typeof setupSteps)[number];

export const setupSchema = z.object({
  /** `finished`: done or skipped by the person; a node that was used before this existed counts as finished. */
  finished: z.boolean(),
  /** Where to go on. */
  step: z.enum(setupSteps),
  /** Steps that were completed, not merely passed. */
  completed: z.array(z.enum(setupSteps)),
});
export type Setup = z.output<typeof setupSchema>;
