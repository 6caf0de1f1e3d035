/** Who descends from a process; for ending programs (browsers, say) that left the group they were started in. */
import { execFile } from 'node:child_process';
import { readdir, readFile } from 'node:fs/promises';

/** Process ids of all descendants of `root`, nearest first. POSIX only; empty where nothing can be learnt. */
export async function descendantsOf(root: number): Promise<number[]> {
  const parents = process.platform === 'linux' ? await parentsFromProc() : await parentsFromPs();
  return collectDescendants(root, parents);
}

/** @param parents pairs of process id and parent's process id. */
export function collectDescendants(
  root: number,
  parents: ReadonlyArray<readonly [number, number]>,
): number[] {
  const children = new Map<number, number[]>();
  for (const [pid, parent] of parents) {
    const siblings = children.get(parent);
    if (siblings) siblings.push(pid);
    else children.set(parent, [pid]);
  }
  const found = [...(children.get(root) ?? [])];
  for (const pid of found) found.push(...(children.get(pid) ?? []));
  return found;
}

interface ProcessEntry {
  pid: number;
  /** One letter: `Z` has ended and only waits to be noticed. */
  state: string;
  parent: number;
  group: number;
}

/** Linux: every process as `/proc` shows it. */
async function readProc(): Promise<ProcessEntry[]> {
  const names = (await readdir('/proc')).filter((name) => /^\d+$/.test(name));
  const entries = await Promise.all(
    names.map(async (name) => {
      // A process may end between the listing and the reading.
      const stat = await readFile(`/proc/${name}/stat`, 'latin1').catch(() => '');
      return parseStat(stat);
    }),
  );
  return entries.filter((entry) => entry !== undefined);
}

/** `pid (name) state parent group …`, where the name may hold spaces and parentheses. */
export function parseStat(stat: string): ProcessEntry | undefined {
  const [, state, parent, group] = /^\) (\S) (\d+) (\d+) /.exec(stat.slice(stat.lastIndexOf(')'))) ?? [];
  if (!state || !parent || !group) return undefined;
  return { pid: Number.parseInt(stat, 10), state, parent: Number(parent), group: Number(group) };
}

/**
 * Which of `pids` still run, or lead a group that does. A process that has ended but that nobody has waited for (in a
 * container without an init) counts as gone, which a signal alone cannot tell.
 */
export async function stillRunning(pids: readonly number[]): Promise<number[]> {
  if (process.platform !== 'linux' || pids.length === 0) return [...pids];
  const running = (await readProc()).filter(({ state }) => state !== 'Z' && state !== 'X');
  return pids.filter((pid) => running.some((entry) => entry.pid === pid || entry.group === pid));
}

/** Linux: processes whose environment holds `mark`, wherever they went. Empty elsewhere. */
export async function processesMarked(mark: string): Promise<number[]> {
  if (process.platform !== 'linux') return [];
  const names = (await readdir('/proc')).filter((name) => /^\d+$/.test(name));
  const marked = await Promise.all(
    names.map(async (name) => {
      // Gone already, or another user's: none of ours either way.
      const environment = await readFile(`/proc/${name}/environ`, 'latin1').catch(() => '');
      return environment.includes(mark) ? Number(name) : undefined;
    }),
  );
  return marked.filter((pid) => pid !== undefined);
}

const parentsFromProc = async (): Promise<Array<[number, number]>> =>
  (await readProc()).map(({ pid, parent }) => [pid, parent]);

function parentsFromPs(): Promise<Array<[number, number]>> {
  return new Promise((resolve) => {
    execFile('ps', ['-axo', 'pid=,ppid='], (error, stdout) => {
      const lines = error ? [] : stdout.trim().split('\n');
      resolve(lines.map((line) => line.trim().split(/\s+/).map(Number) as [number, number]));
    });
  });
}
