/**
 * Installs, changes and takes back. The order is always the same: bytes first, verified and on the disk; then the state in
 * the database; then the servers, which follow it. A kill in between is mended by `reconcile` at the next start.
 */
import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { checkSettings } from '#shared/features/packages/command.ts';
import {
  derivedFrom,
  MANIFEST_FILE,
  type PackageManifest,
  readPackageManifest,
} from '#shared/features/packages/manifest.ts';
import type { Permissions } from '#shared/features/packages/permissions.ts';
import type { PackageId, ReleaseId } from '#shared/features/packages/release.ts';
import type { PackageGeneration, PackageSettings } from '#shared/features/packages/views.ts';
import type { ServerChange } from '#shared/features/servers/contract.ts';
import { serverConfigSchema } from '#shared/features/servers/config.ts';
import { equalBytes } from '#shared/kernel/bytes.ts';
import { type CborValue, encodeCbor, sha256Bytes } from '#shared/kernel/canonical.ts';
import type { Clock } from '#shared/kernel/clock.ts';
import { toErrorShape } from '#shared/kernel/errors.ts';
import type { Log } from '../../../platform/log.ts';
import type { Grants } from '../../access/index.ts';
import type { Servers, Vaults } from '../../servers/index.ts';
import type { Bundles } from '../store/bundles.ts';
import type { KeptRelease, Releases } from '../store/releases.ts';
import {
  busyPackage,
  doesNotStart,
  lying,
  noSuchSecret,
  nothingEarlier,
  notInstalled,
  notKept,
} from './faults.ts';
import type { Generation, Generations, Installed } from './generations.ts';
import { createPins } from './pins.ts';
import { createReconcile } from './reconcile.ts';
import { endedAt, freeName, goBackTo, keptSettings, secretsIn, transportOf } from './rules.ts';

export interface InstallWish {
  kept: KeptRelease;
  settings: PackageSettings;
  secretValues: Readonly<Record<string, string>>;
  /** What the operator agreed to. */
  permissions: Permissions;
  /** Name of its server; absent: its own, or the next that is free. */
  server?: string | undefined;
}

export interface RollbackOutcome {
  to: Generation;
  grantsRevoked: number;
  secretsRemoved: string[];
  tookMs: number;
}

export interface Installer {
  /**
   * Installs a release whose bundle lies here, or brings the installed package to it. What ran before runs on until the
   * new one has shown that it starts. Throws `packages.does_not_start`, `packages.lying_manifest`, `packages.busy_package`.
   */
  install(wish: InstallWish, signal: AbortSignal): Promise<Installed>;
  /** Settings and secrets; what is not named stays. */
  configure(
    id: PackageId,
    settings: PackageSettings,
    secretValues: Readonly<Record<string, string>>,
    signal: AbortSignal,
  ): Promise<Installed>;
  /** Throws `packages.nothing_earlier` or `packages.not_kept`. */
  rollback(
    id: PackageId,
    generation: number | undefined,
    reason?: PackageGeneration['reason'],
  ): Promise<RollbackOutcome>;
  remove(id: PackageId): Promise<void>;
  /**
   * Gives a profile a version of its own, which runs beside the current one; without a release it sees the current one
   * again. Throws `packages.not_kept` or `packages.does_not_start`.
   */
  pin(id: PackageId, profile: string, release: ReleaseId | undefined, signal: AbortSignal): Promise<void>;
  /** Makes the servers what the database says; after a start, and whenever they may differ. */
  reconcile(): Promise<void>;
}

export interface InstallerDeps {
  clock: Clock;
  log: Log;
  bundles: Bundles;
  releases: Releases;
  generations: Generations;
  vaults: Vaults;
  servers: Servers;
  grants: Pick<Grants, 'made' | 'revoke'>;
  /** What is installed is shown otherwise. */
  onChanged(): void;
  /** A server runs this release now. */
  onRunning(installed: Installed, kept: KeptRelease): void;
}

export function createInstaller(deps: InstallerDeps): Installer {
  const { bundles, clock, generations, grants, releases, servers, vaults } = deps;
  const busy = new Set<PackageId>();
  const currentOf = (id: PackageId): Generation => generations.current(id) ?? fail(notInstalled(id));
  const pins = createPins({ ...deps, currentOf, check: manifestOf });
  const reconcile = createReconcile({ ...deps, currentOf, changeTo });

  /** One change of a package at a time: a second one would be decided on what is no longer so. */
  async function alone<T>(id: PackageId, work: () => Promise<T>): Promise<T> {
    if (busy.has(id)) throw busyPackage(id);
    busy.add(id);
    try {
      return await work();
    } finally {
      busy.delete(id);
    }
  }

  const secretNames = ({ user_config: declared }: PackageManifest): string[] =>
    Object.entries(declared).flatMap(([name, { sensitive }]) => (sensitive ? [name] : []));

  /** Unpacks, and compares what the bundle says of itself with what was signed. */
  async function manifestOf(kept: KeptRelease, signal: AbortSignal): Promise<PackageManifest> {
    const folder = await bundles.unpacked(kept.bundle, signal);
    const bytes = await readFile(join(folder, MANIFEST_FILE)).catch(() => undefined); // told as a lie below
    if (!bytes || !saysTheSame(kept, new Uint8Array(bytes))) throw lying();
    return readPackageManifest(new Uint8Array(bytes));
  }

  async function prepare(
    wish: InstallWish,
    reason: PackageGeneration['reason'],
    signal: AbortSignal,
  ): Promise<{ next: Generation; secrets: Record<string, string> }> {
    const { kept, permissions, secretValues } = wish;
    const manifest = await manifestOf(kept, signal);
    const before = generations.current(kept.package);
    const settings = { ...keptSettings(manifest, before?.settings ?? {}), ...wish.settings };
    checkSettings(manifest, settings);
    const names = secretNames(manifest);
    const unknown = Object.keys(secretValues).find((name) => !names.includes(name));
    if (unknown !== undefined) throw noSuchSecret(unknown);
    const secrets = { ...(before ? secretsIn(vaults, before.vault, names) : {}), ...secretValues };
    const vault = vaults.create(kept.release.name, secrets);
    const next = generations.append({
      package: kept.package,
      at: clock.now(),
      reason,
      goneBackTo: undefined,
      release: kept.id,
      permissions,
      settings,
      vault,
    });
    return { next, secrets };
  }

  async function change(
    wish: InstallWish,
    reason: PackageGeneration['reason'],
    signal: AbortSignal,
  ): Promise<Installed> {
    const { kept } = wish;
    const { next, secrets } = await prepare(wish, reason, signal);
    try {
      const installed = generations.get(kept.package);
      if (installed) await runInstead(installed, next, secrets, signal);
      else await runFirst(wish, next, secrets, signal);
    } catch (error) {
      generations.drop(kept.package, next.generation);
      vaults.drop(next.vault);
      throw error;
    }
    const installed = generations.get(kept.package) as Installed;
    deps.onRunning(installed, kept);
    return installed;
  }

  async function runFirst(
    { kept, server }: InstallWish,
    next: Generation,
    secretValues: Record<string, string>,
    signal: AbortSignal,
  ): Promise<void> {
    const name = server ?? freeName(servers, kept.release.name);
    const config = serverConfigSchema.parse({ name, transport: transportOf(next) });
    const view = await servers.add(config, secretValues);
    if (signal.aborted || view.problem) {
      await servers.remove(name);
      signal.throwIfAborted();
      throw doesNotStart(kept, view.problem);
    }
    generations.switchTo(kept.package, next.generation, name, clock.now());
  }

  async function runInstead(
    { server, package: id }: Installed,
    next: Generation,
    secrets: Record<string, string>,
    signal: AbortSignal,
  ): Promise<void> {
    const kept = releases.get(next.release) as KeptRelease;
    try {
      await servers.update(server, changeTo(server, next, secrets), { signal });
    } catch (error) {
      signal.throwIfAborted();
      const problem = doesNotStart(kept, toErrorShape(error));
      generations.setProblem(id, toErrorShape(problem));
      throw problem;
    }
    generations.switchTo(id, next.generation, server, clock.now());
  }

  function changeTo(server: string, next: Generation, secretValues: Record<string, string>): ServerChange {
    const had = servers.get(server).secrets;
    const removeSecrets = had.filter((name) => secretValues[name] === undefined);
    return { transport: transportOf(next), secretValues, removeSecrets };
  }

  function revokeGrantsSince(server: string, since: number): number {
    const given = grants
      .made()
      .filter(
        ({ grant, revokedAt }) => grant.server === server && revokedAt === undefined && grant.iat >= since,
      );
    for (const { id } of given) grants.revoke(id);
    return given.length;
  }

  /** The database points at the earlier state first; from then on it is so, whatever happens to this process. */
  async function rollback(
    id: PackageId,
    number: number | undefined,
    reason: PackageGeneration['reason'],
  ): Promise<RollbackOutcome> {
    const startedAt = clock.monotonic();
    const current = currentOf(id);
    const history = generations.history(id);
    const target = goBackTo(history, current, number);
    if (!target) throw nothingEarlier();
    const kept = releases.get(target.release);
    if (!kept || !bundles.isWhole(kept.bundle)) throw notKept(kept);
    const { server } = generations.get(id) as Installed;
    const since = endedAt(history, target) ?? clock.now();
    const names = servers.get(server).secrets;
    const secrets = secretsIn(vaults, target.vault);
    const vault = vaults.create(kept.release.name, secrets);
    const next = generations.appendAndSwitch({
      ...target,
      at: clock.now(),
      reason,
      goneBackTo: target.generation,
      vault,
    });
    const grantsRevoked = revokeGrantsSince(server, since);
    let tookMs = 0;
    await servers.update(server, changeTo(server, next, secrets), {
      unchecked: true,
      onSwitched: () => (tookMs = clock.monotonic() - startedAt),
    });
    deps.onRunning(generations.get(id) as Installed, kept);
    return {
      to: next,
      grantsRevoked,
      secretsRemoved: names.filter((name) => secrets[name] === undefined),
      tookMs,
    };
  }

  return {
    install: (wish, signal) =>
      alone(wish.kept.package, () =>
        change(wish, generations.get(wish.kept.package) ? 'update' : 'install', signal),
      ),
    configure: (id, settings, secretValues, signal) =>
      alone(id, () => {
        const { permissions, release } = currentOf(id);
        const kept = releases.get(release) as KeptRelease;
        return change({ kept, settings, secretValues, permissions }, 'configure', signal);
      }),
    rollback: (id, number, reason = 'rollback') => alone(id, () => rollback(id, number, reason)),
    remove: (id) =>
      alone(id, async () => {
        currentOf(id);
        const { server } = generations.get(id) as Installed;
        const vaultsBefore = generations.history(id).map(({ vault }) => vault);
        const pinned = generations.pins(id).map((pin) => pin.server);
        generations.remove(id);
        for (const name of [server, ...pinned]) if (servers.has(name)) await servers.remove(name);
        for (const vault of vaultsBefore) vaults.drop(vault);
      }),
    pin: (id, profile, release, signal) =>
      alone(id, async () => {
        currentOf(id);
        if (release === undefined) await pins.remove(id, profile);
        else await pins.set(id, profile, release, signal);
        deps.onChanged();
      }),
    reconcile,
  };
}

/** Whether the manifest in the bundle is the one that was signed, and says what the release says. */
function saysTheSame({ release }: KeptRelease, bytes: Uint8Array): boolean {
  if (!equalBytes(sha256Bytes(bytes), release.manifest)) return false;
  const { dependencies, fetchesCode, name, permissions, platforms, runtime, version } = release;
  const signed = { dependencies, fetchesCode, name, permissions, platforms, runtime, version };
  const encode = (value: object) => encodeCbor(value as CborValue);
  return equalBytes(encode(derivedFrom(readPackageManifest(bytes))), encode(signed));
}

function fail(error: Error): never {
  throw error;
}
