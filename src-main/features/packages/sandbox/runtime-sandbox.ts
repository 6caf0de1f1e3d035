/**
 * The sandbox on Linux (bubblewrap) and macOS (seatbelt), by `@anthropic-ai/sandbox-runtime` inside this process. It is one
 * for the whole process: what it may allow at all is nothing, and each program brings its own list of paths and hosts.
 */
import { tmpdir } from 'node:os';
import type { SandboxManager, SandboxRuntimeConfig } from '@anthropic-ai/sandbox-runtime';
import { toBase64Url } from '#shared/kernel/bytes.ts';
import type { Clock } from '#shared/kernel/clock.ts';
import type { Random } from '#shared/kernel/random.ts';
import type { Log } from '../../../platform/log.ts';
import type { ProcessSpec } from '../../../platform/processes.ts';
import { type ControlGroup, type ControlGroups, findControlGroups } from './control-groups.ts';
import { watchDenials } from './denials.ts';
import { noSandbox } from './faults.ts';
import { settled } from './grants.ts';
import { innerCommand } from './inner-command.ts';
import { sweepLeftOvers } from './left-overs.ts';
import { innerLimits, outerLimits } from './limits.ts';
import { isOldBubblewrap, type Machine, TOOLS_PATH } from './machine.ts';
import { isNode, nodePermissionArgs } from './node-permissions.ts';
import { createPrograms, type Program } from './programs.ts';
import { systemPaths } from './readable.ts';
import type { Adapter, SandboxProfile, SandboxStatus } from './types.ts';
import { shellWords, tightened } from './words.ts';

const SHELL = '/bin/sh';
const COMMAND_ID_BYTES = 24;
/** A declared host must not lead into the operator's own networks, whatever its names resolve to. */
const PRIVATE_NETWORKS = ['10.0.0.0/8', '172.16.0.0/12', '192.168.0.0/16', '100.64.0.0/10', 'fc00::/7'];

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

type Library = typeof SandboxManager;

/** The library is one for the process; whoever comes first sets it up, and the last one to leave takes it down. */
let users = 0;
let ready: Promise<Library> | undefined;

/** @param machine one without problems */
export async function createRuntimeSandbox(
  { clock, log, random }: RuntimeSandboxDeps,
  machine: Machine,
  options: RuntimeSandboxOptions = {},
): Promise<Adapter> {
  const groups = options.controlGroups === false ? undefined : await findControlGroups({ clock, random });
  const programs = createPrograms();
  let isUsed = false;

  function setUp(): Promise<Library> {
    if (!isUsed) users += 1;
    isUsed = true;
    ready ??= begin(machine, options).catch((error: unknown) => {
      ready = undefined;
      throw noSandbox([String(error)]);
    });
    return ready;
  }

  return {
    status: statusOf(machine, groups),
    async confine(spec, wish, onDenied) {
      const profile = settled(wish);
      const program = await programs(spec.command);
      const library = await setUp();
      // Whoever knows the id of a program may use its hosts.
      const commandId = toBase64Url(random.bytes(COMMAND_ID_BYTES));
      const inner = innerOf({ ...spec, command: program.command }, profile);
      const group = groups?.create(profile.limits);
      const words = await wrap(library, commandId, inner.line, program, profile, machine).catch(
        async (error: unknown) => {
          await group?.remove();
          throw error;
        },
      );
      library.registerCommandNetworkLists(commandId, { allowedDomains: [...profile.hosts] });
      const stopWatching = watchDenials(library.getSandboxViolationStore(), commandId, onDenied);
      return {
        spec: outerOf(words, profile, spec, inner.env, group),
        release: once(async () => {
          stopWatching();
          library.unregisterCommandNetworkLists(commandId);
          library.cleanupAfterCommand();
          await group?.remove();
        }),
      };
    },
    async close() {
      if (!isUsed) return;
      isUsed = false;
      users -= 1;
      if (users > 0 || !ready) return;
      const library = await ready;
      ready = undefined;
      await library
        .reset()
        .catch((error: unknown) =>
          log.warn({ error: String(error) }, 'the sandbox could not be taken down in order'),
        );
    },
  };
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

/** Loads the library only now: a node without packages never needs it. */
async function begin(machine: Machine, { parentProxy }: RuntimeSandboxOptions): Promise<Library> {
  await sweepLeftOvers(tmpdir(), process.getuid?.());
  const { SandboxManager: library } = await import('@anthropic-ai/sandbox-runtime');
  const config: SandboxRuntimeConfig = {
    network: {
      allowedDomains: [],
      // These mean this machine, where other programs trust whoever comes.
      deniedDomains: ['localhost', '*.localhost'],
      deniedResolvedAddresses: PRIVATE_NETWORKS,
      ...(parentProxy ? { parentProxy: { http: parentProxy, https: parentProxy, noProxy: '' } } : {}),
    },
    filesystem: { denyRead: ['/'], allowRead: [], allowWrite: [], denyWrite: [] },
    // It would search this process's folder for settings of editors and shells, which no package may write to anyway.
    ripgrep: { command: '/bin/true' },
    mandatoryDenySearchDepth: 1,
    ...(machine.bubblewrap ? { bwrapPath: machine.bubblewrap.path } : {}),
    ...(machine.socat ? { socatPath: machine.socat } : {}),
    ...(machine.socketFilter ? { seccomp: { applyPath: machine.socketFilter } } : {}),
  };
  // Its watch over files knows one list for all programs, and would accuse each of what another may not.
  await library.initialize(config, undefined, false);
  return library;
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

/** The words of a command that is confined. Nothing is left behind where it throws. */
async function wrap(
  library: Library,
  commandId: string,
  line: string,
  program: Program,
  profile: SandboxProfile,
  machine: Machine,
): Promise<string[]> {
  const config = {
    network: { allowedDomains: [], deniedDomains: [] },
    filesystem: filesOf(library, program, profile, machine),
  };
  const options = { commandId, commandText: program.command };
  const wrapped = await library
    .wrapWithSandbox(line, SHELL, config, undefined, options)
    .catch((error: unknown) => {
      throw noSandbox([String(error)]);
    });
  const words = shellWords(wrapped);
  if (process.platform !== 'linux') return words;
  // Past some length it hands over a file instead, in which nothing can be tightened.
  if (words[0] === machine.bubblewrap?.path) return tightened(words);
  library.cleanupAfterCommand();
  throw noSandbox(['Too many paths were granted.']);
}

function filesOf(
  library: Library,
  { paths }: Program,
  { data, hosts, program, read, write }: SandboxProfile,
  { socketFilter }: Machine,
): SandboxRuntimeConfig['filesystem'] {
  // The way to the proxy, and the name `localhost` under which it is reached.
  const proxy = hosts.length > 0 ? [library.getLinuxHttpSocketPath() ?? [], '/etc/hosts'].flat() : [];
  const readable = [
    ...systemPaths(process.platform, paths),
    ...(socketFilter ? [socketFilter] : []),
    ...proxy,
    ...[program, data, ...read, ...write],
  ];
  return {
    denyRead: ['/'],
    allowRead: readable.map(literal),
    allowWrite: [data, ...write].map(literal),
    denyWrite: [],
  };
}

/** Names with brackets or stars are names, and no patterns. */
const literal = (path: string) => ({ path, literal: true as const });

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

function once(work: () => Promise<void>): () => Promise<void> {
  let done: Promise<void> | undefined;
  return () => (done ??= work());
}
