/**
 * Runs a confined program until it is killed: `doomed-sandbox.ts FOLDER`. Prints the line that the program prints.
 * FOLDER holds `program/main.mjs` and `data`.
 */
import { join } from 'node:path';
import { createSandbox } from '#main/features/packages/sandbox/index.ts';
import { createProcesses } from '#main/platform/processes.ts';
import { LIMITS, sandboxDeps } from './confined.ts';

const [folder = ''] = process.argv.slice(2);
const program = join(folder, 'program');
const data = join(folder, 'data');
const { spec } = await createSandbox(sandboxDeps).confine(
  { command: process.execPath, args: [join(program, 'main.mjs')], cwd: data, env: {} },
  { program, data, read: [], write: [], hosts: [], limits: LIMITS },
  () => undefined,
);
const { stdout } = await createProcesses(sandboxDeps).spawn(spec);
stdout.pipe(process.stdout);
