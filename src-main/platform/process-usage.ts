/** What processes use of the machine: processor time and memory, of each together with all that descends from it. */
import { execFile } from 'node:child_process';
import { readdir, readFile } from 'node:fs/promises';
import { collectDescendants } from './process-tree.ts';

const KIB = 1_024;

export interface TreeUsage {
  /** Processor time since the tree began (ms), of members that ended too, once they were waited for. */
  cpuMs: number;
  /** Resident memory of all that live; pages that several share are counted for each. */
  memoryBytes: number;
}

/** One process as the system tells of it. */
export interface ProcessUsage extends TreeUsage {
  pid: number;
  parent: number;
}

/** `roots` that live, with what their trees use. Empty where the system tells nothing (Windows). */
export async function usageOfTrees(roots: readonly number[]): Promise<Map<number, TreeUsage>> {
  if (roots.length === 0 || process.platform === 'win32') return new Map();
  const all = process.platform === 'linux' ? await usagesFromProc() : await usagesFromPs();
  return sumTrees(roots, all);
}

export function sumTrees(
  roots: readonly number[],
  processes: readonly ProcessUsage[],
): Map<number, TreeUsage> {
  const byPid = new Map(processes.map((one) => [one.pid, one]));
  const parents = processes.map(({ parent, pid }) => [pid, parent] as const);
  return new Map(
    roots
      .filter((root) => byPid.has(root))
      .map((root) => {
        const sum: TreeUsage = { cpuMs: 0, memoryBytes: 0 };
        for (const pid of [root, ...collectDescendants(root, parents)]) {
          sum.cpuMs += byPid.get(pid)?.cpuMs ?? 0;
          sum.memoryBytes += byPid.get(pid)?.memoryBytes ?? 0;
        }
        return [root, sum];
      }),
  );
}

async function usagesFromProc(): Promise<ProcessUsage[]> {
  pageBytes ??= await pageSize();
  const size = pageBytes;
  const names = (await readdir('/proc')).filter((name) => /^\d+$/.test(name));
  const found = await Promise.all(
    // A process may end between the listing and the reading.
    names.map(async (name) =>
      parseUsage(await readFile(`/proc/${name}/stat`, 'latin1').catch(() => ''), size),
    ),
  );
  return found.filter((usage) => usage !== undefined);
}

let pageBytes: number | undefined;

/** 4 KiB on most machines, 16 or 64 on some with ARM. */
async function pageSize(): Promise<number> {
  const smaps = await readFile('/proc/self/smaps', 'latin1').catch(() => '');
  const [, kib = '4'] = /^KernelPageSize:\s+(\d+) kB$/m.exec(smaps) ?? [];
  return Number(kib) * KIB;
}

/** Ticks of `/proc` are hundredths of a second on every architecture: USER_HZ is part of the kernel's interface. */
const TICK_MS = 10;
/** Fields after the name, as proc_pid_stat(5) numbers them less three: utime, stime, cutime, cstime; rss in pages. */
const TIMES = [11, 12, 13, 14] as const;
const RSS = 21;

/** A line of `/proc/<pid>/stat`; the name in it may hold spaces and parentheses. */
export function parseUsage(stat: string, pageBytes: number): ProcessUsage | undefined {
  const end = stat.lastIndexOf(')');
  const fields = stat.slice(end + 2).split(' ');
  const numberAt = (index: number) => Number(fields[index]);
  const usage = {
    pid: Number.parseInt(stat, 10),
    parent: numberAt(1),
    cpuMs: TIMES.reduce((sum, index) => sum + numberAt(index), 0) * TICK_MS,
    memoryBytes: numberAt(RSS) * pageBytes,
  };
  return end > 0 && Object.values(usage).every(Number.isFinite) ? usage : undefined;
}

function usagesFromPs(): Promise<ProcessUsage[]> {
  return new Promise((resolve) => {
    execFile('ps', ['-axo', 'pid=,ppid=,rss=,time='], (error, stdout) => {
      resolve(error ? [] : stdout.trim().split('\n').flatMap(parsePsLine));
    });
  });
}

/** `pid ppid rss time`, with memory in KiB and time as `[[dd-]hh:]mm:ss[.cc]`. */
export function parsePsLine(line: string): ProcessUsage[] {
  const [pid, parent, rss, time = ''] = line.trim().split(/\s+/);
  const [, days = '0', clock = ''] = /^(?:(\d+)-)?([\d:.]+)$/.exec(time) ?? [];
  const seconds = clock.split(':').reduce((sum, part) => sum * 60 + Number(part), 0);
  const usage = {
    pid: Number(pid),
    parent: Number(parent),
    cpuMs: Math.round((Number(days) * 86_400 + seconds) * 1_000),
    memoryBytes: Number(rss) * KIB,
  };
  return Object.values(usage).every(Number.isFinite) && clock !== '' ? [usage] : [];
}
