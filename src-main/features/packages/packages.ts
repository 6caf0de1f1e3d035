/** Joins the parts of packages: what is heard, fetched, kept, installed and published. */
import { rm } from 'node:fs/promises';
import type { BundleId } from '#shared/features/packages/bundle.ts';
import { type PackageManifest, readPackageManifest } from '#shared/features/packages/manifest.ts';
import type { PinnedServer } from '#shared/features/packages/pinning.ts';
import { type CertifiedThen, type PackageId, parsePackageId } from '#shared/features/packages/release.ts';
import { writePackageLink } from '#shared/features/packages/link.ts';
import type { ListedPackage } from '#shared/features/registry/server-json.ts';
import type { CertifiedNode } from '#shared/features/registry/entry.ts';
import type { StandingOf } from '#shared/features/trust/standing.ts';
import { equalBytes, toHex } from '#shared/kernel/bytes.ts';
import type { Clock } from '#shared/kernel/clock.ts';
import { createDisposableStore } from '#shared/kernel/disposables.ts';
import type { Verify } from '#shared/kernel/envelope.ts';
import { AppError } from '#shared/kernel/errors.ts';
import { createEmitter, type EventSource } from '#shared/kernel/events.ts';
import { type NetworkId, type ProviderId, PUBLIC_NETWORK } from '#shared/kernel/ids.ts';
import { jitter, type Random } from '#shared/kernel/random.ts';
import { freeBytes } from '../../platform/disk.ts';
import type { Log } from '../../platform/log.ts';
import { loginShellPath } from '../../platform/login-shell.ts';
import { usageOfTrees } from '../../platform/process-usage.ts';
import type { Database } from '../../platform/sqlite.ts';
import type { Grants } from '../access/index.ts';
import type { Network } from '../p2p/index.ts';
import type { Records } from '../records/index.ts';
import type { PublishingNode } from '../registry/index.ts';
import { createVaults, type LaunchPackage, type SecretsPort, type Servers } from '../servers/index.ts';
import { createDocuments, type Documents } from './documents.ts';
import { createHistories, type Heard, type Histories } from './histories.ts';
import { createGenerations, type Generations, type Installed } from './install/generations.ts';
import { createInstaller, type Installer } from './install/installer.ts';
import { createLauncher } from './install/launcher.ts';
import { type Machine, thisMachine } from './install/requirements.ts';
import { createKeeping, type Keeping } from './keeping.ts';
import { createKnownPackages } from './known.ts';
import { type Checked, checkPackage, type CheckWish } from './publish/check.ts';
import { createPublisher, type Publisher } from './publish/publisher.ts';
import { createReviewing, readTools, type Reviewing } from './review.ts';
import { createSandbox, type Denial, type Sandbox } from './sandbox/index.ts';
import { createBundleTable, type BundleTable } from './store/bundle-table.ts';
import { type Bundles, createBundles } from './store/bundles.ts';
import { openPlaces, type Places } from './store/places.ts';
import { createReleases, type KeptRelease, type Releases } from './store/releases.ts';
import { createSwarm, type SeedPolicy, type Swarm } from './swarm.ts';
import { createViews, type Views } from './views.ts';

/** How often the background looks for something to verify, and for news of what is installed. */
const VERIFY_MS = 30 * 60_000;
const NEWS_MS = 6 * 3_600_000;

export interface PackagesEvents {
  /** Something in what is installed, or known to be newer. */
  changed: object;
  /** A server runs another release now: these tools, as reviewed, are agreed to. */
  running: { server: string; tools: ReturnType<typeof readTools> };
  denied: { id: PackageId; denial: Denial };
}

export interface PackagesDeps {
  db: Database;
  clock: Clock;
  random: Random;
  log: Log;
  verify: Verify;
  network: Network;
  records: Records;
  servers: Servers;
  grants: Pick<Grants, 'made' | 'revoke'>;
  secrets: SecretsPort;
  node: PublishingNode;
  certified(certificate: Uint8Array): CertifiedNode;
  certifiedThen: CertifiedThen;
  standing: StandingOf;
  providerName(provider: ProviderId): string | undefined;
  /** Folder in which packages lie. */
  folder: string;
  /** Default: the one of this machine. */
  sandbox?: Sandbox;
}

export interface PackagesOptions {
  maxDownload(): number;
  maxUpload(): number;
  seed(): SeedPolicy;
  keepVersions(): number;
}

/** The parts, for handlers and wiring. */
export interface Packages extends EventSource<PackagesEvents> {
  start(): Promise<void>;
  stop(): Promise<void>;
  launch: LaunchPackage;
  check(path: string, signal: AbortSignal, wish?: CheckWish): Promise<Checked>;
  machine(): Promise<Machine>;
  /** Asks peers for what is newer of all that is installed. */
  askForNews(signal: AbortSignal): Promise<void>;
  manifestOf(kept: KeptRelease): PackageManifest | undefined;
  readonly documents: Documents;
  readonly histories: Histories;
  readonly generations: Generations;
  readonly releases: Releases;
  readonly bundles: Bundles;
  readonly table: BundleTable;
  readonly places: Places;
  readonly installer: Installer;
  readonly publisher: Publisher;
  readonly reviewing: Reviewing;
  readonly swarm: Swarm;
  readonly keeping: Keeping;
  readonly views: Views;
  readonly sandbox: Sandbox;
  readonly self: PublishingNode;
  /** Memory that the operator agreed to for a server of a package, in MiB. */
  memoryMibOf(server: string): number | undefined;
  /** What is offered now, for programs that browse registries. */
  listed(): ListedPackage[];
  /** Profiles that see a version of their own. */
  pinned(): PinnedServer[];
  /** Removes what a package kept over all its versions. */
  forgetData(id: PackageId): Promise<void>;
  /** How a bundle may be fetched: through which network alone, where there is one. */
  throughOf(id: PackageId): NetworkId | undefined;
}

export function createPackages(deps: PackagesDeps, options: PackagesOptions): Packages {
  const { clock, db, log, network, node, random, servers } = deps;
  const events = createEmitter<PackagesEvents>((error) => log.error({ err: error }, 'a listener failed'));
  const owned = createDisposableStore();
  const stopping = new AbortController();
  const places = openPlaces(deps.folder);
  const table = createBundleTable(db);
  const releases = createReleases(db);
  const generations = createGenerations(db);
  const known = createKnownPackages(db);
  const vaults = createVaults({ secrets: deps.secrets, random });
  const sandbox = deps.sandbox ?? createSandbox({ clock, random, log });
  let foundPath: Promise<string> | undefined;
  const path = () => (foundPath ??= loginShellPath({ clock }));
  const documents = createDocuments({ ...deps, isNeeded });
  const histories = createHistories({
    ...deps,
    documents,
    known,
    renew: (record) => publisher.renew(record),
  });
  const swarm = createSwarm(
    { clock, random, log, network, table },
    {
      ...options,
      networksOf,
      nameOf(bundle) {
        const found = releaseOf(bundle);
        return found && { id: found.package, version: found.release.version };
      },
    },
  );
  const bundles = createBundles({
    clock,
    places,
    table,
    download: swarm.downloads,
    freeBytes,
    stopping: stopping.signal,
  });
  const launcher = createLauncher({
    ...{ bundles, generations, places, releases, sandbox, path },
    onDenied: (id, denial) => events.emit('denied', { id, denial }),
  });
  const installer = createInstaller({
    ...{ bundles, clock, generations, log, releases, servers, vaults },
    grants: deps.grants,
    onRunning: agreedTo,
    onChanged: () => events.emit('changed', {}),
  });
  const views = createViews({
    ...{ histories, generations, releases, bundles },
    standing: deps.standing,
    providerName: deps.providerName,
    self: () => node.providerId,
    titleOf: (kept) => manifestOf(kept)?.display_name ?? kept.release.name,
  });
  const publisher = createPublisher({ ...deps, documents, known, releases, table });
  const reviewing = createReviewing({
    ...{ histories, documents, generations, releases, bundles, vaults, views, machine },
  });
  const keeping = createKeeping({
    ...{ clock, log, bundles, table, releases, generations },
    keepVersions: options.keepVersions,
    mend: (id, signal) => fetchAgain(id, signal),
  });

  function releaseOf(bundle: BundleId): KeptRelease | undefined {
    return releases.all().find((one) => one.bundle === bundle);
  }

  /** What is only on this machine is given to nobody. */
  function networksOf(bundle: BundleId): readonly NetworkId[] {
    const kept = releases.all().filter((one) => one.bundle === bundle && !one.foreign);
    return [...new Set(kept.flatMap((one) => histories.heardOf(one.package)?.networks ?? []))];
  }

  function throughOf(id: PackageId): NetworkId | undefined {
    const networks = histories.heardOf(id)?.networks ?? [PUBLIC_NETWORK];
    return networks.length === 1 ? networks[0] : undefined;
  }

  /** Documents of what is installed, kept or published stay whatever comes. */
  function isNeeded(hash: Uint8Array): boolean {
    const same = (other: Uint8Array) => equalBytes(hash, other);
    return (
      known.all().some(({ log: one }) => one !== undefined && same(one)) ||
      releases
        .all()
        .some(({ id, release }) => same(release.manifest) || same(release.tools) || id === toHex(hash))
    );
  }

  function manifestOf({ release }: KeptRelease): PackageManifest | undefined {
    const bytes = documents.get(release.manifest);
    return bytes && readPackageManifest(bytes);
  }

  async function machine(): Promise<Machine> {
    const [free, found, status] = await Promise.all([freeBytes(places.bundles), path(), sandbox.status()]);
    return thisMachine({ freeBytes: free, path: found, sandbox: status });
  }

  async function fetchAgain(id: BundleId, signal: AbortSignal): Promise<void> {
    const row = table.get(id);
    const kept = releaseOf(id);
    if (!row || !kept) return;
    await bundles.fetch(row.bundle, { signal, network: throughOf(kept.package) });
  }

  /** The operator saw these tools in the review; what the server lists beyond them waits for him. */
  function agreedTo({ server }: Installed, { release }: KeptRelease): void {
    const bytes = documents.get(release.tools);
    events.emit('running', { server, tools: bytes ? readTools(bytes) : [] });
    events.emit('changed', {});
    swarm.refresh();
  }

  async function start(): Promise<void> {
    owned.add(documents.serve((through) => network.peers().some((peer) => peer.network === through)));
    owned.add(histories.start());
    owned.add(swarm.start(bundles));
    owned.defer(histories.on('changed', () => events.emit('changed', {})));
    owned.defer(servers.on('renamed', ({ from, to }) => generations.renameServer(from, to)));
    owned.defer(swarm.on('damaged', ({ bundle }) => background('mending a bundle', () => mendOne(bundle))));
    const timers = [
      clock.every(jitter(random, VERIFY_MS, 0.2), () =>
        background('verifying packages', () => keeping.verifyNext(stopping.signal)),
      ),
      clock.every(jitter(random, NEWS_MS, 0.2), () =>
        background('asking for news of packages', () => askForNews(stopping.signal)),
      ),
    ];
    owned.defer(() => timers.forEach((timer) => timer.cancel()));
    await bundles.recover();
    await installer.reconcile();
    await keeping.tidy();
    for (const { id } of table.all().filter(({ wanted, whole }) => wanted && !whole))
      background('going on with a download', () => fetchAgain(id, stopping.signal));
  }

  async function mendOne(id: BundleId): Promise<void> {
    await bundles.verify(id, stopping.signal);
    await fetchAgain(id, stopping.signal);
  }

  async function askForNews(signal: AbortSignal): Promise<void> {
    for (const { package: id } of generations.installed()) {
      if (!isSigned(id)) continue;
      await histories.refresh(id, signal);
      // One of which there is no news keeps nobody from that of the others.
      await histories.read(id, signal).catch((error: unknown) => {
        if (!(error instanceof AppError)) throw error;
        log.info({ package: id, error: error.code }, 'there is no news of a package');
      });
    }
  }

  function background(what: string, work: () => Promise<void>): void {
    work().catch((error: unknown) => {
      if (!stopping.signal.aborted) log.warn({ error: String(error) }, `${what} failed`);
    });
  }

  return {
    on: events.on,
    start,
    async stop() {
      stopping.abort();
      await owned.close();
      await sandbox.close();
    },
    launch: launcher.launch,
    check: (from, signal, wish) =>
      checkPackage(
        {
          ...{ places, bundles, table, launcher, clock, random, log },
          memoryOf: async (pid) => (await usageOfTrees([pid])).get(pid)?.memoryBytes,
        },
        from,
        signal,
        wish,
      ),
    machine,
    askForNews,
    manifestOf,
    throughOf,
    memoryMibOf(server) {
      const id =
        generations.byServer(server)?.package ??
        generations.pins().find((pin) => pin.server === server)?.package;
      return id === undefined ? undefined : generations.current(id)?.permissions.memoryMb;
    },
    listed: () =>
      histories
        .heard()
        .filter(({ stale, state }) => state === 'good' && !stale)
        .flatMap((heard) => listedFrom(heard, deps.providerName(heard.provider))),
    pinned: () =>
      generations.pins().flatMap(({ package: id, profile, server }) => {
        const base = generations.get(id)?.server;
        return base === undefined ? [] : [{ profile, base, server }];
      }),
    forgetData: (id) => rm(places.dataOf(id), { recursive: true, force: true }),
    ...{ documents, histories, generations, releases, bundles, table, places },
    ...{ installer, publisher, reviewing, swarm, keeping, views, sandbox },
    self: node,
  };
}

function listedFrom(
  { networks, provider, record }: Heard,
  providerName: string | undefined,
): ListedPackage[] {
  const { description, iat, name, release, title, version } = record;
  if (version === null || release === null) return [];
  const link = writePackageLink({ provider, name, version, release: toHex(release), addresses: [] });
  return [
    {
      ...{ provider, name, version, title, description, link, issuedAt: iat },
      providerName: providerName ?? record.by,
      private: !networks.includes(PUBLIC_NETWORK),
    },
  ];
}

/** Whether a package is somebody's of the network, and not of a file or a centralized registry. */
function isSigned(id: PackageId): boolean {
  try {
    parsePackageId(id);
    return true;
  } catch {
    return false; // its id begins with where it is from
  }
}
