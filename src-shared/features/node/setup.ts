/** The first run, in steps that can be left and taken up again. */
import { z } from 'zod';
import { command, query } from '../../kernel/contract.ts';

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

/** The step after `step`, with `step` among the completed where it was. The last step stays until the whole is finished. */
export function advanceSetup(setup: Setup, step: SetupStep, completed: boolean): Setup {
  const done = new Set(setup.completed);
  if (completed) done.add(step);
  return {
    ...setup,
    step: setupSteps[setupSteps.indexOf(step) + 1] ?? step,
    completed: setupSteps.filter((known) => done.has(known)),
  };
}

export const setupContract = {
  'setup.get': query('How far the first run has come.', z.object({}), setupSchema),
  'setup.advance': command(
    'Leaves a step of the first run for the next one: completed, or passed over.',
    z.object({ step: z.enum(setupSteps), completed: z.boolean() }),
    setupSchema,
  ),
  'setup.finish': command(
    'Ends the first run, whatever steps are left; it is not shown by itself again.',
    z.object({}),
    setupSchema,
  ),
  'setup.restart': command(
    'Begins the first run anew; nothing that was set up is lost.',
    z.object({}),
    setupSchema,
  ),
};
