/** Makes the servers what the database says. A change that a kill cut off is finished or forgotten here. */
import type { PackageId } from '#shared/features/packages/release.ts';
import { serverConfigSchema } from '#shared/features/servers/config.ts';
import type { ServerChange } from '#shared/features/servers/contract.ts';
import type { Clock } from '#shared/kernel/clock.ts';
import type { Log } from '../../../platform/log.ts';
import type { Servers, Vaults } from '../../servers/index.ts';
import type { Generation, Generations, Installed } from './generations.ts';
import { freeName, secretsIn, transportOf } from './rules.ts';

export interface ReconcileDeps {
  clock: Clock;
  log: Log;
  generations: Generations;
  vaults: Vaults;
  servers: Servers;
  /** Throws `packages.not_installed`. */
  currentOf(id: PackageId): Generation;
  changeTo(server: string, next: Generation, secretValues: Record<string, string>): ServerChange;
}

export function createReconcile(deps: ReconcileDeps): () => Promise<void> {
  const { clock, generations, log, servers, vaults } = deps;

  async function reconcileOne(installed: Installed): Promise<void> {
    const { package: id, server } = installed;
    if (!servers.has(server)) return addAgain(installed);
    const { transport } = servers.get(server);
    if (transport.type !== 'package' || transport.package !== id) return addAgain(installed);
    if (transport.generation === installed.generation) return;
    // It had shown that it starts when this process was ended.
    const verified = generations.generation(id, transport.generation);
    if (verified && verified.reason !== 'pin' && transport.generation > installed.generation)
      return generations.switchTo(id, transport.generation, server, clock.now());
    await follow(installed);
  }

  async function follow({ package: id, server }: Installed): Promise<void> {
    const current = deps.currentOf(id);
    const secrets = secretsIn(vaults, current.vault);
    await servers.update(server, deps.changeTo(server, current, secrets), { unchecked: true });
  }

  async function addAgain({ package: id, server }: Installed): Promise<void> {
    const current = deps.currentOf(id);
    const name = freeName(servers, server);
    const config = serverConfigSchema.parse({ name, transport: transportOf(current), enabled: true });
    await servers.add(config, secretsIn(vaults, current.vault));
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

  return async () => {
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
  };
}

/** Generations that nothing points at and no server runs: their change was cut off before it took effect. */
function dropUnfinished(generations: Generations, servers: Servers): void {
  for (const id of generations.unfinished()) generations.remove(id);
  for (const { generation: current, package: id, server } of generations.installed()) {
    const running = servers.has(server) ? servers.get(server).transport : undefined;
    const runs = running?.type === 'package' && running.package === id ? running.generation : current;
    const pinned = generations.pins(id).map(({ release }) => release);
    for (const { generation, release } of generations.history(id))
      if (generation > Math.max(current, runs) && !pinned.includes(release)) generations.drop(id, generation);
  }
}
