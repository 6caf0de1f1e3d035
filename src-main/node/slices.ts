/** Builds the slices of a node, leftmost first; each gets exactly what it uses. */
import { verifyCertificate } from '#shared/features/identity/rules.ts';
import { type CertifiedNode, parseEntryKey } from '#shared/features/registry/entry.ts';
import { AppError } from '#shared/kernel/errors.ts';
import type { ProviderId } from '#shared/kernel/ids.ts';
import { createAccess } from '../features/access/index.ts';
import { type Clients, createClients } from '../features/clients/index.ts';
import { createIdentity } from '../features/identity/index.ts';
import { createMetrics } from '../features/metrics/index.ts';
import { createLibp2pNetwork, type Libp2pNetwork } from '../features/p2p/index.ts';
import { createRecords } from '../features/records/index.ts';
import { createRegistry, decidedProviders } from '../features/registry/index.ts';
import { createRelay } from '../features/relay/index.ts';
import { createServers } from '../features/servers/index.ts';
import type { Settings } from '../features/settings/index.ts';
import { createTrust } from '../features/trust/index.ts';
import { createSecrets } from '../platform/secrets.ts';
import { PRODUCT_VERSION } from '../platform/version.ts';
import { createConditions, type NodeConditions } from './conditions.ts';
import type { Platform } from './platform.ts';
import { createPresence, type Presence } from './presence.ts';
import { createMembership, type Membership } from './private-network.ts';
import type { nodeSettings } from './settings.ts';
import type { Slices } from './wiring.ts';

export interface NodeSlices extends Slices {
  network: Libp2pNetwork;
  clients: Clients;
  settings: Settings<typeof nodeSettings>;
  conditions: NodeConditions;
  presence: Presence;
  membership: Membership;
}

const DAY_MS = 24 * 3_600_000;

export function createSlices(platform: Platform, settings: Settings<typeof nodeSettings>): NodeSlices {
  const { clock, db, keystore, log, random, verify } = platform;
  const base = { clock, db, log, random, verify };
  const metrics = createMetrics(base);
  const trust = createTrust(base);
  const access = createAccess({ ...base, standing: trust.standing });
  const decided = decidedProviders(db);
  /** Whether a provider means something here: strangers must neither fill the store nor take what these need. */
  const concerns = (provider: ProviderId) =>
    trust.standing(provider).tier !== 'unknown' || access.concerns(provider) || decided(provider);
  const identity = createIdentity({ ...base, keystore }, { concerns });
  const membership = createMembership(keystore);
  const network = createNetwork({ ...base, identity, trust, membership }, settings);
  const conditions = platform.owned.add(createConditions({ ...base, settings }));
  const presence = platform.owned.add(createPresence({ network, log, isPaused: conditions.isPaused }));
  const records = createRecords(
    { ...base, network },
    {
      maySee: (provider, record) => access.maySee(provider, parseEntryKey(record.key).server).ok,
      isBlocked: (provider, node) => trust.isBlocked(provider, node),
      concerns,
    },
  );
  const clients = createClients({ ...base, keystore });
  const servers = createServers(
    { ...base, secrets: createSecrets(keystore, 'servers') },
    {
      clientInfo: { name: 'toolswarm', version: PRODUCT_VERSION },
      idleTimeoutMs: settings.get('relay.idleTimeoutMs'),
      maxMessageBytes: settings.get('relay.maxResultBytes'),
      login: { clientDocument: () => settings.get('servers.clientDocument') || undefined },
    },
  );
  const self = identity.self();
  const registry = createRegistry(
    {
      ...base,
      records,
      network,
      certified: (certificate) => certifiedNode(certificate, platform, identity),
      node: {
        providerId: self.providerId,
        peerId: self.peerId,
        signer: identity.nodeSigner,
        certificate: () => identity.certificate(),
        displayName: () => identity.view().profile.displayName,
        addresses: () => network.addresses(),
      },
    },
    {
      maySee: (provider, server) => access.maySee(provider, server).ok,
      concerns,
      isKnown: trust.isKnown,
      isLocalReachable: (server) => servers.has(server) && isUsable(servers.get(server).state),
      isServing: presence.isServing,
      answersSearches: () => settings.get('search.answer'),
    },
  );
  const relay = createRelay(
    {
      ...base,
      network,
      servers: {
        target: (name) => (servers.has(name) ? servers.target(name) : undefined),
        sessionEnded: servers.sessionEnded,
      },
      mayCall: access.mayCall,
      isPaused: conditions.isPaused,
      isServing: presence.isServing,
      callable: registry.callable,
      findLocal: registry.localTool,
    },
    {
      idleTimeoutMs: () => settings.get('relay.idleTimeoutMs'),
      maxResultBytes: () => settings.get('relay.maxResultBytes'),
      keepPayloads: () => settings.get('relay.keepPayloads'),
      retentionMs: () => settings.get('relay.retentionDays') * DAY_MS,
    },
  );
  return {
    identity,
    metrics,
    trust,
    network,
    records,
    clients,
    access,
    registry,
    servers,
    relay,
    settings,
    conditions,
    presence,
    membership,
  };
}

const isUsable = (state: string): boolean => state !== 'failed' && state !== 'disabled';

type NetworkDeps = Pick<Platform, 'clock' | 'db' | 'log' | 'random'> &
  Pick<NodeSlices, 'identity' | 'trust' | 'membership'>;

/** A peer is admitted when its certificate holds and neither it nor its provider is blocked. */
function createNetwork(
  { identity, membership, trust, ...base }: NetworkDeps,
  settings: Settings<typeof nodeSettings>,
): Libp2pNetwork {
  return createLibp2pNetwork(
    {
      ...base,
      privateKey: identity.nodeSeed(),
      certificate: () => identity.certificate(),
      gate: (peerId) => !trust.isBlocked(peerId),
      admit(peerId, certificate) {
        const admission = identity.admit(peerId, certificate);
        if (!admission.ok || !trust.isBlocked(peerId, admission.providerId)) return admission;
        return { ok: false, code: 'p2p.blocked', message: 'The operator has blocked this peer.' };
      },
    },
    {
      agent: `toolswarm/${PRODUCT_VERSION}`,
      listen: settings.get('p2p.listen'),
      bootstrap: settings.get('p2p.bootstrap'),
      mdns: settings.get('p2p.mdns'),
      dhtServer: settings.get('p2p.dhtServer'),
      maxConnections: settings.get('p2p.maxConnections'),
      networkKey: membership.active?.key,
    },
  );
}

/** Throws `identity.bad_certificate` where a certificate does not hold or its provider has another key by now. */
function certifiedNode(
  certificate: Uint8Array,
  { clock, verify }: Platform,
  identity: Slices['identity'],
): CertifiedNode {
  const verified = verifyCertificate(certificate, { now: clock.now(), verify });
  const isCurrent =
    verified.ok && identity.currentProvider(verified.value.providerId) === verified.value.providerId;
  if (isCurrent) return verified.value;
  throw new AppError(
    'identity.bad_certificate',
    `The node’s certificate does not hold (${verified.ok ? 'superseded' : verified.reason}).`,
    {
      advice: 'Drop what it signed.',
    },
  );
}
