/** Starts servers of packages: the manifest's command in the unpacked folder, confined to what the operator agreed to. */
import { readFile } from 'node:fs/promises';
import { homedir } from 'node:os';
import { join } from 'node:path';
import { grantedPaths, startCommand } from '#shared/features/packages/command.ts';
import {
  MANIFEST_FILE,
  type PackageManifest,
  readPackageManifest,
} from '#shared/features/packages/manifest.ts';
import type { Permissions } from '#shared/features/packages/permissions.ts';
import type { PackageId } from '#shared/features/packages/release.ts';
import type { PackageSettings } from '#shared/features/packages/views.ts';
import { makePrivateFolder } from '#main/platform/files.ts';
import type { ProcessSpec } from '#main/platform/processes.ts';
import type { Launch, LaunchPackage } from '../../servers/index.ts';
import type { Denial, Sandbox, SandboxProfile } from '../sandbox/index.ts';
import type { Bundles } from '../store/bundles.ts';
import type { Places } from '../store/places.ts';
import type { KeptRelease, Releases } from '../store/releases.ts';
import { notInstalled } from './faults.ts';
import type { Generations } from './generations.ts';
import { programOf } from './runtime.ts';

const MIB = 1 << 20;
/** Files that a server may have open, and the largest that it may write. */
const OPEN_FILES = 1_024;
const LARGEST_FILE_BYTES = 1024 * MIB;

export interface LauncherDeps {
  bundles: Bundles;
  releases: Releases;
  generations: Generations;
  places: Places;
  sandbox: Sandbox;
  /** PATH of the machine's programs. */
  path(): Promise<string>;
  /** Something was denied to a package. */
  onDenied(id: PackageId, denial: Denial): void;
}

/** What a start needs to know, wherever it comes from. */
export interface StartFacts {
  kept: KeptRelease;
  permissions: Permissions;
  settings: PackageSettings;
  secret(name: string): string | undefined;
  /** Folder of its data; it is made where it is not there. */
  data: string;
  onDenied(denial: Denial): void;
}

export interface Launcher {
  /** For the servers slice. Throws `packages.not_installed`, or as {@link Launcher.prepare}. */
  launch: LaunchPackage;
  /**
   * A command, confined and ready to be spawned. Throws `packages.setting_missing`, `packages.runtime_missing`,
   * `packages.no_sandbox`, `packages.bad_manifest`, `packages.not_kept`.
   */
  prepare(facts: StartFacts, signal: AbortSignal): Promise<Launch>;
}

const never = new AbortController().signal;

export function createLauncher(deps: LauncherDeps): Launcher {
  const { bundles, generations, places, releases, sandbox } = deps;

  async function prepare(facts: StartFacts, signal: AbortSignal): Promise<Launch> {
    const { data, kept, permissions, secret, settings } = facts;
    const program = await bundles.unpacked(kept.bundle, signal);
    const manifest = await manifestIn(program);
    makePrivateFolder(data);
    const command = startCommand(manifest, settings, secret, {
      program,
      data,
      platform: process.platform as 'linux' | 'darwin' | 'win32',
    });
    const path = await deps.path();
    const spec: ProcessSpec = {
      command: programOf(manifest.server.type, command, program, path),
      args: command.args,
      cwd: data,
      env: { ...plainEnvironment(data), ...command.env },
    };
    const { release, spec: confined } = await sandbox.confine(
      spec,
      profileOf(permissions, settings, program, data),
      facts.onDenied,
    );
    return { spec: confined, release };
  }

  return {
    prepare,
    launch(_server, { generation, package: id, release }, { note, secret }) {
      const state = generations.generation(id, generation);
      const kept = releases.get(release);
      if (!state || !kept || state.release !== release) throw notInstalled(id);
      const { permissions, settings } = state;
      const onDenied = (denial: Denial) => {
        note(`denied (${denial.kind}): ${denial.what}`);
        deps.onDenied(id, denial);
      };
      return prepare({ kept, permissions, settings, secret, onDenied, data: places.dataOf(id) }, never);
    },
  };
}

export async function manifestIn(program: string): Promise<PackageManifest> {
  return readPackageManifest(new Uint8Array(await readFile(join(program, MANIFEST_FILE))));
}

/** All that it is told of this machine. */
const plainEnvironment = (data: string): Record<string, string> => ({
  HOME: data,
  TMPDIR: data,
  LANG: 'C.UTF-8',
  PATH: '/usr/local/bin:/usr/bin:/bin',
  ...(process.platform === 'win32' ? { USERPROFILE: data, TEMP: data, TMP: data } : {}),
});

function profileOf(
  permissions: Permissions,
  settings: PackageSettings,
  program: string,
  data: string,
): SandboxProfile {
  const home = homedir();
  // Not resolved here: which links may be followed, the sandbox knows.
  const granted = (paths: readonly string[]) => grantedPaths(paths, settings, home);
  return {
    program,
    data,
    read: granted(permissions.read),
    write: granted(permissions.write),
    hosts: permissions.hosts,
    limits: {
      memoryBytes: permissions.memoryMb * MIB,
      processes: permissions.processes,
      files: OPEN_FILES,
      fileBytes: LARGEST_FILE_BYTES,
    },
  };
}
