/**
 * The program itself and the files that it loads. A Python may be a script that looks for another one, a link, or an
 * environment beside its library: it is asked, outside, as the operator's own program that it is. Nothing is guessed from
 * where it lies: two folders above `~/.local/bin/python3` is much that is nobody's business.
 */
import { realpathSync } from 'node:fs';
import { homedir } from 'node:os';
import { basename, dirname } from 'node:path';
import { z } from 'zod';
import { AppError } from '#shared/kernel/errors.ts';
import { answerOf } from './machine.ts';

export interface Program {
  /** What to start. */
  command: string;
  /** What must be readable for it. */
  paths: string[];
}

/** Interpreters that are remembered; a machine has a few. */
const MAX_KNOWN = 16;
const QUESTION = `
import json, os, sys, sysconfig
own = [sys.executable, os.path.realpath(sys.executable), os.path.join(sys.prefix, 'pyvenv.cfg')]
names = ['stdlib', 'platstdlib', 'purelib', 'platlib']
libraries = [sysconfig.get_path(name) for name in names] + [sysconfig.get_config_var('LIBDIR')]
print(json.dumps({'command': sys.executable, 'paths': own + [path for path in libraries if path]}))
`;
const answerSchema = z.object({ command: z.string().min(1), paths: z.array(z.string()).max(32) });

/** Throws `packages.runtime_missing` for a Python that does not work. */
export function createPrograms(): (command: string) => Promise<Program> {
  const known = new Map<string, Program>();
  return async (command) => {
    if (!isPython(command)) return { command, paths: [command] };
    const program = known.get(command) ?? (await askPython(command));
    if (known.size < MAX_KNOWN) known.set(command, program);
    return program;
  };
}

const isPython = (command: string): boolean => /^python[0-9.]*$/.test(basename(command));

async function askPython(command: string): Promise<Program> {
  const path = [dirname(command), dirname(realpathSync(command))].join(':');
  const answer = await answerOf(command, ['-I', '-c', QUESTION], {
    HOME: homedir(),
    PATH: `${path}:/usr/bin:/bin`,
  });
  if (answer !== undefined) return answerSchema.parse(JSON.parse(answer));
  throw new AppError('packages.runtime_missing', `The Python at ${command} does not work.`, {
    advice: 'Install Python 3, then try again.',
    details: { runtime: 'python' },
  });
}
