/**
 * The sandbox on Linux (bubblewrap) and macOS (seatbelt), by `@anthropic-ai/sandbox-runtime` inside this process. It is one
 * for the whole process: what it may allow at all is nothing, and each program brings its own list of paths and hosts.
 */
import { execFile } from 'node:child_process';
import { existsSync, readdirSync, rmSync, statSync } from 'node:fs';
import { createRequire } from 'node:module';
import { dirname, join } from 'node:path';
import { tmpdir } from 'node:os';
import { promisify } from 'node:util';
import { type SandboxRuntimeConfig, SandboxManager } from '@anthropic-ai/sandbox-runtime';
import { toBase64Url } from '#shared/kernel/bytes.ts';
import type { Clock } from '#shared/kernel/clock.ts';
import { AppError } from '#shared/kernel/errors.ts';
import type { Random } from '#shared/kernel/random.ts';
import type { Log } from '../../../platform/log.ts';
import type { ProcessSpec } from '../../../platform/processes.ts';
import { findOnPath } from '../install/runtime.ts';
import { innerCommand, quoted } from './inner-command.ts';
import { processLimit, prlimitArguments, ulimitLine } from './limits.ts';
import { isNode, nodePermissions } from './node-permissions.ts';
import { systemPaths } from './readable.ts';
import type { Confined, Denial, Sandbox, SandboxProfile, SandboxStatus } from './types.ts';

const TOOLS_PATH = '/usr/local/bin:/usr/bin:/bin:/usr/local/sbin:/usr/sbin:/sbin';
const SHELL = '/bin/sh';
/** Older ones let a program out through links that it controls (CVE-2026-87766). */
const SAFE_BUBBLEWRAP = [0, 12] as const;
/** Denials of one program that are told; a program that is denied without end says nothing new. */
const MAX_DENIALS = 1_000;
/** Sockets that a killed process left in the temporary folder. */
const LEFT_OVER = /^(srt-mux-|claude-(http|socks)-)[0-9a-f]+(\.sock)?$/;
const LEFT_OVER_MS = 24 * 3_600_000;

const run = promisify(execFile);

export interface RuntimeSandboxDeps {
  clock: Clock;
  random: Random;
  log: Log;
}

/** Nothing is allowed but what a program's own list says. */
const NOTHING: SandboxRuntimeConfig = {
  network: { allowedDomains: [], deniedDomains: [] },
  filesystem: { denyRead: ['/'], allowRead: [], allowWrite: [], denyWrite: [] },
  mandatoryDenySearchDepth: 1,
};

/** The library is one for the process; whoever comes first sets it up, and the last one to leave takes it down. */
let users = 0;
let ready: Promise<void> | undefined;

export function createRuntimeSandbox({ clock, log, random }: RuntimeSandboxDeps): Sandbox {
  let isUsed = false;
  let known: Promise<SandboxStatus> | undefined;
  const status = () => (known ??= look());

  async function setUp(): Promise<void> {
    if (!isUsed) {
      isUsed = true;
      users += 1;
    }
    ready ??= begin();
    await ready;
  }

  async function begin(): Promise<void> {
    sweepLeftOvers(clock);
    try {
      // Its watch over files knows one list for all programs, and would accuse each of what another may not.
      await SandboxManager.initialize({ ...NOTHING, ...toolPaths() }, undefined, false);
    } catch (error) {
      ready = undefined;
      throw noSandbox([String(error)]);
    }
  }

  async function confine(
    spec: ProcessSpec,
    profile: SandboxProfile,
    onDenied: (denial: Denial) => void,
  ): Promise<Confined> {
    const found = await status();
    if (!found.usable) throw noSandbox(found.problems);
    await setUp();
    // Whoever knows the id of a program may use its hosts.
    const commandId = toBase64Url(random.bytes(24));
    const inner = innerCommand(spec.command, argumentsOf(spec, profile), environmentOf(spec, profile));
    SandboxManager.registerCommandNetworkLists(commandId, { allowedDomains: [...profile.hosts] });
    const stopListening = listen(commandId, onDenied);
    const release = once(() => {
      stopListening();
      SandboxManager.unregisterCommandNetworkLists(commandId);
      SandboxManager.cleanupAfterCommand();
    });
    try {
      const line = limitInside(profile, inner.line);
      const wrapped = await SandboxManager.wrapWithSandbox(line, SHELL, configOf(spec, profile), undefined, {
        commandId,
        commandText: spec.command,
      });
      return { spec: { ...outer(wrapped, profile, spec), env: { PATH: TOOLS_PATH, ...inner.env } }, release };
    } catch (error) {
      await release();
      throw noSandbox([String(error)]);
    }
  }

  function listen(commandId: string, onDenied: (denial: Denial) => void): () => void {
    const store = SandboxManager.getSandboxViolationStore();
    let told = 0;
    return store.subscribe(() => {
      const all = store.getViolationsForCommand(commandId);
      for (const { line, timestamp } of all.slice(told, MAX_DENIALS))
        onDenied({ at: timestamp.getTime(), kind: kindOf(line), what: line.slice(0, 500) });
      told = Math.max(told, all.length);
    });
  }

  return {
    status,
    confine,
    async close() {
      if (!isUsed) return;
      isUsed = false;
      users -= 1;
      if (users > 0) return;
      ready = undefined;
      await SandboxManager.reset().catch((error: unknown) =>
        log.warn({ error: String(error) }, 'the sandbox could not be taken down in order'),
      );
    },
  };
}

const argumentsOf = ({ args, command }: ProcessSpec, profile: SandboxProfile): string[] =>
  isNode(command) ? [...nodePermissions(profile), ...args] : [...args];

/** Programs that know proxies find the one that lets declared hosts through. */
const environmentOf = ({ env }: ProcessSpec, { data, hosts }: SandboxProfile): Record<string, string> => ({
  ...env,
  TMPDIR: data,
  ...(hosts.length > 0 ? { NODE_USE_ENV_PROXY: '1' } : {}),
});

function configOf({ command }: ProcessSpec, { data, hosts, program, read, write }: SandboxProfile) {
  const helper = seccompHelper();
  return {
    network: { allowedDomains: [], deniedDomains: [] },
    filesystem: {
      denyRead: ['/'],
      allowRead: [
        ...systemPaths(process.platform, [command]),
        ...(helper ? [helper] : []),
        ...(hosts.length > 0 ? proxyPaths() : []),
        ...[program, data, ...read, ...write],
      ].map(literal),
      allowWrite: [data, ...write].map(literal),
      denyWrite: [],
    },
  };
}

/** The way to the proxy, and the name `localhost` under which it is reached. */
const proxyPaths = (): string[] => [SandboxManager.getLinuxHttpSocketPath() ?? [], '/etc/hosts'].flat();

/** Names with brackets or stars are names, and no patterns. */
const literal = (path: string) => ({ path, literal: true as const });

/** The number of processes is counted inside, where the program is a user of its own. */
function limitInside(profile: SandboxProfile, line: string): string {
  if (process.platform !== 'linux' || !existsSync('/usr/bin/prlimit')) return line;
  return `/usr/bin/prlimit ${processLimit(profile).join(' ')} ${SHELL} -c ${quoted(line)}`;
}

function outer(
  wrapped: string,
  profile: SandboxProfile,
  { command, cwd }: ProcessSpec,
): Omit<ProcessSpec, 'env'> {
  if (process.platform === 'linux' && existsSync('/usr/bin/prlimit'))
    return {
      command: '/usr/bin/prlimit',
      args: [...prlimitArguments(profile, command), SHELL, '-c', `exec ${wrapped}`],
      cwd,
    };
  return { command: SHELL, args: ['-c', `${ulimitLine(profile)}${wrapped}`], cwd };
}

const kindOf = (line: string): Denial['kind'] =>
  /network|proxy|connect|domain|host/i.test(line)
    ? 'network'
    : /file|open|write|path|\//i.test(line)
      ? 'file'
      : 'other';

/** Absolute paths: what is found first on a PATH of somebody’s making must not confine anything. */
function toolPaths(): Pick<SandboxRuntimeConfig, 'bwrapPath' | 'socatPath'> {
  const bwrapPath = findOnPath(['bwrap'], TOOLS_PATH);
  const socatPath = findOnPath(['socat'], TOOLS_PATH);
  return { ...(bwrapPath ? { bwrapPath } : {}), ...(socatPath ? { socatPath } : {}) };
}

/** The library's helper that blocks Unix sockets; it runs inside and must be seen there. */
function seccompHelper(): string | undefined {
  if (process.platform !== 'linux') return undefined;
  const library = dirname(
    createRequire(import.meta.url).resolve('@anthropic-ai/sandbox-runtime/package.json'),
  );
  const path = join(
    library,
    'vendor',
    'seccomp',
    process.arch === 'arm64' ? 'arm64' : 'x64',
    'apply-seccomp',
  );
  return existsSync(path) ? path : undefined;
}

async function look(): Promise<SandboxStatus> {
  if (!['linux', 'darwin'].includes(process.platform))
    return {
      usable: false,
      kind: 'none',
      warnings: [],
      problems: [`There is no sandbox for ${process.platform}.`],
    };
  const { errors, warnings } = SandboxManager.checkDependencies(undefined);
  const version = process.platform === 'linux' ? await bubblewrapVersion() : undefined;
  const missing =
    process.platform === 'linux' && !seccompHelper() ? ['The helper that blocks sockets is missing.'] : [];
  const problems = [...errors, ...missing];
  return {
    usable: problems.length === 0,
    kind: problems.length === 0 ? 'sandbox-runtime' : 'none',
    ...(version ? { version } : {}),
    warnings: [
      ...(version && isOld(version) ? ['old_bubblewrap'] : []),
      // The system counts no processes of root.
      ...(process.getuid?.() === 0 ? ['runs_as_root'] : []),
      ...warnings,
    ],
    problems,
  };
}

async function bubblewrapVersion(): Promise<string | undefined> {
  const { bwrapPath } = toolPaths();
  if (!bwrapPath) return undefined;
  const { stdout } = await run(bwrapPath, ['--version']);
  return /[0-9]+\.[0-9]+(\.[0-9]+)?/.exec(stdout)?.[0];
}

function isOld(version: string): boolean {
  const [major = 0, minor = 0] = version.split('.').map(Number);
  return major < SAFE_BUBBLEWRAP[0] || (major === SAFE_BUBBLEWRAP[0] && minor < SAFE_BUBBLEWRAP[1]);
}

/** Only sockets, only ours, only old ones: another process may be using the rest. */
function sweepLeftOvers(clock: Clock): void {
  for (const name of readdirSync(tmpdir())) {
    if (!LEFT_OVER.test(name)) continue;
    const path = join(tmpdir(), name);
    const about = statSync(path, { throwIfNoEntry: false });
    const isOurs = about?.uid === process.getuid?.();
    if (about && isOurs && clock.now() - about.mtimeMs > LEFT_OVER_MS)
      rmSync(path, { force: true, recursive: true });
  }
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

export const noSandbox = (problems: readonly string[]): AppError =>
  new AppError('packages.no_sandbox', `Packages cannot be confined on this machine: ${problems.join(' ')}`, {
    advice:
      'Install what is missing (on Debian: bubblewrap, socat and ripgrep). Nothing that others wrote is run without.',
    details: { problems: [...problems] },
  });
