/**
 * The composition root: builds a whole node from options and hands it to a shell. Shells add what is theirs (a window, a
 * web server, a terminal); the node knows none of them.
 *
 *     const node = await createNode({ dataDir, env: process.env });
 *     await node.start();
 *     node.ready();        // addresses, ids and tokens for the shell to show
 *     await node.stop();
 */
import { CONTRACT_VERSION, contract, type NodeHandlers } from '#shared/contract.ts';
import type { TaskRunner } from '#shared/features/node/tasks.ts';
import { toHex } from '#shared/kernel/bytes.ts';
import { createEmitter, type EventSource } from '#shared/kernel/events.ts';
import { PUBLIC_NETWORK } from '#shared/kernel/ids.ts';
import { createEndpoint, type Endpoint } from '../features/endpoint/index.ts';
import { createGovernanceHandlers } from '../features/governance/index.ts';
import { createIdentityHandlers } from '../features/identity/index.ts';
import { createMetricsHandlers, createUsageHandlers } from '../features/metrics/index.ts';
import { createRecovery, createRecoveryHandlers } from '../features/recovery/index.ts';
import { createPackagesHandlers } from '../features/packages/index.ts';
import { createCentral, createRegistryHandlers } from '../features/registry/index.ts';
import { createLimitHandlers } from '../features/access/index.ts';
import { createRelayHandlers } from '../features/relay/index.ts';
import { createServersHandlers } from '../features/servers/index.ts';
import { createSettings, createSettingsHandlers, type Settings } from '../features/settings/index.ts';
import { describeDataDir } from '../platform/data-dir.ts';
import { freeBytes } from '../platform/disk.ts';
import { ensureSecret } from '../platform/keystore.ts';
import { silentLog } from '../platform/log.ts';
import { PRODUCT_VERSION } from '../platform/version.ts';
import { type Attention, createAttention } from './attention.ts';
import { addAttentionSources, createStorageSource } from './attention-sources.ts';
import { callsInPlace } from './calls-in-place.ts';
import { createAiClients } from './ai-clients.ts';
import { REFETCHABLE_TABLES } from './migrations.ts';
import { createJoining } from './joining.ts';
import { createPeersHandlers, peersDeps } from './peers.ts';
import { createOperators, type Operators } from './operators.ts';
import { limitWithPackages } from './packages.ts';
import { openPlatform, type Platform } from './platform.ts';
import { serveControlSocket } from './serve-contract.ts';
import { nodeSettings } from './settings.ts';
import { createSetupHandlers } from './setup.ts';
import { exposition } from './exposition.ts';
import { publicFace } from './public-face.ts';
import { createRegistryListing, type RegistryListing } from './registry-listing.ts';
import { usageOfTrees } from '#main/platform/process-usage.ts';
import { createServerResources } from './server-resources.ts';
import { createGrantHandlers } from './granting.ts';
import { createResharingHandlers } from './resharing.ts';
import { createSharingHandlers } from './sharing.ts';
import { createSlices, type NodeSlices } from './slices.ts';
import { createStatusBoard } from './status.ts';
import { withStorageFaults } from './storage-faults.ts';
import { createTaskBoard } from './tasks.ts';
import { createUpkeep, rememberFindings } from './upkeep.ts';
import { keepReachable } from './reachability.ts';
import type { LinkFor } from './web-sessions.ts';
import { createCatalogSource, publishShares, wire, wireNetworks } from './wiring.ts';

export interface NodeOptions {
  dataDir: string;
  /** Opens the keystore where it is protected; seals a new one. */
  passphrase?: string | undefined;
  /** Multiaddrs to listen on; absent: the setting. */
  listen?: string[] | undefined;
  bootstrap?: string[] | undefined;
  mcpPort?: number | undefined;
  webPort?: number | undefined;
  mdns?: boolean | undefined;
  /** `small`: fewer connections, a part of the directory and no services for others, for constrained machines. */
  footprint?: 'small' | undefined;
  /** Where `TOOLSWARM_…` variables are read. */
  env: Record<string, string | undefined>;
  /** Receives each line of the log as well. */
  logTo?: ((line: string) => void) | undefined;
}

/** What a shell shows once the node runs. */
export interface NodeFacts {
  pid: number;
  peerId: string;
  providerId: string;
  addresses: string[];
  mcpUrl: string;
  mcpToken: string;
}

/** A dashboard that a shell serves; the node hands out its links. */
export interface Dashboard {
  url(): string;
  /** Mints a one-time link. */
  openLink(wanted?: LinkFor): string;
}

export interface NodeEvents {
  /** Somebody asked the node to stop. */
  stopRequested: object;
  /** The node must be built anew: its own identity changed. */
  restartRequested: object;
}

export interface Node extends EventSource<NodeEvents> {
  readonly handlers: NodeHandlers;
  readonly platform: Pick<Platform, 'clock' | 'db' | 'log' | 'random'>;
  readonly settings: Settings<typeof nodeSettings>;
  readonly operators: Operators;
  /** What this node counts, for collectors. */
  exposition(): string;
  /** What it sees of the network, for programs that browse registries. */
  readonly registryListing: RegistryListing;
  /** Joins the network and serves MCP and the contract. Rejects with advice where a port is taken; call `stop` then. */
  start(): Promise<void>;
  /** Calls end, servers are closed, everything is written. Idempotent. */
  stop(): Promise<void>;
  ready(): NodeFacts;
  attach(dashboard: Dashboard): void;
}

/** What a node with a small footprint is, whatever its settings say: it keeps, carries and opens nothing for others. */
const SMALL_SETTINGS = {
  'p2p.maxConnections': 20,
  'p2p.dhtServer': false,
  'p2p.relay.serve': 'off',
  'p2p.webrtc': false,
  'p2p.portMapping': false,
};
/** Bytes of records that it holds of providers who mean nothing to it: the newest. */
const SMALL_DIRECTORY_BYTES = 8 << 20;

/** Throws `node.already_running`, `settings.invalid`, `storage.…` or `keystore.…`; nothing is left open then. */
export async function createNode(options: NodeOptions): Promise<Node> {
  const settings = readSettings(options);
  const platform = await openPlatform({ ...options, logLevel: settings.get('log.level') });
  try {
    return assemble(platform, settings, options.footprint === 'small' ? SMALL_DIRECTORY_BYTES : undefined);
  } catch (error) {
    await platform.owned.close();
    throw error;
  }
}

function readSettings(options: NodeOptions): Settings<typeof nodeSettings> {
  const flags = {
    'endpoint.port': options.mcpPort,
    'dashboard.port': options.webPort,
    'p2p.listen': options.listen?.length ? options.listen : undefined,
    'p2p.bootstrap': options.bootstrap?.length ? options.bootstrap : undefined,
    'p2p.mdns': options.mdns,
    ...(options.footprint === 'small' ? SMALL_SETTINGS : {}),
  };
  const file = describeDataDir(options.dataDir).settingsFile;
  return createSettings({ file, env: options.env, flags, log: silentLog }, nodeSettings);
}

function assemble(
  platform: Platform,
  settings: Settings<typeof nodeSettings>,
  directoryBytes: number | undefined,
): Node {
  const { clock, dataDir, db, log, owned, random } = platform;
  const events = createEmitter<NodeEvents>((error) => log.error({ err: error }, 'a listener failed'));
  const tasks = createTaskBoard({ clock, newId: () => toHex(random.bytes(8)) });
  owned.defer(() => tasks.close());
  const slices = createSlices(platform, settings, { directoryBytes });
  const { clients, identity, network } = slices;
  owned.add(clients);
  platform.hideInLog(slices.servers.hidden);
  wire(slices, owned, log);
  wireNetworks(slices, platform);
  keepReachable(platform, slices);
  const endpoint = createNodeEndpoint(platform, slices, () => dashboard?.url() ?? '');
  owned.defer(clients.on('clientRevoked', ({ clientId }) => endpoint.endClient(clientId)));
  const operators = createOperators({ db, clock, random });
  const attention = createAttention({ clock, log });
  owned.add(attention);
  addAttentionSources(attention, slices, clock);
  watchEquivocations(slices, attention, owned);
  const storage = createStorageSource({ clock, freeBytes: () => freeBytes(dataDir.root) });
  attention.add(storage);
  // After the answer of who asks for it has gone out.
  const restart = () => void clock.after(10, () => events.emit('restartRequested', {}));
  const { access, relay, servers } = slices;
  const resources = owned.add(
    createServerResources({
      clock,
      log,
      servers,
      limitOf: (server) => limitWithPackages(slices.packages, access.limits.ofServer(server), server),
      spend: relay.spend,
      usageOf: usageOfTrees,
    }),
  );
  const joining = createJoining(platform, slices, {
    tasks,
    mcpUrl: () => endpoint.url,
  });
  const doctor = rememberFindings(joining.doctor);
  const startedAt = clock.now();
  let dashboard: Dashboard | undefined;
  let stopping: Promise<void> | undefined;

  const status = createStatusBoard({
    ...slices,
    clock,
    facts: { version: PRODUCT_VERSION, pid: process.pid, dataDir: dataDir.root, startedAt },
    mcpUrl: () => endpoint.url,
    webUrl: () => dashboard?.url() ?? '',
  });
  const answers: NodeHandlers = {
    ...sliceHandlers(platform, slices, tasks),
    ...createAiClients(platform, slices, { endpoint, tasks }),
    ...operators.handlers,
    ...tasks.handlers,
    ...resources.handlers,
    ...attention.handlers,
    ...slices.equivocations.handlers(slices.registry.providerName),
    ...createSetupHandlers({ db, wasUsed: () => wasUsed(slices) }),
    ...slices.conditions.handlers,
    ...slices.fleet.handlers,
    ...createPackagesHandlers({ clock, log, network, packages: slices.packages, tasks }),
    ...joining.invites.handlers,
    ...doctor.handlers,
    ...createUpkeep({ platform, slices, status: status.read, findings: doctor.findings, restart }),
    ...createCentral({ db, clock, tasks }, { url: () => settings.get('discovery.registry') }).handlers,
    'node.status': status.read,
    'node.watch': (_input, { signal }) => status.watch(signal),
    'node.openLink': (wanted) => ({ url: dashboard?.openLink(wanted) ?? '' }),
    'node.stop': () => {
      // After the answer has gone out.
      clock.after(10, () => events.emit('stopRequested', {}));
      return {};
    },
  };
  const handlers = withStorageFaults(answers, dataDir.databaseFile, storage.note);
  owned.defer(
    identity.on('providerRotated', ({ to }) => {
      if (to === identity.self().providerId) restart();
    }),
  );
  owned.defer(identity.on('adopted', restart));

  const registryListing = createRegistryListing({
    servers: slices.registry.servers,
    packages: slices.packages.listed,
    mcpUrl: () => endpoint.url,
    clock,
  });
  owned.defer(slices.registry.on('changed', registryListing.refresh));
  owned.defer(slices.packages.on('changed', registryListing.refresh));

  async function start(): Promise<void> {
    await startSlices(slices, owned);
    joining.start();
    owned.defer(() => endpoint.stop());
    await endpoint.start();
    const control = { contract, handlers, version: CONTRACT_VERSION, clock, log };
    owned.add(await serveControlSocket(dataDir.controlSocket, control));
    log.info({ ...ready(), mcpToken: undefined }, 'the node is ready');
  }

  const ready = (): NodeFacts => ({
    pid: process.pid,
    peerId: identity.self().peerId,
    providerId: identity.self().providerId,
    addresses: network.addresses(),
    mcpUrl: endpoint.url,
    mcpToken: clients.connectionToken(),
  });

  return {
    on: events.on,
    exposition: () =>
      exposition({
        ...slices,
        residentBytes: () => process.memoryUsage.rss(),
        uptimeMs: () => clock.now() - startedAt,
      }),
    registryListing,
    handlers,
    platform,
    settings,
    operators,
    start,
    stop: () => (stopping ??= owned.close()),
    ready,
    attach(given) {
      dashboard = given;
    },
  };
}

/** A name, a server or a confirmed phrase: somebody was here before there was a first run. */
function wasUsed({ identity, servers }: NodeSlices): boolean {
  const { profile, recoveryPhraseConfirmed } = identity.view();
  return recoveryPhraseConfirmed || profile.displayName !== '' || servers.list().length > 0;
}

/** Who is caught is flagged on his tools at once, and waits for the operator. */
function watchEquivocations(
  { equivocations, records, registry, trust }: NodeSlices,
  attention: Attention,
  owned: Platform['owned'],
): void {
  attention.add(
    equivocations.attention({
      isBlocked: (provider) => trust.isBlocked(provider),
      nameOf: registry.providerName,
    }),
  );
  owned.defer(
    records.on('equivocationFound', () => {
      equivocations.found();
      registry.reconsider();
    }),
  );
}

/** In the order of the slices; what was started is stopped in reverse, whatever else fails. */
async function startSlices(slices: NodeSlices, owned: Platform['owned']): Promise<void> {
  const { network, privateNetworks, records, registry, relay, servers } = slices;
  owned.defer(() => network.stop());
  await network.start();
  owned.add(await privateNetworks.start());
  owned.defer(() => records.stop());
  records.start();
  owned.defer(() => slices.governance.stop());
  slices.governance.start();
  owned.defer(() => slices.grants.stop());
  slices.grants.start();
  owned.defer(() => registry.stop());
  registry.start();
  owned.defer(() => servers.stopAll());
  owned.defer(() => slices.packages.stop());
  await slices.packages.start();
  owned.defer(() => relay.stop());
  relay.start();
  owned.defer(() => slices.resharing.stop());
  slices.resharing.start();
  owned.add(slices.fleet.start());
  publishShares(slices);
}

function createNodeEndpoint(platform: Platform, slices: NodeSlices, dashboardUrl: () => string): Endpoint {
  const { clock, dataDir, keystore, log, owned, random } = platform;
  return createEndpoint(
    {
      catalog: createCatalogSource(slices, owned),
      router: callsInPlace({ ...slices, clock }, dashboardUrl),
      authenticator: slices.clients,
      clock,
      random,
      log,
    },
    {
      serverInfo: { name: 'toolswarm', title: 'Toolswarm', version: PRODUCT_VERSION },
      sessionKey: ensureSecret(keystore, 'endpoint/session', 32, random),
      port: slices.settings.get('endpoint.port'),
      ...publicFace(slices.settings),
      socketPath: dataDir.mcpSocket,
    },
  );
}

function sliceHandlers(platform: Platform, slices: NodeSlices, tasks: TaskRunner) {
  const { access, identity, membership, registry, relay, servers, settings } = slices;
  const { clock } = platform;
  const recovery = createRecovery(
    { ...platform, self: identity.self, tasks },
    { appVersion: PRODUCT_VERSION, refetchableTables: REFETCHABLE_TABLES },
  );
  return {
    ...createIdentityHandlers(identity),
    ...createSettingsHandlers(settings),
    ...createMetricsHandlers(slices.metrics, {
      bottleneck: slices.bottlenecks.report,
      nameOf: registry.providerName,
    }),
    ...createUsageHandlers(slices.usage, { nameOf: registry.providerName }),
    ...createGovernanceHandlers(slices.governance),
    ...createPeersHandlers(peersDeps(platform, slices)),
    ...createLimitHandlers(access),
    ...createGrantHandlers({ access, grants: slices.grants, servers, clock, nameOf: registry.providerName }),
    ...createResharingHandlers(slices, registry.providerName),
    ...createSharingHandlers({
      access,
      registry,
      servers,
      networks: () => [PUBLIC_NETWORK, ...membership.list().map(({ id }) => id)],
    }),
    ...createRegistryHandlers(registry),
    ...createServersHandlers(servers),
    ...createRelayHandlers(relay, { clock, nameOf: registry.providerName }),
    ...createRecoveryHandlers(recovery),
  };
}
