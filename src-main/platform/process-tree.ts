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

async function parentsFromProc(): Promise<Array<[number, number]>> {
  const names = (await readdir('/proc')).filter((name) => /^\d+$/.test(name));
  const pairs = await Promise.all(
    names.map(async (name): Promise<[number, number] | undefined> => {
      // A process may end between the listing and the reading.
      const stat = await readFile(`/proc/${name}/stat`, 'latin1').catch(() => '');
      // `pid (name) state ppid …`; the name may hold spaces and parentheses.
      const parent = /^\) \S (\d+)/.exec(stat.slice(stat.lastIndexOf(')')))?.[1];
      return parent ? [Number(name), Number(parent)] : undefined;
    }),
  );
  return pairs.filter((pair) => pair !== undefined);
}

function parentsFromPs(): Promise<Array<[number, number]>> {
  return new Promise((resolve) => {
    execFile('ps', ['-axo', 'pid=,ppid='], (error, stdout) => {
      const lines = error ? [] : stdout.trim().split('\n');
      resolve(lines.map((line) => line.trim().split(/\s+/).map(Number) as [number, number]));
    });
  });
}
