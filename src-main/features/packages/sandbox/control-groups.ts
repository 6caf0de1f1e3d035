/**
 * Control groups of Linux, where this user may make them: they count the processes and the memory of a whole sandbox, of root
 * too. Of version 1 only the processes are counted.
 */
import { execFile } from 'node:child_process';
import { mkdirSync, readdirSync, readFileSync, rmdirSync, writeFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { toBase64Url } from '#shared/kernel/bytes.ts';
import type { Clock } from '#shared/kernel/clock.ts';
import type { Random } from '#shared/kernel/random.ts';
import { processLimit } from './limits.ts';
import type { SandboxProfile } from './types.ts';

const PREFIX = 'toolswarm-';
/** The shells and relays around the program use so much. */
const OWN_BYTES = 32 << 20;
/** Processes that were killed leave their group a moment later. */
const LEAVE_TRIES = 6;
const LEAVE_MS = 10;
const SHELL = '/bin/sh';
const NAME_BYTES = 9;

export interface ControlGroupsDeps {
  clock: Clock;
  random: Random;
}

export interface ControlGroup {
  /** Words of a shell: it joins the group, or ends. */
  join: string;
  /** After all of its processes ended. */
  remove(): void;
}

export interface ControlGroups {
  create(limits: SandboxProfile['limits']): ControlGroup;
}

/**
 * Folders below which groups that count processes may be made, best first. Pure.
 *
 * @param membership text of `/proc/self/cgroup`
 * @param mounts text of `/proc/self/mountinfo`
 */
export function groupFolders(membership: string, mounts: string): string[] {
  const own = membership.split('\n').map((line) => line.split(':'));
  return mounts.split('\n').flatMap((line) => {
    const [fields = '', rest = ''] = line.split(' - ');
    const [, , , root = '/', point = ''] = fields.split(' ');
    const [type, , options = ''] = rest.split(' ');
    const isPids = type === 'cgroup' && options.split(',').includes('pids');
    if (!isPids && type !== 'cgroup2') return [];
    const path = own.find(([, controllers]) =>
      isPids ? controllers?.split(',').includes('pids') : controllers === '',
    )?.[2];
    if (path === undefined) return [];
    const here = join(point, root !== '/' && path.startsWith(root) ? path.slice(root.length) : path).replace(
      /\/$/,
      '',
    );
    // Version 2: a group with processes of its own has no children that count; then one beside it may.
    return isPids || here === point ? [here] : [here, dirname(here)];
  });
}

/** The first place where a group can be made and joined; undefined where there is none. */
export async function findControlGroups(deps: ControlGroupsDeps): Promise<ControlGroups | undefined> {
  if (process.platform !== 'linux') return undefined;
  const folders = groupFolders(
    readFileSync('/proc/self/cgroup', 'utf8'),
    readFileSync('/proc/self/mountinfo', 'utf8'),
  );
  for (const folder of folders) {
    const groups = controlGroupsIn(folder, deps);
    if (await isJoinable(groups)) {
      sweep(folder);
      return groups;
    }
  }
  return undefined;
}

function controlGroupsIn(folder: string, { clock, random }: ControlGroupsDeps): ControlGroups {
  return {
    create(limits) {
      const path = join(folder, `${PREFIX}${process.pid}-${toBase64Url(random.bytes(NAME_BYTES))}`);
      mkdirSync(path);
      writeFileSync(join(path, 'pids.max'), String(processLimit(limits)));
      const isCounted = readdirSync(path).includes('memory.max');
      if (isCounted) writeFileSync(join(path, 'memory.max'), String(limits.memoryBytes + OWN_BYTES));
      return { join: `echo 0 > '${path}/cgroup.procs' || exit 126`, remove: () => remove(path, clock) };
    },
  };
}

async function isJoinable(groups: ControlGroups): Promise<boolean> {
  let group: ControlGroup;
  try {
    group = groups.create({ memoryBytes: 64 << 20, processes: 1, files: 64, fileBytes: 0 });
  } catch {
    return false; // not ours to make, or it does not count: that is the answer
  }
  const joined = await new Promise<boolean>((resolve) => {
    execFile(SHELL, ['-c', `{ ${group.join}; } 2>/dev/null`], { env: {} }, (error) =>
      resolve(error === null),
    );
  });
  group.remove();
  return joined;
}

/** What is still busy is tried again a moment later, and what is busy then is left to the next start. */
function remove(path: string, clock: Clock, tries = 0): void {
  if (isRemoved(path) || tries === LEAVE_TRIES) return;
  clock.after(LEAVE_MS * 2 ** tries, () => remove(path, clock, tries + 1));
}

/** Groups of nodes that were killed. */
function sweep(folder: string): void {
  for (const name of readdirSync(folder).filter((known) => known.startsWith(PREFIX)))
    if (!isRunning(Number(name.slice(PREFIX.length).split('-')[0]))) isRemoved(join(folder, name));
}

function isRemoved(path: string): boolean {
  try {
    rmdirSync(path);
    return true;
  } catch (error) {
    // Somebody was faster; or its processes still run, and it stays for now.
    return (error as NodeJS.ErrnoException).code === 'ENOENT';
  }
}

function isRunning(pid: number): boolean {
  try {
    return process.kill(pid, 0);
  } catch (error) {
    return (error as NodeJS.ErrnoException).code !== 'ESRCH';
  }
}
