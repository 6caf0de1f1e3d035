/** Versions beside the current one: each is a server of its own, which the profiles see that were given it. */
import type { PackageManifest } from '#shared/features/packages/manifest.ts';
import type { PackageId, ReleaseId } from '#shared/features/packages/release.ts';
import { serverConfigSchema } from '#shared/features/servers/config.ts';
import type { Clock } from '#shared/kernel/clock.ts';
import type { Servers, Vaults } from '../../servers/index.ts';
import type { Bundles } from '../store/bundles.ts';
import type { KeptRelease, Releases } from '../store/releases.ts';
import { doesNotStart, notKept } from './faults.ts';
import type { Generation, Generations, Installed } from './generations.ts';
import { besideName, freeName, secretsIn, transportOf } from './rules.ts';

export interface PinsDeps {
  clock: Clock;
  bundles: Bundles;
  releases: Releases;
  generations: Generations;
  vaults: Vaults;
  servers: Servers;
  onRunning(installed: Installed, kept: KeptRelease): void;
  /** Throws `packages.not_installed`. */
  currentOf(id: PackageId): Generation;
  /** Unpacks it; throws `packages.lying_manifest`. */
  check(kept: KeptRelease, signal: AbortSignal): Promise<PackageManifest>;
}

export interface Pins {
  set(id: PackageId, profile: string, release: ReleaseId, signal: AbortSignal): Promise<void>;
  remove(id: PackageId, profile: string): Promise<void>;
}

export function createPins(deps: PinsDeps): Pins {
  const { bundles, clock, generations, releases, servers, vaults } = deps;

  async function set(id: PackageId, profile: string, release: ReleaseId, signal: AbortSignal): Promise<void> {
    const current = deps.currentOf(id);
    const kept = releases.get(release);
    if (!kept || kept.package !== id || !bundles.isWhole(kept.bundle)) throw notKept(kept);
    await deps.check(kept, signal);
    const shared = generations.pins(id).find((other) => other.release === release);
    const server = shared?.server ?? (await runBeside(kept, current, signal));
    const before = generations.pins(id).find((other) => other.profile === profile);
    generations.setPin({ profile, package: id, release, server });
    if (before && before.server !== server) await dropUnused(id, before.server);
  }

  /** A second server of the package, in another version, with the same settings and secrets. */
  async function runBeside(kept: KeptRelease, current: Generation, signal: AbortSignal): Promise<string> {
    const state = stateOf(kept, current);
    const { server } = generations.get(kept.package) as Installed;
    const name = freeName(servers, besideName(server, kept.release.version));
    const config = serverConfigSchema.parse({ name, transport: transportOf(state) });
    const view = await servers.add(config, secretsIn(vaults, current.vault));
    if (signal.aborted || view.problem) {
      await servers.remove(name);
      signal.throwIfAborted();
      throw doesNotStart(kept, view.problem);
    }
    deps.onRunning({ ...(generations.get(kept.package) as Installed), server: name }, kept);
    return name;
  }

  /** A state in which this release was, or one for it that is not the current one. */
  function stateOf(kept: KeptRelease, current: Generation): Generation {
    const known = generations.history(kept.package).find(({ release }) => release === kept.id);
    if (known) return known;
    const { permissions } = kept.release;
    return generations.append({
      ...current,
      ...{ release: kept.id, permissions, reason: 'pin', at: clock.now(), goneBackTo: undefined },
    });
  }

  async function remove(id: PackageId, profile: string): Promise<void> {
    const before = generations.pins(id).find((other) => other.profile === profile);
    generations.removePin(profile, id);
    if (before) await dropUnused(id, before.server);
  }

  async function dropUnused(id: PackageId, server: string): Promise<void> {
    const isUsed = generations.pins(id).some((other) => other.server === server);
    if (!isUsed && servers.has(server)) await servers.remove(server);
  }

  return { set, remove };
}
