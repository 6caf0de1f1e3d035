/** Programs that run inside a real sandbox, each in folders of its own. */
import { chmod, mkdir, mkdtemp, realpath, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import {
  createSandbox,
  type Denial,
  type Sandbox,
  type SandboxProfile,
} from '#main/features/packages/sandbox/index.ts';
import { systemClock } from '#main/platform/clock.ts';
import { silentLog } from '#main/platform/log.ts';
import { createProcesses, type ManagedProcess } from '#main/platform/processes.ts';
import { systemRandom } from '#main/platform/random.ts';

export const sandboxDeps = { clock: systemClock, random: systemRandom, log: silentLog };
const MIB = 1 << 20;
export const LIMITS = { memoryBytes: 256 * MIB, processes: 64, files: 256, fileBytes: MIB };

/** Whether the tests of the sandbox can run here, and if not, why, in words for their title. */
export async function whetherConfined(): Promise<{ isLeftOut: boolean; why: string }> {
  const { problems, usable } = await createSandbox(sandboxDeps).status();
  // Root on Linux can have it: there its absence is a failure.
  const isLeftOut = !usable && !(process.platform === 'linux' && process.getuid?.() === 0);
  return { isLeftOut, why: usable ? '' : ` (${problems.join(', ')})` };
}

export interface Wish extends Partial<SandboxProfile> {
  /** Name of the file of the program; default `main.mjs`. */
  file?: string;
  env?: Record<string, string>;
  /** What runs it; default this Node. With `/bin/sh` Node runs without its own permissions. */
  command?: string;
  /** As the user `nobody`; needs root. */
  asNobody?: boolean;
  sandbox?: Sandbox;
}

export interface Running {
  child: ManagedProcess;
  denials: Denial[];
  program: string;
  data: string;
  end(): Promise<void>;
}

export interface Ended extends Omit<Running, 'child' | 'end'> {
  text: string;
  words: string;
}

export interface ConfinedPrograms {
  readonly sandbox: Sandbox;
  readonly root: string;
  start(script: string, wish?: Wish): Promise<Running>;
  /** What it printed when it had ended. */
  run(script: string, wish?: Wish): Promise<Ended>;
  /** The value of each expression, or the code of its failure, inside and without Node's own permissions. */
  tryAll(tries: Record<string, string>, wish?: Wish): Promise<Record<string, unknown>>;
  close(): Promise<void>;
}

export async function createConfinedPrograms(): Promise<ConfinedPrograms> {
  const sandbox = createSandbox(sandboxDeps);
  const processes = createProcesses({ clock: systemClock });
  const root = await realpath(await mkdtemp(join(tmpdir(), 'sandbox-')));
  let started = 0;

  async function start(script: string, wish: Wish = {}): Promise<Running> {
    const { asNobody = false, command = process.execPath, env = {}, file = 'main.mjs', ...rest } = wish;
    const { sandbox: used = sandbox, ...profile } = rest;
    started += 1;
    const program = join(root, `program-${started}`);
    const data = join(root, `data-${started}`);
    for (const folder of [program, data]) await mkdir(folder);
    for (const folder of asNobody ? [root, program, data] : []) await chmod(folder, 0o777);
    const path = join(program, file);
    await writeFile(path, script);
    const denials: Denial[] = [];
    const { release, spec } = await used.confine(
      {
        command,
        args: command === '/bin/sh' ? ['-c', `exec ${process.execPath} ${path}`] : [path],
        cwd: data,
        env,
      },
      { program, data, read: [], write: [], hosts: [], limits: LIMITS, ...profile },
      (denial) => denials.push(denial),
    );
    const nobody = ['--reuid=65534', '--regid=65534', '--clear-groups', '--', spec.command, ...spec.args];
    const child = await processes.spawn(
      asNobody ? { ...spec, command: '/usr/bin/setpriv', args: nobody } : spec,
    );
    const end = async () => {
      await child.end();
      await release();
    };
    return { child, denials, program, data, end };
  }

  async function run(script: string, wish: Wish = {}): Promise<Ended> {
    const { child, denials, program, data, end } = await start(script, wish);
    const [text, words] = await Promise.all([textOf(child.stdout), textOf(child.stderr), child.exited]);
    await end();
    return { text: text.trim(), words, denials, program, data };
  }

  return {
    sandbox,
    root,
    start,
    run,
    async tryAll(tries, wish = {}) {
      const read = [...(wish.read ?? []), process.execPath];
      const { text, words } = await run(attempts(tries), { command: '/bin/sh', ...wish, read });
      if (words !== '') throw new Error(words);
      return JSON.parse(text) as Record<string, unknown>;
    },
    async close() {
      await processes.close();
      await sandbox.close();
      await rm(root, { recursive: true, force: true });
    },
  };
}

async function textOf(stream: NodeJS.ReadableStream): Promise<string> {
  let text = '';
  for await (const chunk of stream) text += String(chunk);
  return text;
}

const attempts = (tries: Record<string, string>): string => `
  import fs from 'node:fs'; import net from 'node:net'; import os from 'node:os';
  import child from 'node:child_process'; import dns from 'node:dns/promises';
  const connect = (...to) => new Promise((resolve) => {
    const socket = net.connect(...to);
    socket.on('connect', () => { socket.destroy(); resolve('connected'); });
    socket.on('error', ({ code }) => resolve(code));
  });
  const fetched = (url) => fetch(url).then((answer) => answer.status, (error) => error.cause?.code ?? error.message);
  const tries = { ${Object.entries(tries)
    .map(([name, code]) => `${JSON.stringify(name)}: async () => (${code})`)
    .join(', ')} };
  const found = {};
  for (const [name, attempt] of Object.entries(tries)) {
    try { found[name] = await attempt(); } catch (error) { found[name] = error.code ?? error.message; }
  }
  console.log(JSON.stringify(found));`;
