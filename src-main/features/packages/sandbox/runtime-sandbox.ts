/** The sandbox on Linux (bubblewrap) and macOS (seatbelt). */
import { toBase64Url } from '#shared/kernel/bytes.ts';
import type { Clock } from '#shared/kernel/clock.ts';
import { AppError } from '#shared/kernel/errors.ts';
import type { Random } from '#shared/kernel/random.ts';
import type { Log } from '../../../platform/log.ts';
import type { ProcessSpec } from '../../../platform/processes.ts';
import { type ControlGroup, type ControlGroups, findControlGroups } from './control-groups.ts';
import { watchDenials } from './denials.ts';
import { noSandbox } from './faults.ts';
import { settled } from './grants.ts';
import { innerCommand } from './inner-command.ts';
import { type Files, shareManager, type SharedManager, wrapAlone, wrapWithProxy } from './library.ts';
import { innerLimits, outerLimits } from './limits.ts';
import { isOldBubblewrap, type Machine, TOOLS_PATH } from './machine.ts';
import { isNode, nodePermissionArgs } from './node-permissions.ts';
import { createPrograms, type Program } from './programs.ts';
import { systemPaths } from './readable.ts';
import type { Adapter, Denial, SandboxProfile, SandboxStatus } from './types.ts';
import { shellWords, tightened } from './words.ts';

const SHELL = '/bin/sh';
const COMMAND_ID_BYTES = 24;

export interface RuntimeSandboxDeps {
  clock: Clock;
  random: Random;
  log: Log;
}

export interface RuntimeSandboxOptions {
  /** The proxy through which declared hosts are reached: `http://name:port`. Default: what the environment says. */
  parentProxy?: string | undefined;
  /** Whether control groups are used where they may be made. Default true. */
  controlGroups?: boolean;
}

/** What is to be confined: a line of a shell, what it sees, and whom it may reach. */
interface Wish {
  line: string;
  files: Files;
  hosts: readonly string[];
  onDenied: (denial: Denial) => void;
}

/** A command line that is confined, and what ends what it needs. */
interface Wrapped {
  words: string[];
  cleanUp(): void;
}

/** @param machine one without problems */
export async function createRuntimeSandbox(
  { clock, log, random }: RuntimeSandboxDeps,
  machine: Machine,
  options: RuntimeSandboxOptions = {},
): Promise<Adapter> {
  const groups = options.controlGroups === false ? undefined : await findControlGroups({ clock, random });
  const manager = shareManager(machine, options.parentProxy);
  const programs = createPrograms();

  return {
    status: statusOf(machine, groups),
    async confine(spec, wish, onDenied) {
      const profile = settled(wish);
      const program = await programs(spec.command);
      const inner = innerOf({ ...spec, command: program.command }, profile);
      const files = filesOf(program, profile, machine);
      const wrapped = await wrap({ line: inner.line, files, hosts: profile.hosts, onDenied });
      const group = makeGroup(groups, profile, wrapped);
      return {
        spec: outerOf(wrapped.words, profile, spec, inner.env, group),
        release: once(() => {
          wrapped.cleanUp();
          group?.remove();
        }),
      };
    },
    close: () =>
      manager
        .close()
        .catch((error: unknown) =>
          log.warn({ error: String(error) }, 'the sandbox could not be taken down in order'),
        ),
  };

  async function wrap(wish: Wish): Promise<Wrapped> {
    const isAlone = process.platform === 'linux' && wish.hosts.length === 0;
    try {
      return isAlone
        ? await wrapWithoutHosts(machine, wish)
        : await wrapWithHosts({ manager, random, machine }, wish);
    } catch (error) {
      throw error instanceof AppError ? error : noSandbox([String(error)]);
    }
  }
}

async function wrapWithoutHosts(machine: Machine, { files, line }: Wish): Promise<Wrapped> {
  const { cleanUp, wrapped } = await wrapAlone(machine, line, files);
  return { words: wordsOf(wrapped, machine, cleanUp), cleanUp };
}

async function wrapWithHosts(
  { machine, manager: shared, random }: { machine: Machine; manager: SharedManager; random: Random },
  { files, hosts, line, onDenied }: Wish,
): Promise<Wrapped> {
  const manager = await shared.get();
  // Whoever knows the id of a program may use its hosts.
  const commandId = toBase64Url(random.bytes(COMMAND_ID_BYTES));
  // The way to the proxy, and the name `localhost` under which it is reached.
  const proxy = hosts.length > 0 ? [manager.getLinuxHttpSocketPath() ?? [], '/etc/hosts'].flat() : [];
  const wrapped = await wrapWithProxy(manager, commandId, line, {
    ...files,
    read: [...files.read, ...proxy],
  });
  const words = wordsOf(wrapped, machine, () => manager.cleanupAfterCommand());
  manager.registerCommandNetworkLists(commandId, { allowedDomains: [...hosts] });
  const stopWatching = watchDenials(manager.getSandboxViolationStore(), commandId, onDenied);
  const cleanUp = () => {
    stopWatching();
    manager.unregisterCommandNetworkLists(commandId);
    manager.cleanupAfterCommand();
  };
  return { words, cleanUp };
}

function wordsOf(wrapped: string, machine: Machine, cleanUp: () => void): string[] {
  const words = shellWords(wrapped);
  if (process.platform !== 'linux') return words;
  // Past some length the library hands over a file instead, in which nothing can be tightened.
  if (words[0] === machine.bubblewrap?.path) return tightened(words);
  cleanUp();
  throw noSandbox(['Too many paths were granted.']);
}

function makeGroup(
  groups: ControlGroups | undefined,
  { limits }: SandboxProfile,
  { cleanUp }: Wrapped,
): ControlGroup | undefined {
  try {
    return groups?.create(limits);
  } catch (error) {
    cleanUp();
    throw noSandbox([String(error)]);
  }
}

function statusOf({ bubblewrap }: Machine, groups: ControlGroups | undefined): SandboxStatus {
  const isUncounted = process.getuid?.() === 0 && groups === undefined;
  return {
    usable: true,
    kind: 'sandbox-runtime',
    ...(bubblewrap ? { version: bubblewrap.version } : {}),
    warnings: [
      ...(bubblewrap && isOldBubblewrap(bubblewrap.version) ? ['old_bubblewrap'] : []),
      ...(isUncounted ? ['no_process_limit'] : []),
    ],
    problems: [],
  };
}

const innerOf = ({ args, command, env }: ProcessSpec, profile: SandboxProfile) =>
  innerCommand(
    command,
    isNode(command) ? [...nodePermissionArgs(profile), ...args] : args,
    {
      HOME: profile.data,
      TMPDIR: profile.data,
      ...env,
      // Programs that know proxies find the one that lets declared hosts through; Node knows it by this name.
      ...(profile.hosts.length > 0 ? { NODE_USE_ENV_PROXY: '1' } : {}),
    },
    { proxies: profile.hosts.length > 0, before: innerLimits(profile.limits) },
  );

const filesOf = (
  { paths }: Program,
  { data, program, read, write }: SandboxProfile,
  { socketFilter }: Machine,
): Files => ({
  read: [
    ...systemPaths(process.platform, paths),
    ...(socketFilter ? [socketFilter] : []),
    ...[program, data, ...read, ...write],
  ],
  write: [data, ...write],
});

/** A shell that takes the limits upon itself and becomes the sandbox. It sees no variable of the package. */
function outerOf(
  words: readonly string[],
  { limits }: SandboxProfile,
  { command, cwd }: ProcessSpec,
  env: Record<string, string>,
  group: ControlGroup | undefined,
): ProcessSpec {
  const script = [...(group ? [group.join] : []), outerLimits(limits, command), 'exec "$@"'].join('\n');
  return {
    command: SHELL,
    args: ['-c', script, 'sandbox', ...words],
    cwd,
    env: { PATH: TOOLS_PATH, ...env },
  };
}

function once(work: () => void): () => Promise<void> {
  let isDone = false;
  return () => {
    if (!isDone) {
      isDone = true;
      work();
    }
    return Promise.resolve();
  };
}
