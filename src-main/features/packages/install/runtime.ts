/** Which program runs a package here: our own Node, a Python of the machine, or one that lies in the bundle. */
import { accessSync, constants } from 'node:fs';
import { delimiter, isAbsolute, join, normalize, sep } from 'node:path';
import type { StartCommand } from '#shared/features/packages/command.ts';
import type { RUNTIMES } from '#shared/features/packages/release.ts';
import { AppError } from '#shared/kernel/errors.ts';

export type Runtime = (typeof RUNTIMES)[number];

const NODE_NAMES = ['node', 'node.exe'];
const PYTHON_NAMES = ['python3', 'python', 'python.exe', 'py'];

/**
 * The absolute path of the program that the manifest means by its command.
 * Throws `packages.runtime_missing`, or `packages.bad_manifest` for a program that is none of the package's.
 *
 * @param program folder of the unpacked bundle
 * @param path where programs of the machine are looked for
 */
export function programOf(
  runtime: Runtime,
  { command }: StartCommand,
  program: string,
  path: string,
): string {
  if (runtime === 'node' && NODE_NAMES.includes(command)) return process.execPath;
  if (runtime === 'python' && PYTHON_NAMES.includes(command)) return findPython(path);
  const inside = normalize(isAbsolute(command) ? command : join(program, command));
  if (runtime === 'binary' && inside.startsWith(program + sep)) return inside;
  throw new AppError(
    'packages.bad_manifest',
    `The package would start a program that is not its own (${command.slice(0, 80)}).`,
    {
      advice: 'Its author must start it by node or python3, or by a program inside the package.',
      details: { why: 'it would start a program that is not its own' },
    },
  );
}

export function findPython(path: string): string {
  const found = findOnPath(process.platform === 'win32' ? ['python.exe', 'py.exe'] : ['python3'], path);
  if (found) return found;
  throw new AppError(
    'packages.runtime_missing',
    'This package needs Python, and there is none on this machine.',
    {
      advice: 'Install Python 3, then try again.',
      details: { runtime: 'python' },
    },
  );
}

export function findOnPath(names: readonly string[], path: string): string | undefined {
  for (const folder of path.split(delimiter))
    for (const name of names)
      if (folder !== '' && isExecutable(join(folder, name))) return join(folder, name);
  return undefined;
}

function isExecutable(path: string): boolean {
  try {
    accessSync(path, constants.X_OK);
    return true;
  } catch {
    return false; // not there, or not ours to run: the next folder may have it
  }
}
