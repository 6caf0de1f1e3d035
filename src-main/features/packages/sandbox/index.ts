/**
 * One way to run what others wrote: a program sees its own folder, its own data and what the operator agreed to, reaches
 * the hosts that were declared, and is denied everything else. Where this machine cannot do that, nothing is run.
 *
 *     const sandbox = createSandbox({ clock, random, log });
 *     const { release, spec } = await sandbox.confine(plain, profile, (denial) => log.warn(denial));
 *     const process = await processes.spawn(spec);
 *     await process.exited.then(release);
 */
import { createContainers, findEngine } from './container.ts';
import { noSandbox } from './faults.ts';
import { lookAround, TOOLS_PATH } from './machine.ts';
import {
  createRuntimeSandbox,
  type RuntimeSandboxDeps,
  type RuntimeSandboxOptions,
} from './runtime-sandbox.ts';
import type { Adapter, Sandbox } from './types.ts';

export { nodePermissionArgs } from './node-permissions.ts';
export type { Confined, Denial, Sandbox, SandboxProfile, SandboxStatus } from './types.ts';

export interface SandboxOptions extends RuntimeSandboxOptions {
  /** Folders, as in `PATH`, in which bubblewrap, socat and container engines are looked for. */
  toolsPath?: string;
}

export function createSandbox(deps: RuntimeSandboxDeps, options: SandboxOptions = {}): Sandbox {
  let chosen: Promise<Adapter> | undefined;
  const adapter = () => (chosen ??= choose(deps, options));
  return {
    status: async () => (await adapter()).status,
    confine: async (spec, profile, onDenied) => (await adapter()).confine(spec, profile, onDenied),
    close: async () => (await chosen)?.close(),
  };
}

async function choose(deps: RuntimeSandboxDeps, options: SandboxOptions): Promise<Adapter> {
  const toolsPath = options.toolsPath ?? TOOLS_PATH;
  const machine = await lookAround(toolsPath);
  if (machine.problems.length === 0) return createRuntimeSandbox(deps, machine, options);
  const engine = await findEngine(toolsPath);
  return engine ? createContainers(deps, engine) : nothing(machine.problems);
}

const nothing = (problems: string[]): Adapter => ({
  status: { usable: false, kind: 'none', warnings: [], problems },
  confine: () => Promise.reject(noSandbox(problems)),
  close: () => Promise.resolve(),
});
