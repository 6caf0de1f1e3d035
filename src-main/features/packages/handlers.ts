/** The contract's `packages.*` procedures. */
import { bundleCid } from '#shared/features/packages/bundle.ts';
import type { packagesContract } from '#shared/features/packages/contract.ts';
import { writePackageLink } from '#shared/features/packages/link.ts';
import { scoreOf } from '#shared/features/packages/ranking.ts';
import {
  packageId,
  parsePackageId,
  type PackageId,
  type ReleaseId,
} from '#shared/features/packages/release.ts';
import type { InstalledPackage, PackageDetails } from '#shared/features/packages/views.ts';
import type { TaskRunner } from '#shared/features/node/tasks.ts';
import type { Clock } from '#shared/kernel/clock.ts';
import type { Handlers } from '#shared/kernel/contract.ts';
import { AppError } from '#shared/kernel/errors.ts';
import { watch } from '#shared/kernel/watch.ts';
import type { Log } from '../../platform/log.ts';
import type { Network } from '../p2p/index.ts';
import type { Heard } from './histories.ts';
import { notInstalled } from './install/faults.ts';
import { createBringing } from './bringing.ts';
import { createInstalling } from './installing.ts';
import type { Packages } from './packages.ts';
import { initPackage } from './publish/init.ts';

export interface PackagesHandlersDeps {
  packages: Packages;
  network: Network;
  clock: Clock;
  log: Log;
  tasks: TaskRunner;
}

export function createPackagesHandlers(deps: PackagesHandlersDeps): Handlers<typeof packagesContract> {
  const { network, packages, tasks } = deps;
  const { generations, histories, installer, keeping, publisher, releases, sandbox, self, swarm, views } =
    packages;
  const installing = createInstalling(deps);
  const bringing = createBringing(deps);
  const ownId = (name: string): PackageId => packageId(self.providerId, name);

  const installed = (): { items: InstalledPackage[] } => ({
    items: generations.installed().map(views.installed),
  });

  function oneInstalled(id: PackageId): InstalledPackage {
    const found = generations.get(id);
    if (!found) throw notInstalled(id);
    return views.installed(found);
  }

  function search(text: string): Heard[] {
    return histories
      .heard()
      .filter(({ record, state }) => state !== 'ended' && record.version !== null)
      .map((heard) => ({ heard, score: scoreOf(text, heard.record) }))
      .filter(({ score }) => score > 0)
      .sort(
        (a, b) =>
          b.score - a.score || b.heard.heardAt - a.heard.heardAt || (a.heard.id < b.heard.id ? -1 : 1),
      )
      .map(({ heard }) => heard);
  }

  async function details(id: PackageId, signal?: AbortSignal): Promise<PackageDetails> {
    parsePackageId(id);
    return views.details(await histories.read(id, signal));
  }

  function ownDetails(id: PackageId): PackageDetails {
    const history = histories.last(id);
    if (!history) throw notPublished();
    return views.details(history);
  }

  const linkTo = (id: PackageId, version: string, release: ReleaseId): string =>
    writePackageLink({ ...parsePackageId(id), version, release, addresses: network.addresses() });

  function sentBytesOf(id: PackageId): number {
    return releases
      .ofPackage(id)
      .reduce((sum, { bundle }) => sum + (packages.table.get(bundle)?.sentBytes ?? 0), 0);
  }

  return {
    'packages.search'({ limit, runnable, text }) {
      const found = views.summaries(search(text)).filter(({ runsHere }) => runsHere || !runnable);
      return { items: found.slice(0, limit), total: found.length };
    },
    'packages.show': ({ id }, { signal }) => details(id, signal),
    'packages.publisher': ({ provider }) => ({
      publisher: views.publisher(provider),
      items: views.summaries(
        histories.heard().filter((heard) => heard.provider === provider && heard.state !== 'ended'),
      ),
    }),
    'packages.review': async ({ channel, what }, { signal }) =>
      (await installing.review(what, channel, signal)).review,
    'packages.install': (request, { signal }) =>
      tasks.run({ kind: 'packages.install', signal }, async (task) =>
        views.installed(await installing.install(request, task.signal)),
      ),
    'packages.installFile': (request, { signal }) =>
      tasks.run({ kind: 'packages.install', subject: request.path, signal }, async (task) =>
        views.installed(await bringing.file(request.path, request, task.signal)),
      ),
    'packages.installListed': (request, { signal }) =>
      tasks.run({ kind: 'packages.install', subject: request.package.identifier, signal }, async (task) =>
        views.installed(
          await bringing.listed(request.package, request, task.signal, (progress) => task.report(progress)),
        ),
      ),
    'packages.installed': installed,
    'packages.watch': (_input, { signal }) =>
      watch(signal, installed, (changed) => packages.on('changed', changed)),
    'packages.history': ({ id }) => ({ items: views.generations(id) }),
    async 'packages.rollback'({ generation, id }) {
      const { grantsRevoked, secretsRemoved, to, tookMs } = await installer.rollback(id, generation);
      return {
        version: releases.get(to.release)?.release.version ?? '',
        generation: to.generation,
        grantsRevoked,
        secretsRemoved,
        tookMs,
      };
    },
    'packages.settings'({ id }) {
      const found = packages.reviewing.settingsOf(id);
      if (!found) throw notInstalled(id);
      return found;
    },
    'packages.configure': async ({ id, secretValues, settings }, { signal }) =>
      views.installed(await installer.configure(id, settings, secretValues, signal)),
    'packages.setPolicy'({ id, policy }) {
      oneInstalled(id);
      generations.setPolicy(id, policy);
      return oneInstalled(id);
    },
    async 'packages.pin'({ id, profile, release }, { signal }) {
      await installer.pin(id, profile, release ?? undefined, signal);
      return oneInstalled(id);
    },
    async 'packages.checkUpdates'(_input, { signal }) {
      await packages.askForNews(signal);
      return installed();
    },
    async 'packages.remove'({ id, keepData }) {
      await installer.remove(id);
      if (!keepData) await packages.forgetData(id);
      await keeping.tidy();
      return {};
    },
    'packages.verify': (_input, { signal }) =>
      tasks.run({ kind: 'packages.verify', signal }, (task) => keeping.verify(task.signal)),
    'packages.transfers': (_input, { signal }) =>
      watch(
        signal,
        () => ({ items: swarm.transfers() }),
        (changed) => swarm.on('changed', changed),
      ),
    'packages.sandbox': () => sandbox.status(),
    'packages.init': ({ name, path }) => initPackage(path, name),
    'packages.check': ({ path, ...tried }, { signal }) =>
      tasks.run(
        { kind: 'packages.check', subject: path, signal },
        async (task) => (await packages.check(path, task.signal, tried)).report,
      ),
    'packages.publish': ({ channel, notes, path, ...tried }, { signal }) =>
      tasks.run({ kind: 'packages.publish', subject: path, signal }, async (task) => {
        const checked = await packages.check(path, task.signal, tried);
        const published = publisher.publish({ checked, channel, notes });
        swarm.refresh();
        return { ...published, link: linkTo(published.id, published.version, published.release) };
      }),
    'packages.published': () => ({
      items: publisher.own().map((id) => ({ ...ownDetails(id), sentBytes: sentBytesOf(id) })),
    }),
    'packages.setChannel'({ channel, name, version }) {
      publisher.setChannel(name, version, channel);
      return ownDetails(ownId(name));
    },
    'packages.withdraw'({ name, reason, version }) {
      publisher.withdraw(name, version, reason);
      return {};
    },
    'packages.link'({ release }) {
      const kept = releases.get(release);
      if (!kept || kept.foreign) throw notPublished();
      return {
        link: linkTo(kept.package, kept.release.version, release),
        cid: bundleCid(kept.release.bundle),
      };
    },
  };
}

const notPublished = (): AppError =>
  new AppError('packages.no_release', 'The package has no such release.', {
    advice: 'See which there are with `toolswarm packages show`.',
  });
