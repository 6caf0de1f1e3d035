/**
 * Containers, where there is no sandbox: Docker or Podman, whose service answers and who has the image already. They reach no
 * network at all: which hosts a container may reach, neither of them can say.
 */
import { toBase64Url } from '#shared/kernel/bytes.ts';
import { AppError } from '#shared/kernel/errors.ts';
import type { Random } from '#shared/kernel/random.ts';
import type { ProcessSpec } from '../../../platform/processes.ts';
import { findOnPath } from '../install/runtime.ts';
import { settled } from './grants.ts';
import { innerCommand } from './inner-command.ts';
import { processLimit } from './limits.ts';
import { answerOf, TOOLS_PATH } from './machine.ts';
import { isNode, nodePermissionArgs } from './node-permissions.ts';
import type { Adapter, SandboxProfile } from './types.ts';

const ENGINES = ['podman', 'docker'];
/** Debian with Node; the programs themselves come from this machine. Nothing is fetched. */
export const IMAGE = 'node:24-bookworm-slim';
const TEMPORARY = '/tmp:rw,nosuid,nodev,size=64m';
const NAME_BYTES = 12;

export interface Engine {
  path: string;
  version: string;
}

/** The first engine that answers and has the image. */
export async function findEngine(toolsPath: string): Promise<Engine | undefined> {
  for (const name of ENGINES) {
    const path = findOnPath([name], toolsPath);
    const version = path && (await answerOf(path, ['version', '--format', '{{.Server.Version}}']));
    if (path && version && (await answerOf(path, ['image', 'inspect', '--format', '{{.Id}}', IMAGE])))
      return { path, version };
  }
  return undefined;
}

export function createContainers({ random }: { random: Random }, engine: Engine): Adapter {
  return {
    status: { usable: true, kind: 'container', version: engine.version, warnings: [], problems: [] },
    async confine(spec, wish) {
      if (wish.hosts.length > 0) throw noHosts(wish.hosts);
      const profile = settled(wish);
      const name = `toolswarm-${toBase64Url(random.bytes(NAME_BYTES))}`;
      const { args, env } = containerCommand(name, spec, profile, userId());
      return {
        spec: { command: engine.path, args, cwd: profile.data, env: { PATH: TOOLS_PATH, ...env } },
        // A container outlives the program that asked for it, when that is killed.
        release: async () => void (await answerOf(engine.path, ['rm', '--force', name])),
      };
    },
    close: () => Promise.resolve(),
  };
}

/**
 * The words after `docker` or `podman`, and the variables that they need. Pure.
 *
 * @param user `uid:gid` that owns the data; empty where the engine decides
 */
export function containerCommand(
  name: string,
  { args, command, cwd, env }: ProcessSpec,
  profile: SandboxProfile,
  user: string,
): { args: string[]; env: Record<string, string> } {
  const { data, limits, program, read, write } = profile;
  const words = isNode(command) ? [...nodePermissionArgs(profile), ...args] : args;
  const inner = innerCommand(command, words, { HOME: data, TMPDIR: data, ...env }, { proxies: false });
  const shown = [...(command.startsWith(`${program}/`) ? [] : [command]), program, ...read];
  return {
    env: inner.env,
    args: [
      ...['run', '--rm', '--interactive', '--init', '--pull=never', `--name=${name}`],
      ...[
        '--network=none',
        '--read-only',
        '--cap-drop=ALL',
        '--security-opt=no-new-privileges',
        '--ipc=private',
      ],
      `--memory=${limits.memoryBytes}`,
      `--memory-swap=${limits.memoryBytes}`,
      `--pids-limit=${processLimit(limits)}`,
      ...[`--ulimit=nofile=${limits.files}`, `--ulimit=fsize=${limits.fileBytes}`, '--ulimit=core=0'],
      `--tmpfs=${TEMPORARY}`,
      ...(user === '' ? [] : [`--user=${user}`]),
      ...shown.map((path) => mount(path, ',readonly')),
      ...[data, ...write].map((path) => mount(path, '')),
      `--workdir=${cwd ?? data}`,
      // By name alone: the values come from the environment, where nobody else reads them.
      ...Object.keys(inner.env).map((variable) => `--env=${variable}`),
      ...['--entrypoint=/bin/sh', IMAGE, '-c', inner.line],
    ],
  };
}

/** In the engines' own list format, where a comma ends a part. */
function mount(path: string, suffix: string): string {
  if (!/[,"\n]/.test(path)) return `--mount=type=bind,source=${path},target=${path}${suffix}`;
  throw new AppError(
    'packages.path_missing',
    `The package may use ${path}, which a container cannot be shown.`,
    {
      advice: 'Choose a folder without commas and quotes in its name.',
      details: { path },
    },
  );
}

const userId = (): string => [process.getuid?.() ?? [], process.getgid?.() ?? []].flat().join(':');

const noHosts = (hosts: readonly string[]): AppError =>
  new AppError(
    'packages.no_sandbox',
    `This package reaches ${hosts.slice(0, 3).join(', ')}; in a container it would reach every host or none.`,
    { advice: 'Install bubblewrap and socat, which confine packages to the hosts they declare.' },
  );
