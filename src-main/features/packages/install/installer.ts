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
import type { PackageId } from '#shared/features/packages/release.ts';
import type { PackageGeneration, PackageSettings } from '#shared/features/packages/views.ts';
import { type PackageTransport, serverConfigSchema } from '#shared/features/servers/config.ts';
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
import { endedAt, goBackTo, keptSettings } from './rules.ts';

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
  /** A server runs this release now. */
  onRunning(installed: Installed, kept: KeptRelease): void;
}

export function createInstaller(deps: InstallerDeps): Installer {
  const { bundles, clock, generations, grants, log, releases, servers, vaults } = deps;
  const busy = new Set<PackageId>();

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

  const transportOf = ({ generation, package: id, release }: Generation): PackageTransport => ({
    type: 'package',
    package: id,
    release,
    generation,
  });

  const secretsIn = (vault: string, names: readonly string[]): Record<string, string> =>
    Object.fromEntries(
      names.flatMap((name) => {
        const value = vaults.get(vault, name);
        return value === undefined ? [] : [[name, value] as const];
      }),
    );

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
    const secrets = { ...(before ? secretsIn(before.vault, names) : {}), ...secretValues };
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
    const name = freeName(server ?? kept.release.name, server !== undefined);
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

  const changeTo = (server: string, next: Generation, secretValues: Record<string, string>) => ({
    transport: transportOf(next),
    secretValues,
    removeSecrets: servers.get(server).secrets.filter((name) => secretValues[name] === undefined),
  });

  /** The wanted name; where that is taken by something else, the next that is free, unless the operator chose it. */
  function freeName(wanted: string, isChosen: boolean): string {
    if (isChosen || !servers.has(wanted)) return wanted;
    for (let number = 2; ; number += 1) {
      const name = `${wanted.slice(0, 31 - `-${number}`.length)}-${number}`;
      if (!servers.has(name)) return name;
    }
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
    const secrets = secretsIn(target.vault, [...namesIn(target.vault)]);
    const vault = vaults.create(kept.release.name, secrets);
    const next = generations.appendAndSwitch({
      ...target,
      at: clock.now(),
      reason,
      goneBackTo: target.generation,
      vault,
    });
    const grantsRevoked = revokeGrantsSince(server, since);
    await servers.update(server, changeTo(server, next, secrets), { unchecked: true });
    const tookMs = clock.monotonic() - startedAt;
    deps.onRunning(generations.get(id) as Installed, kept);
    return {
      to: next,
      grantsRevoked,
      secretsRemoved: names.filter((name) => secrets[name] === undefined),
      tookMs,
    };
  }

  const namesIn = (vault: string): string[] => vaults.names(vault);

  function currentOf(id: PackageId): Generation {
    const current = generations.current(id);
    if (current) return current;
    throw notInstalled(id);
  }

  async function reconcileOne(installed: Installed): Promise<void> {
    const { package: id, server } = installed;
    if (!servers.has(server)) return addAgain(installed);
    const { transport } = servers.get(server);
    if (transport.type !== 'package' || transport.package !== id) return addAgain(installed);
    if (transport.generation === installed.generation) return;
    // It had shown that it starts when this process was ended.
    const verified = generations.generation(id, transport.generation);
    if (verified && transport.generation > installed.generation)
      return generations.switchTo(id, transport.generation, server, clock.now());
    await follow(installed);
  }

  async function follow({ package: id, server }: Installed): Promise<void> {
    const current = currentOf(id);
    const secrets = secretsIn(current.vault, namesIn(current.vault));
    await servers.update(server, changeTo(server, current, secrets), { unchecked: true });
  }

  async function addAgain({ package: id, server }: Installed): Promise<void> {
    const current = currentOf(id);
    const name = freeName(server, false);
    const config = serverConfigSchema.parse({ name, transport: transportOf(current), enabled: true });
    await servers.add(config, secretsIn(current.vault, namesIn(current.vault)));
    if (name !== server) generations.renameServer(server, name);
  }

  async function removeStrays(): Promise<void> {
    const known = new Set([
      ...generations.installed().map(({ server }) => server),
      ...generations.pins().map(({ server }) => server),
    ]);
    for (const { name, transport } of servers.list())
      if (transport.type === 'package' && !known.has(name)) await servers.remove(name);
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
    async reconcile() {
      vaults.sweep(
        new Set(
          generations
            .installed()
            .flatMap(({ package: id }) => generations.history(id).map(({ vault }) => vault)),
        ),
      );
      dropUnfinished(generations, servers);
      for (const installed of generations.installed())
        await reconcileOne(installed).catch((error: unknown) =>
          log.error(
            { package: installed.package, error: String(error) },
            'an installed package could not be run',
          ),
        );
      await removeStrays();
    },
  };
}

/** Generations that nothing points at and no server runs: their change was cut off before it took effect. */
function dropUnfinished(generations: Generations, servers: Servers): void {
  for (const { generation: current, package: id, server } of generations.installed()) {
    const running = servers.has(server) ? servers.get(server).transport : undefined;
    const runs = running?.type === 'package' && running.package === id ? running.generation : current;
    for (const { generation } of generations.history(id))
      if (generation > Math.max(current, runs)) generations.drop(id, generation);
  }
}

/** Whether the manifest in the bundle is the one that was signed, and says what the release says. */
function saysTheSame({ release }: KeptRelease, bytes: Uint8Array): boolean {
  if (!equalBytes(sha256Bytes(bytes), release.manifest)) return false;
  const { dependencies, fetchesCode, name, permissions, platforms, runtime, version } = release;
  const signed = { dependencies, fetchesCode, name, permissions, platforms, runtime, version };
  const encode = (value: object) => encodeCbor(value as CborValue);
  return equalBytes(encode(derivedFrom(readPackageManifest(bytes))), encode(signed));
}
