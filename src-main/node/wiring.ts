/**
 * Facts that travel between slices. A slice never imports one to its right; what must flow leftward or across is an event
 * that is connected here, so that this page tells the whole story of who reacts to whom.
 */
import type { DisposableStore } from '#shared/kernel/disposables.ts';
import { serversFor, toolsFor } from '#shared/features/packages/pinning.ts';
import { formatToolId, type ProviderId } from '#shared/kernel/ids.ts';
import { fingerprintOf } from '#shared/features/registry/tool.ts';
import { createEmitter } from '#shared/kernel/events.ts';
import type { Access, Grants } from '../features/access/index.ts';
import type { Clients } from '../features/clients/index.ts';
import type { CatalogEvents, CatalogSource } from '../features/endpoint/index.ts';
import type { Identity } from '../features/identity/index.ts';
import type { Bottlenecks, Metrics, Usage } from '../features/metrics/index.ts';
import { createRememberedPeers, type Network } from '../features/p2p/index.ts';
import type { Packages } from '../features/packages/index.ts';
import type { Records } from '../features/records/index.ts';
import { notesOf, type Registry } from '../features/registry/index.ts';
import type { Relay, Resharing } from '../features/relay/index.ts';
import type { Servers } from '../features/servers/index.ts';
import type { Trust } from '../features/trust/index.ts';
import type { Log } from '../platform/log.ts';
import type { Platform } from './platform.ts';
import { wireResharing } from './resharing.ts';
import type { NodeSlices } from './slices.ts';

export interface Slices {
  identity: Identity;
  metrics: Metrics;
  usage: Usage;
  bottlenecks: Bottlenecks;
  trust: Trust;
  network: Network;
  records: Records;
  access: Access;
  grants: Grants;
  registry: Registry;
  servers: Servers;
  relay: Relay;
  resharing: Resharing;
  packages: Packages;
}

export function wire(slices: Slices, owned: DisposableStore, log: Log): void {
  const subscribe = (...stops: Array<() => void>) => stops.forEach((stop) => owned.defer(stop));
  subscribe(
    ...serversToRegistry(slices),
    packagesToRegistry(slices, log),
    ...newsToReads(slices),
    ...sharing(slices),
    ...wireResharing(slices),
    ...blocking(slices, log),
    ...rotation(slices),
    callsToMetrics(slices),
    slices.relay.onInvocation(slices.usage.note),
    slices.relay.onMeasured(slices.bottlenecks.note),
    slices.relay.onMeasured(({ direction, hops = [] }) => slices.metrics.noteHops(direction, hops)),
  );
}

/** What was read from a server is read again once it says that it changed, or is another one. */
const newsToReads = ({ relay, servers }: Slices) => [
  servers.on('resourceUpdated', ({ server, uri }) => relay.forgetReads(server, uri)),
  servers.on('offersChanged', ({ server }) => relay.forgetReads(server)),
  servers.on('changed', ({ server }) => relay.forgetReads(server)),
  servers.on('removed', ({ server }) => relay.forgetReads(server)),
  servers.on('renamed', ({ from }) => relay.forgetReads(from)),
];

/** Every call that ends is counted; only what crossed the network counts as bytes. */
const callsToMetrics = ({ metrics, relay }: Slices) =>
  relay.onInvocation(({ direction, durationMs, outcome, requestBytes, responseBytes }) => {
    const [bytesIn, bytesOut] =
      direction === 'incoming' ? [requestBytes, responseBytes] : [responseBytes, requestBytes];
    metrics.noteCall({
      direction,
      durationMs,
      failed: outcome === 'error',
      bytesIn: direction === 'local' ? 0 : bytesIn,
      bytesOut: direction === 'local' ? 0 : bytesOut,
    });
  });

/** What local servers offer enters the directory, and leaves it with them. */
function serversToRegistry({ access, grants, registry, relay, resharing, servers }: Slices) {
  let isStarting = true;
  /** A server that was switched off leaves the catalog and the network until it is started again. */
  const withdraw = (server: string) => {
    if (registry.localOffers(server) === undefined) return;
    registry.removeLocalServer(server);
    registry.setShare(server, undefined);
    relay.recheck();
  };
  /** Before the node runs nothing is published: its addresses are not known yet, and `publishShares` follows. */
  const publish = (server: string) => {
    if (!isStarting) registry.setShare(server, access.shareOf(server));
  };
  const offer = (server: string) => {
    const offers = servers.offers(server);
    const { description, state, tags, title, transport } = servers.get(server);
    if (state === 'disabled') return withdraw(server);
    if (!offers) return;
    registry.setLocalServer(server, {
      offers,
      tags,
      ...(description ? { description } : {}),
      ...(title ? { title } : {}),
      packaged: transport.type === 'package',
      notes: notesOf(access.shareOf(server), offers.tools),
    });
    publish(server);
    relay.recheck();
  };
  for (const { name } of servers.list()) offer(name);
  isStarting = false;
  // A server that was removed just before a crash: the next of its name must not inherit its audience.
  const isThere = (server: string) => servers.has(server) || resharing.has(server);
  for (const share of access.shares()) if (!isThere(share.server)) access.unshare(share.server);
  for (const { grant } of grants.made()) if (!isThere(grant.server)) grants.endServer(grant.server);
  return [
    servers.on('offersChanged', ({ server }) => offer(server)),
    servers.on('changed', ({ server }) => {
      const isListed = registry.localOffers(server) !== undefined;
      if (servers.has(server) && isListed === (servers.get(server).state === 'disabled')) offer(server);
      else registry.touch();
    }),
    servers.on('described', ({ server }) => offer(server)),
    // What is said of its tools is found in the own catalog too.
    access.on('shareChanged', ({ server }) => {
      if (servers.has(server)) offer(server);
    }),
    // Its audience follows it; what was published under the old name ends with it.
    servers.on('renamed', ({ from, to }) => {
      access.rename(from, to);
      grants.renameServer(from, to);
    }),
    servers.on('removed', ({ server }) => {
      access.unshare(server);
      access.limits.forget(server);
      grants.endServer(server);
      registry.removeLocalServer(server);
    }),
  ];
}

/**
 * What was shown in the review of a package is agreed to. A tool that its server lists otherwise than it was signed waits
 * for the operator as any other does.
 */
const packagesToRegistry = ({ identity, packages, registry }: Slices, log: Log) =>
  packages.on('running', ({ server, tools }) => {
    const { providerId } = identity.self();
    for (const tool of tools) {
      const id = formatToolId({ provider: providerId, server, tool: tool.name });
      try {
        registry.approve(id, fingerprintOf(tool));
      } catch (error) {
        log.info({ server, tool: tool.name, error: String(error) }, 'a tool is not as it was signed');
      }
    }
  });

/** Once the node runs: what is shared is published, and what was published but is no longer shared ends. */
export function publishShares({ access, registry }: Pick<Slices, 'access' | 'registry'>): void {
  for (const server of registry.published())
    if (!access.shareOf(server)) registry.setShare(server, undefined);
  for (const share of access.shares()) registry.setShare(share.server, share);
}

/** What sharing no longer allows ends, and what it allows is published. */
function sharing({ access, grants, network, registry, relay, trust }: Slices) {
  const republish = () => {
    for (const share of access.shares()) registry.setShare(share.server, share);
  };
  return [
    access.on('shareChanged', ({ server, share }) => {
      relay.recheck();
      registry.setShare(server, share);
    }),
    // Who holds a grant sees the server, and no longer once it is revoked.
    grants.on('madeChanged', ({ server }) => {
      relay.recheck();
      registry.setShare(server, access.shareOf(server));
    }),
    // Some servers are shared with those who are known.
    trust.on('knownChanged', () => {
      relay.recheck();
      republish();
      // The names of those who are known are not to be imitated.
      registry.reconsider();
    }),
    network.on('addressesChanged', republish),
  ];
}

/** A block ends connections and calls at once, and what came from the blocked is forgotten. */
function blocking({ network, records, relay, trust }: Slices, log: Log) {
  return [
    trust.on('blocked', ({ id }) => {
      relay.recheck();
      records.forget(id);
      for (const peer of network.peers()) {
        if (peer.peerId !== id && peer.providerId !== id) continue;
        network.disconnect(peer.peerId).catch((error: unknown) => {
          log.warn(
            { peer: peer.peerId, error: String(error) },
            'a blocked peer could not be disconnected in order',
          );
        });
      }
    }),
  ];
}

/**
 * Entering a network shares nothing there by itself. What was said to be shared in a network that comes back is published
 * again; what came through one that was left goes with it.
 */
export function wireNetworks(
  {
    access,
    governance,
    network,
    privateNetworks,
    records,
    relay,
    settings,
  }: Pick<
    NodeSlices,
    'access' | 'governance' | 'network' | 'privateNetworks' | 'records' | 'relay' | 'settings'
  >,
  { db, log, owned }: Pick<Platform, 'db' | 'log' | 'owned'>,
): void {
  // Whoever is met elsewhere as well is told there again what is there.
  owned.defer(
    privateNetworks.on('left', ({ id }) => {
      records.leave(id);
      relay.recheck();
    }),
  );
  owned.defer(
    privateNetworks.on('forgotten', ({ id }) => {
      access.forgetNetwork(id);
      createRememberedPeers(db, id).clear();
    }),
  );
  owned.defer(settings.watch('p2p.relay.serve', network.setRelayPolicy));
  // What was decided and waits takes effect once it may.
  owned.defer(settings.watch('governance.automatic', governance.count));
  owned.defer(
    settings.watch('p2p.public', (on) => {
      network.setPublic(on).catch((error: unknown) => {
        log.error({ error: String(error), on }, 'the public network could not be switched');
      });
    }),
  );
}

/** A provider that replaced its key is the same provider: pins, blocks, shares and approvals follow it. */
function rotation({ access, identity, records, registry, trust, usage }: Slices) {
  return [
    identity.on('providerRotated', ({ from, to }: { from: ProviderId; to: ProviderId }) => {
      records.forget(from);
      trust.follow(from, to);
      access.follow(from, to);
      registry.follow(from, to);
      usage.follow(from, to);
    }),
  ];
}

/** The catalog as the endpoint reads it: approved tools from the registry, prompts and resources from local servers. */
export function createCatalogSource(
  {
    clients,
    packages,
    registry,
    servers,
  }: Pick<Slices, 'packages' | 'registry' | 'servers'> & {
    clients: Clients;
  },
  owned: DisposableStore,
): CatalogSource {
  const events = createEmitter<CatalogEvents>();
  const all = { tools: true, prompts: true, resources: true };
  owned.defer(
    registry.on('catalogChanged', () => events.emit('changed', { ...all, prompts: false, resources: false })),
  );
  owned.defer(
    servers.on('offersChanged', ({ prompts, resources }) => {
      if (prompts || resources) events.emit('changed', { tools: false, prompts, resources });
    }),
  );
  owned.defer(packages.on('changed', () => events.emit('changed', all)));
  owned.defer(servers.on('added', () => events.emit('changed', all)));
  owned.defer(servers.on('removed', () => events.emit('changed', all)));
  owned.defer(clients.on('profileChanged', () => events.emit('changed', all)));
  owned.defer(servers.on('resourceUpdated', (event) => events.emit('resourceUpdated', event)));
  owned.defer(servers.on('logged', (event) => events.emit('logged', event)));
  return {
    on: events.on,
    tools: (profile) => toolsFor(profile, registry.catalog(), packages.pinned()),
    waiting: () =>
      registry.waiting().map((tool) => ({
        ...tool,
        provider: registry.providerName(tool.provider) ?? tool.provider,
      })),
    find: async (text, limit) => (await registry.search(text, limit, 'catalog')).map(({ id }) => id),
    servers: (profile) =>
      serversFor(
        profile,
        servers.list().map((one) => ({ ...one, server: one.name })),
        packages.pinned(),
      ).flatMap(({ name, state }) => {
        const offers = servers.offers(name);
        return offers && state !== 'disabled' ? [{ server: name, offers }] : [];
      }),
  };
}
