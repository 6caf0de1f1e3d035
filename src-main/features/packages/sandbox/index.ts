/**
 * One way to run what others wrote: a program sees its own folder, its own data and what the operator agreed to, reaches
 * the hosts that were declared, and is denied everything else. Where this machine cannot do that, nothing is run.
 *
 *     const sandbox = createSandbox({ clock, random, log });
 *     const { release, spec } = await sandbox.confine(plain, profile, (denial) => log.warn(denial));
 *     const process = await processes.spawn(spec);
 *     await process.exited.then(release);
 */
import type { Clock } from '#shared/kernel/clock.ts';
import type { Random } from '#shared/kernel/random.ts';
import type { Log } from '../../../platform/log.ts';
import { createRuntimeSandbox } from './runtime-sandbox.ts';
import type { Sandbox } from './types.ts';

export type { Confined, Denial, Sandbox, SandboxProfile, SandboxStatus } from './types.ts';

export function createSandbox(deps: { clock: Clock; random: Random; log: Log }): Sandbox {
  return createRuntimeSandbox(deps);
}
