/** The way from what somebody wants to look at, to a release, to a server that runs. */
import { bundleId } from '#shared/features/packages/bundle.ts';
import { isPackageLink, readPackageLink } from '#shared/features/packages/link.ts';
import type { Channel } from '#shared/features/packages/log.ts';
import {
  type PackageId,
  packageId,
  parsePackageId,
  type ReleaseId,
} from '#shared/features/packages/release.ts';
import type { DependencyNode, PackageSettings } from '#shared/features/packages/views.ts';
import type { TaskRunner } from '#shared/features/node/tasks.ts';
import { type Clock, sleep } from '#shared/kernel/clock.ts';
import { AppError } from '#shared/kernel/errors.ts';
import type { Log } from '../../platform/log.ts';
import type { Network } from '../p2p/index.ts';
import { type Heard, PEERS_ASKED, type VerifiedRelease } from './histories.ts';
import type { Installed } from './install/generations.ts';
import { refuseUnmet } from './install/requirements.ts';
import type { Packages } from './packages.ts';
import type { Reviewed } from './review.ts';
import type { KeptRelease } from './store/releases.ts';

/** After a link's address was dialled, so long its records are waited for. */
const HEAR_MS = 10_000;
const LOOK_MS = 100;

export interface InstallRequest {
  release: ReleaseId;
  settings: PackageSettings;
  secretValues: Readonly<Record<string, string>>;
  server?: string | undefined;
  acceptStale: boolean;
  acceptFetchedCode: boolean;
}

export interface Installing {
  /** Throws as `Histories.read` does, or `packages.bad_id`, `packages.bad_link`. */
  review(what: string, channel: Channel, signal: AbortSignal): Promise<Reviewed>;
  /** Throws `packages.unreviewed`, `packages.frozen`, `packages.fetches_code`, `packages.requirement_unmet`, … */
  install(request: InstallRequest, signal: AbortSignal): Promise<Installed>;
}

export interface InstallingDeps {
  packages: Packages;
  network: Network;
  clock: Clock;
  log: Log;
  tasks: TaskRunner;
}

export function createInstalling({ clock, log, network, packages, tasks }: InstallingDeps): Installing {
  const { bundles, documents, generations, histories, installer, releases, reviewing, swarm } = packages;

  async function resolve(what: string, channel: Channel, signal: AbortSignal): Promise<VerifiedRelease> {
    if (isPackageLink(what)) return fromLink(what, signal);
    if (/^[0-9a-f]{64}$/.test(what)) return histories.release(packageOf(what), what, signal);
    const [, id = what, version] = /^(.+?)@([^@/]+)$/.exec(what) ?? [];
    parsePackageId(id);
    return reviewing.newest(id, version, channel, signal);
  }

  async function fromLink(text: string, signal: AbortSignal): Promise<VerifiedRelease> {
    const link = readPackageLink(text);
    const id = packageId(link.provider, link.name);
    for (const address of histories.heardOf(id) ? [] : link.addresses)
      await network.dial(address, signal).catch((error: unknown) => {
        signal.throwIfAborted();
        log.debug({ address, error: String(error) }, 'an address in a link does not answer');
      });
    const until = clock.monotonic() + HEAR_MS;
    while (!histories.heardOf(id) && link.addresses.length > 0 && clock.monotonic() < until)
      await sleep(clock, LOOK_MS, signal);
    const found = await histories.release(id, link.release, signal);
    if (found.release.version === link.version) return found;
    throw new AppError(
      'packages.bad_link',
      'The link names another version than the release that it points to.',
      {
        advice: 'Do not use it; look for the package by name.',
      },
    );
  }

  /** A release that was looked at lies in a log that is known here. */
  function packageOf(release: ReleaseId): PackageId {
    const found = histories
      .heard()
      .find(({ id }) => histories.last(id)?.versions.some((one) => one.release === release));
    if (found) return found.id;
    throw new AppError('packages.unreviewed', 'This release was not looked at yet.', {
      advice: 'Look at it first: `toolswarm packages review`.',
    });
  }

  async function look(verified: VerifiedRelease, signal: AbortSignal): Promise<Reviewed> {
    return reviewing.review(verified, histories.heardOf(verified.id) as Heard, signal);
  }

  /** Whether somebody keeps news back, or there are none: peers are asked before a record that ended is believed. */
  async function refuseFrozen(id: PackageId, signal: AbortSignal): Promise<void> {
    if (!histories.heardOf(id)?.stale) return;
    const asked = await histories.refresh(id, signal);
    if (!histories.heardOf(id)?.stale) return;
    throw new AppError('packages.frozen', 'The publisher has not stood for this package lately.', {
      advice: `${asked < PEERS_ASKED ? 'Connect to more peers and try again' : 'There may be something newer that is kept from you'}, or agree to take it as it is.`,
      retryable: true,
      details: { asked },
    });
  }

  function refuse({ review, verified }: Reviewed, request: Pick<InstallRequest, 'acceptFetchedCode'>): void {
    if (verified.release.fetchesCode && !request.acceptFetchedCode)
      throw new AppError(
        'packages.fetches_code',
        'This package fetches code when it starts: what runs is not what was signed.',
        {
          advice: 'Agree to that explicitly, or take another package.',
        },
      );
    refuseUnmet(review.requirements);
  }

  function keep({ bytes, id }: VerifiedRelease): KeptRelease {
    return releases.get(releases.note(id, bytes, clock.now())) as KeptRelease;
  }

  function fetch(kept: KeptRelease, signal: AbortSignal): Promise<void> {
    const { bundle, name, version } = kept.release;
    if (bundles.isWhole(bundleId(bundle))) return Promise.resolve();
    return tasks.run({ kind: 'packages.fetch', subject: `${name} ${version}`, signal }, async (task) => {
      try {
        await bundles.fetch(bundle, {
          signal: task.signal,
          network: packages.throughOf(kept.package),
          onProgress(progress) {
            task.report({ done: progress.bytes, total: progress.total, unit: 'bytes' });
            swarm.note(bundle, progress);
          },
        });
      } finally {
        swarm.note(bundle, undefined);
      }
    });
  }

  /** What it depends on first, each in exactly the release that was signed for. */
  async function provide(nodes: readonly DependencyNode[], signal: AbortSignal): Promise<void> {
    for (const node of nodes) {
      await provide(node.dependencies, signal);
      if (node.installed) continue;
      if (generations.get(node.id)) throw otherVersion(node);
      const verified = await histories.release(node.id, node.release, signal);
      const kept = keep(verified);
      await fetch(kept, signal);
      const { permissions } = verified.release;
      await installer.install({ kept, permissions, settings: {}, secretValues: {} }, signal);
    }
  }

  return {
    async review(what, channel, signal) {
      return look(await resolve(what, channel, signal), signal);
    },
    async install(request, signal) {
      const id = packageOf(request.release);
      if (!request.acceptStale) await refuseFrozen(id, signal);
      const verified = await histories.release(id, request.release, signal);
      const reviewed = await look(verified, signal);
      refuse(reviewed, request);
      // Lists and manifests are kept for as long as the release is: going back needs no network.
      documents.put(verified.bytes);
      await provide(reviewed.review.dependencies, signal);
      const kept = keep(verified);
      await fetch(kept, signal);
      const { secretValues, server, settings } = request;
      const { permissions } = verified.release;
      return installer.install({ kept, permissions, settings, secretValues, server }, signal);
    },
  };
}

const otherVersion = ({ id, version }: DependencyNode): AppError =>
  new AppError(
    'packages.other_version',
    `The package depends on ${id} ${version}, and another version of that is installed.`,
    {
      advice: 'Bring that one to this version first, or take a release of the package that goes with yours.',
      details: { id, version },
    },
  );
