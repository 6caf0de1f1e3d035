/** Builds the slices of a node, leftmost first; each gets exactly what it uses. */
import { portOf } from '#shared/features/p2p/addresses.ts';
import { FEATURES } from '#shared/features/p2p/features.ts';
import { sealPolicyOf } from '#shared/features/access/rules.ts';
import { verifyCertificate } from '#shared/features/identity/rules.ts';
import { type CertifiedNode, parseEntryKey } from '#shared/features/registry/entry.ts';
import { AppError } from '#shared/kernel/errors.ts';
import { type NetworkId, type ProviderId, PUBLIC_NETWORK } from '#shared/kernel/ids.ts';
import { createAccess, createGrants, type Grants } from '../features/access/index.ts';
import { type Clients, createClients } from '../features/clients/index.ts';
import { createActivation, type Governance } from '../features/governance/index.ts';
import { createIdentity } from '../features/identity/index.ts';
import {
  createBottlenecks,
  createMetrics,
  createSpanExporter,
  type SpanExporter,
  createUsage,
  namedUsage,
} from '../features/metrics/index.ts';
import { createNetworks, type Networks } from '../features/p2p/index.ts';
import type { Packages, Sandbox } from '../features/packages/index.ts';
import { createRecords } from '../features/records/index.ts';
import { createRegistry, decidedProviders } from '../features/registry/index.ts';
import { createRelay, createResharing, type Resharing } from '../features/relay/index.ts';
import { sharingOnTerms } from './resharing.ts';
import { createServers } from '../features/servers/index.ts';
import type { Settings } from '../features/settings/index.ts';
import { createFleet, type FleetSlice } from '../features/fleet/index.ts';
import { createTrust } from '../features/trust/index.ts';
import { measureProcess } from '../platform/process-load.ts';
import { createSecrets } from '../platform/secrets.ts';
import { PRODUCT_VERSION } from '../platform/version.ts';
import { createConditions, type NodeConditions } from './conditions.ts';
import { fleetFacts, withdrawShares } from './fleet.ts';
import { policySources } from './fleet-policy.ts';
import { createEquivocations, type Equivocations } from './equivocations.ts';
import { createNodeGovernance } from './governing.ts';
import { maskOpener } from './masks.ts';
import type { Platform } from './platform.ts';
import { networkOpener } from './network-opener.ts';
import { createNodePackages } from './packages.ts';
import { createPresence, type Presence } from './presence.ts';
import { createMembership, type Membership } from './private-network.ts';
import { createPrivateNetworks, type PrivateNetworks } from './private-networks.ts';
import type { nodeSettings } from './settings.ts';
import type { Slices } from './wiring.ts';

export interface NodeSlices extends Slices {
  network: Networks;
  clients: Clients;
  settings: Settings<typeof nodeSettings>;
  conditions: NodeConditions;
  presence: Presence;
  equivocations: Equivocations;
  membership: Membership;
  privateNetworks: PrivateNetworks;
  governance: Governance;
  fleet: FleetSlice;
  spans: SpanExporter;
}

const DAY_MS = 24 * 3_600_000;

export interface SlicesOptions {
  /** Most bytes of records that are held of providers who mean nothing here. Default: no bound but the store's own. */
  directoryBytes?: number | undefined;
  /** How packages are confined. Default: as this machine can. */
  sandbox?: Sandbox | undefined;
}

export function createSlices(
  platform: Platform,
  settings: Settings<typeof nodeSettings>,
  { directoryBytes, sandbox }: SlicesOptions = {},
): NodeSlices {
  const { clock, db, keystore, log, random, verify } = platform;
  const base = { clock, db, log, random, verify };
  const metrics = createMetrics(base);
  const usage = platform.owned.add(createUsage(base, { keepDays: () => settings.get('metrics.usageDays') }));
  const trust = createTrust({
    ...base,
    isSelf: (provider) => provider === identity.self().providerId,
  });
  const access = createAccess({
    ...base,
    standing: trust.standing,
    granted: (call) => grants.covering(call),
  });
  const decided = decidedProviders(db);
  /** Whether a provider means something here: strangers must neither fill the store nor take what these need. */
  const concerns = (provider: ProviderId) =>
    trust.standing(provider).tier !== 'unknown' || access.concerns(provider) || decided(provider);
  const identity = createIdentity({ ...base, keystore }, { concerns });
  const membership = createMembership(keystore, {
    onMigrated: (id) => stayPrivate(id, db, settings),
  });
  const activation = createActivation(base, FEATURES);
  const openNetwork = networkOpener({ ...base, identity, trust, activation }, settings);
  const network = createNetworks(
    { log },
    { publicNetwork: openNetwork(), isPublic: settings.get('p2p.public') },
  );
  const privateNetworks = createPrivateNetworks({
    ...base,
    networks: network,
    membership,
    open: openNetwork,
    anyPort: () => settings.get('p2p.listen').every((address) => portOf(address) === 0),
  });
  const grants: Grants = createGrants({
    ...base,
    network,
    self: () => ({ ...identity.self(), signer: identity.nodeSigner, certificate: identity.certificate() }),
    certified: (certificate) => certifiedNode(certificate, platform, identity),
    takesRequests: (provider) => !trust.isBlocked(provider) && settings.get('access.takeRequests'),
    isBlocked: trust.isBlocked,
    mayShareOn: (provider, server) =>
      sharingOnTerms({ access, resharing, self: identity.self().providerId }, provider, server),
    isNeeded: (id) => resharing.isNeeded(id),
  });
  const conditions = platform.owned.add(createConditions({ ...base, settings }));
  const presence = platform.owned.add(createPresence({ network, log, isPaused: conditions.isPaused }));
  const records = createRecords(
    {
      ...base,
      network,
      certified: (certificate) => certifiedNode(certificate, platform, identity),
      self: { signer: identity.nodeSigner, certificate: () => identity.certificate() },
    },
    {
      maySee: (provider, record) => access.maySee(provider, parseEntryKey(record.key).server).ok,
      isBlocked: (provider, node) => trust.isBlocked(provider, node),
      concerns,
      ...(directoryBytes === undefined ? {} : { interest: () => ({ maxBytes: directoryBytes }) }),
    },
  );
  const equivocations = createEquivocations({ ...base, proofs: records.equivocations });
  const clients = createClients({ ...base, keystore });
  const servers = createServers(
    { ...base, secrets: createSecrets(keystore, 'servers') },
    {
      clientInfo: { name: 'toolswarm', version: PRODUCT_VERSION },
      idleTimeoutMs: settings.get('relay.idleTimeoutMs'),
      maxMessageBytes: settings.get('relay.maxResultBytes'),
      login: { clientDocument: () => settings.get('servers.clientDocument') || undefined },
      launch: (...start) => packages.launch(...start),
    },
  );
  const self = identity.self();
  const node = {
    providerId: self.providerId,
    peerId: self.peerId,
    signer: identity.nodeSigner,
    certificate: () => identity.certificate(),
    displayName: () => identity.view().profile.displayName,
    // Entries travel; how members of a private network reach this node is told to them alone.
    addresses: () => network.addresses(PUBLIC_NETWORK),
  };
  const registry = createRegistry(
    {
      ...base,
      records,
      network,
      certified: (certificate) => certifiedNode(certificate, platform, identity),
      node,
    },
    {
      maySee: (provider, server) => access.maySee(provider, server).ok,
      concerns,
      isKnown: trust.isKnown,
      isFlagged: equivocations.isFlagged,
      // Who is on the way himself would call himself through others.
      partiesOf(via, provider) {
        const passed = grants.partiesOf(via);
        const isSound = passed?.parties.at(-1) === provider && !passed.parties.includes(self.providerId);
        return isSound ? passed : undefined;
      },
      isLocalReachable: (server) => servers.has(server) && isUsable(servers.get(server).state),
      isServing: presence.isServing,
      answersSearches: () => settings.get('search.answer'),
    },
  );
  const packages: Packages = createNodePackages(platform, settings, {
    ...{ network, records, servers, grants, registry, trust, identity, node, sandbox },
    certified: (certificate) => certifiedNode(certificate, platform, identity),
  });
  const governance = createNodeGovernance({
    ...base,
    activation,
    records,
    network,
    trust,
    identity,
    settings,
    certified: (certificate) => certifiedNode(certificate, platform, identity),
    providerName: registry.providerName,
  });
  const spans = platform.owned.add(
    createSpanExporter(base, {
      url: () => settings.get('metrics.traces'),
      service: { name: 'toolswarm', version: PRODUCT_VERSION, instance: self.peerId },
    }),
  );
  const relay = createRelay(
    {
      ...base,
      spans,
      network,
      servers: {
        target: (name) => (servers.has(name) ? servers.target(name) : resharing.target(name)),
        sessionEnded: servers.sessionEnded,
      },
      mayCall: access.mayCall,
      useGrant: grants.use,
      isGrantGood: grants.isGood,
      judgeChain: grants.judgeChain,
      onward: (name) => resharing.onward(name),
      isPaused: conditions.isPaused,
      isServing: presence.isServing,
      secrets: servers.hidden,
      openMask: maskOpener(platform, { identity, trust }, () => settings.get('p2p.privateAddresses')),
      sealing: {
        self: { peerId: self.peerId, signer: identity.nodeSigner, certificate: () => identity.certificate() },
        certified: (certificate) => certifiedNode(certificate, platform, identity),
      },
      callable: registry.callable,
      findLocal: (server, tool) => registry.localTool(server, tool) ?? resharing.callable(server, tool),
    },
    {
      idleTimeoutMs: () => settings.get('relay.idleTimeoutMs'),
      maxResultBytes: () => settings.get('relay.maxResultBytes'),
      keepPayloads: () => settings.get('relay.keepPayloads'),
      retentionMs: () => settings.get('relay.retentionDays') * DAY_MS,
      maxRunning: () => settings.get('relay.maxRunning'),
      maxWaiting: () => settings.get('relay.maxWaiting'),
      limitsOf: access.limits.of,
      limits: access.limits.list,
      isKnown: trust.isKnown,
      sealPolicy: (server, tool) => sealPolicyOf(access.shareOf(server), tool),
      seal: () => settings.get('relay.seal'),
      tellClient: () => settings.get('relay.tellClient'),
      cache: () => settings.get('relay.cache'),
      // Neither prices nor earned trust exist yet: what is weighed is what is measured.
      preference: () => ({ price: 0, trust: 0 }),
    },
  );
  const resharing: Resharing = createResharing({
    ...base,
    self: () => identity.self().providerId,
    grants,
    catalog: registry.catalog,
    callableById: registry.callable,
    callTool: relay.callTool,
    nodesOf: (provider) =>
      network
        .peers()
        .flatMap(({ peerId, providerId: of }) =>
          of === provider && presence.isServing(peerId) ? [peerId] : [],
        ),
  });
  const fleet = createFleet(
    {
      ...base,
      identity,
      network,
      records,
      certified: (certificate) => certifiedNode(certificate, platform, identity),
    },
    {
      facts: fleetFacts({ access, clock, identity, registry, relay, usage }),
      usage: (query) => namedUsage(usage.query(query), registry.providerName),
      policy: {
        sources: policySources({ access, grants, registry, trust, self: self.peerId }),
        isOn: () => settings.get('fleet.sharePolicy'),
        setOn: (on) => settings.set('fleet.sharePolicy', on),
      },
      beforeMoving: () => withdrawShares({ clock, registry }),
    },
  );
  const processLoad = platform.owned.add(measureProcess());
  const bottlenecks = platform.owned.add(
    createBottlenecks({ clock, door: relay.load, process: processLoad.read }),
  );
  return {
    identity,
    metrics,
    usage,
    bottlenecks,
    trust,
    network,
    records,
    clients,
    access,
    grants,
    registry,
    servers,
    packages,
    relay,
    spans,
    resharing,
    settings,
    conditions,
    presence,
    equivocations,
    membership,
    privateNetworks,
    governance,
    fleet,
  };
}

const isUsable = (state: string): boolean => state !== 'failed' && state !== 'disabled';

/** Earlier versions were in one network: it must not become public by itself, nor its peers peers of the public one. */
function stayPrivate(id: NetworkId, db: Platform['db'], settings: Settings<typeof nodeSettings>): void {
  settings.set('p2p.public', false);
  db.prepare("UPDATE OR IGNORE p2p_peers SET network = ? WHERE network = 'public'").run(id);
  db.prepare("DELETE FROM p2p_peers WHERE network = 'public'").run();
}

/** Throws `identity.bad_certificate`, or why its node does not serve its provider (any more): `identity.superseded`, `identity.node_removed`. */
function certifiedNode(
  certificate: Uint8Array,
  { clock, verify }: Platform,
  identity: Slices['identity'],
): CertifiedNode {
  const verified = verifyCertificate(certificate, { now: clock.now(), verify });
  if (verified.ok) return { ...verified.value, providerId: identity.servesNow(verified.value) };
  throw new AppError(
    'identity.bad_certificate',
    `The node’s certificate does not hold (${verified.reason}).`,
    {
      advice: 'Drop what it signed.',
    },
  );
}
