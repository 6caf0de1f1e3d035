/** From the command line to the way in which the node is hosted. */
import type { Clock } from '#shared/kernel/clock.ts';
import type { DesktopArgs } from './args.ts';
import { runNodeAsChild } from './node-run-child.ts';
import { runNodeInside } from './node-run-main.ts';
import type { RunNode } from './node-run.ts';
import { type Places, findNodeRuntime } from './places.ts';

export interface RunSurroundings {
  args: Pick<DesktopArgs, 'host' | 'daemon'>;
  dataDir: string;
  places: Places;
  /** Folder of the built main program. */
  here: string;
  /** `process.resourcesPath` */
  resources: string;
  env: NodeJS.ProcessEnv;
  clock: Clock;
}

/** As every daemon is started: a small young generation keeps it some 15 MiB smaller at rest. */
const NODE_FLAGS = ['--max-semi-space-size=4'];

/** Throws `desktop.no_runtime` or `desktop.runtime_too_old`. */
export function chooseRun({ args, dataDir, places, here, resources, env, clock }: RunSurroundings): RunNode {
  const daemon = ['daemon', '--hosted', '--data-dir', dataDir, ...args.daemon];
  const clean = withoutElectron(env);
  if (args.host === 'main') return runNodeInside({ bundle: places.commandLine, args: daemon, env: clean });
  const command = findNodeRuntime({ here, resources });
  return runNodeAsChild({ command, args: [...NODE_FLAGS, places.cli, ...daemon], env: clean }, { clock });
}

/** What steers Electron is not for the node, nor for the programs that it starts. */
const withoutElectron = (env: NodeJS.ProcessEnv): NodeJS.ProcessEnv =>
  Object.fromEntries(
    Object.entries(env).filter(([name]) => !name.startsWith('ELECTRON_') && name !== 'CHROME_DESKTOP'),
  );
