/**
 * Watches what servers use of the machine, where the operator limits it or somebody looks. Processor time is charged to
 * the door, where calls of peers wait until it is paid for; a process that takes too much memory is ended, and started
 * anew when it is wanted.
 */
import type { ScopedLimit } from '#shared/features/access/limits.ts';
import {
  judgeMemory,
  type resourcesContract,
  type Sample,
  type ServerUsage,
  spentBetween,
} from '#shared/features/servers/resources.ts';
import type { Clock } from '#shared/kernel/clock.ts';
import type { Handlers } from '#shared/kernel/contract.ts';
import type { Closeable } from '#shared/kernel/disposables.ts';
import { AppError } from '#shared/kernel/errors.ts';
import type { Log } from '#main/platform/log.ts';
import type { TreeUsage } from '#main/platform/process-usage.ts';
import type { Servers } from '../features/servers/index.ts';

export interface ServerResourcesDeps {
  clock: Pick<Clock, 'every' | 'monotonic'>;
  log: Log;
  servers: Pick<Servers, 'list' | 'processes'>;
  limitOf(server: string): ScopedLimit | undefined;
  /** Takes seconds of processor time off what peers may use of the server. */
  spend(limit: ScopedLimit, cpuSeconds: number): void;
  usageOf(pids: readonly number[]): Promise<Map<number, TreeUsage>>;
}

export interface ServerResources extends Closeable {
  handlers: Handlers<typeof resourcesContract>;
}

/** Often enough that a server in a loop is stopped within seconds, seldom enough to cost nothing. */
const LOOK_MS = 2_000;

interface Tree {
  server: string;
  pid: number;
  sample: Sample;
  before: Sample | undefined;
  /** Looks in a row at which it took too much memory. */
  looks: number;
}

export function createServerResources(deps: ServerResourcesDeps): ServerResources {
  const { clock } = deps;
  /** By process id; what ended is forgotten at the next look. */
  let trees = new Map<number, Tree>();
  let looking: Promise<void> | undefined;

  async function look(): Promise<void> {
    const running = deps.servers
      .list()
      .flatMap(({ name }) => deps.servers.processes(name).map((process) => ({ ...process, server: name })));
    const usages = await deps.usageOf(running.map(({ pid }) => pid));
    const at = clock.monotonic();
    const found = new Map<number, Tree>();
    for (const { endFor, pid, server } of running) {
      const usage = usages.get(pid);
      if (!usage) continue;
      const tree = treeOf(server, pid, { ...usage, at });
      found.set(pid, tree);
      const limit = deps.limitOf(server);
      if (limit) enforce(tree, limit, endFor);
    }
    trees = found;
  }

  function treeOf(server: string, pid: number, sample: Sample): Tree {
    const known = trees.get(pid);
    // The id of a process that ended may be another server's by now.
    const before = known?.server === server ? known : undefined;
    return { server, pid, sample, before: before?.sample, looks: before?.looks ?? 0 };
  }

  function enforce(tree: Tree, limit: ScopedLimit, endFor: (reason: AppError) => void): void {
    const { before, pid, sample, server } = tree;
    deps.spend(limit, spentBetween(before, sample) / 1_000);
    const { isTooMuch, looks } = judgeMemory(tree.looks, sample, limit.memoryMib);
    tree.looks = looks;
    if (!isTooMuch) return;
    deps.log.warn({ server, pid, bytes: sample.memoryBytes }, 'a server took more memory than it may');
    endFor(tooMuchMemory(server, limit.memoryMib ?? 0));
  }

  const lookOnce = (): Promise<void> => (looking ??= look().finally(() => (looking = undefined)));

  const isLimited = ({ name }: { name: string }): boolean => {
    const { cpuSecondsPerMinute, memoryMib } = deps.limitOf(name) ?? {};
    return cpuSecondsPerMinute !== undefined || memoryMib !== undefined;
  };

  const timer = clock.every(LOOK_MS, () => {
    if (!deps.servers.list().some(isLimited)) return;
    lookOnce().catch((error: unknown) => {
      deps.log.warn({ err: error }, 'what servers use could not be measured');
    });
  });

  return {
    handlers: {
      async 'servers.usage'() {
        await lookOnce();
        return { items: usagesOf([...trees.values()]) };
      },
    },
    close: () => timer.cancel(),
  };
}

function usagesOf(trees: readonly Tree[]): ServerUsage[] {
  const names = [...new Set(trees.map(({ server }) => server))];
  return names.map((server) => {
    const own = trees.filter((tree) => tree.server === server);
    const shares = own.flatMap(({ before, sample }) =>
      before && sample.at > before.at ? [(100 * spentBetween(before, sample)) / (sample.at - before.at)] : [],
    );
    return {
      server,
      processes: own.length,
      ...(shares.length > 0 ? { cpuPercent: sum(shares) } : {}),
      memoryBytes: sum(own.map(({ sample }) => sample.memoryBytes)),
    };
  });
}

const sum = (numbers: readonly number[]): number => numbers.reduce((total, number) => total + number, 0);

const tooMuchMemory = (server: string, memoryMib: number): AppError =>
  new AppError('servers.over_memory', `${server} took more memory than the ${memoryMib} MiB that it may.`, {
    advice: 'It is started anew; ask for less at once, or have its limit raised.',
    retryable: true,
  });
