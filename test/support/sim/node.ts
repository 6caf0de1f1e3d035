/**
 * A simulated node: the real peering, records and publisher; with `depth: 'registry'` also the real registry, trust and
 * access on a database of its own. It can be taken down and brought back with everything that it kept.
 */
import { type Access as Sharing, accessMigrations, createAccess } from '#main/features/access/index.ts';
import { p2pMigrations } from '#main/features/p2p/index.ts';
import { createRecords, type Records, recordsMigrations } from '#main/features/records/index.ts';
import { createRegistry, type Registry, registryMigrations } from '#main/features/registry/index.ts';
import { createPublisher, type Publisher } from '#main/features/registry/publisher.ts';
import { relayMigrations } from '#main/features/relay/index.ts';
import { createTrust, type Trust, trustMigrations } from '#main/features/trust/index.ts';
import type { Log } from '#main/platform/log.ts';
import type { Database } from '#main/platform/sqlite.ts';
import type { Share } from '#shared/features/access/contract.ts';
import { RECONCILE_FEATURE } from '#shared/features/records/messages.ts';
import { ENTRY_TOPIC, ENTRY_TYPE, parseEntryKey, readEntry } from '#shared/features/registry/entry.ts';
import type { Tool } from '#shared/features/registry/tool.ts';
import type { ServerOffers } from '#shared/features/servers/offers.ts';
import type { Clock } from '#shared/kernel/clock.ts';
import { memoryDatabase } from '#test/support/database.ts';
import type { Access, SimulatedInternet } from '#test/support/network/simulated-internet.ts';
import { createSimulatedNetwork, type SimulatedNetwork } from '#test/support/network/simulated-network.ts';
import { createSkewedClock, type Skew } from './clock.ts';
import type { Dice } from './dice.ts';
import { createSimIdentity, type SimIdentity } from './identity.ts';
import { lightDatabase } from './light-database.ts';
import { createRememberedInMemory } from './remembered.ts';
import type { SharedWork } from './shared-work.ts';

export interface SimNodeSpec {
  depth?: 'records' | 'registry';
  bootstrap?: string[];
  access?: Access;
  skew?: Skew;
  dhtServer?: boolean;
  enoughPeers?: number;
  maxConnections?: number;
  /** So often a node with few peers walks the index for more. */
  walkMs?: number;
}

export interface SimNodeDeps {
  internet: SimulatedInternet;
  dice: Dice;
  work: SharedWork;
  /** What nodes complain about. */
  log: Log;
}

/** What runs while the node is up. */
interface Running {
  network: SimulatedNetwork;
  records: Records;
  trust: Trust | undefined;
  access: Sharing | undefined;
  registry: Registry | undefined;
  publisher: Publisher;
  stop(): Promise<void>;
}

export interface SimNode extends SimIdentity {
  readonly name: string;
  readonly clock: Clock;
  readonly address: string;
  readonly isUp: boolean;
  /** Throw while the node is down. */
  readonly network: SimulatedNetwork;
  readonly records: Records;
  readonly registry: Registry;
  readonly trust: Trust;
  readonly access: Sharing;
  readonly db: Database;
  /** Refused records by reason, over the node's whole life. */
  readonly refusals: Map<string, number>;
  start(): Promise<void>;
  /** Gone at once; what it stored stays. */
  stop(): Promise<void>;
  /** Publishes an entry of a server; returns its key. */
  share(server: string, tools?: Tool[], audience?: Share['audience']): string;
  unshare(server: string): void;
  close(): Promise<void>;
}

const defaultTool: Tool = { name: 'echo', description: 'Says it back', inputSchema: { type: 'object' } };

const offersOf = (name: string, tools: Tool[]): ServerOffers => ({
  serverInfo: { name, version: '1.0.0' },
  capabilities: {},
  protocolVersion: '2025-11-25',
  era: 'legacy',
  tools,
  prompts: [],
  resources: [],
  resourceTemplates: [],
  listedAt: 0,
});

export function createSimNode(deps: SimNodeDeps, name: string, spec: SimNodeSpec = {}): SimNode {
  const { internet, work } = deps;
  const clock = createSkewedClock(internet.clock, spec.skew ?? {});
  const identity = createSimIdentity(`${name}`, internet.clock.now());
  const random = deps.dice.fork(name);
  const log = deps.log;
  const address = `/memory/${name.replaceAll('/', '-')}`;
  const refusals = new Map<string, number>();
  const remembered = createRememberedInMemory();
  const certified = (bytes: Uint8Array) => work.certified(bytes, clock.now());
  const db: Database =
    spec.depth === 'registry'
      ? memoryDatabase(
          recordsMigrations,
          p2pMigrations,
          trustMigrations,
          accessMigrations,
          registryMigrations,
          relayMigrations,
        )
      : lightDatabase(recordsMigrations);
  let running: Running | undefined;

  const up = (): Running => {
    if (!running) throw new Error(`${name} is down`);
    return running;
  };

  function createNetwork(isBlocked: (...ids: string[]) => boolean): SimulatedNetwork {
    const isFull = () => network.peers().length >= (spec.maxConnections ?? 60);
    const network: SimulatedNetwork = createSimulatedNetwork(
      internet,
      {
        privateKey: identity.nodeSeed,
        certificate: () => identity.certificate,
        clock,
        random,
        log,
        db,
        gate: (peer) => !isBlocked(peer) && !isFull(),
        admit(peer, bytes) {
          try {
            const node = certified(bytes);
            if (node.peerId !== peer)
              return { ok: false, code: 'identity.wrong_node', message: 'another node' };
            if (isBlocked(peer, node.providerId)) return { ok: false, code: 'p2p.blocked', message: 'no' };
            return { ok: true, providerId: node.providerId };
          } catch {
            // Whatever is wrong with it: it is no certificate of this peer.
            return { ok: false, code: 'identity.bad_certificate', message: 'bad certificate' };
          }
        },
      },
      {
        listen: [address],
        bootstrap: spec.bootstrap ?? [],
        access: spec.access ?? {},
        dhtServer: spec.dhtServer ?? true,
        remembered,
        enoughPeers: spec.enoughPeers ?? 8,
        agent: 'sim',
        features: { offered: () => [RECONCILE_FEATURE] },
        ...(spec.walkMs === undefined ? {} : { walkMs: spec.walkMs }),
      },
    );
    return network;
  }

  const publishing = () => ({
    ...identity,
    certificate: () => identity.certificate,
    displayName: () => name.slice(-40),
    addresses: () => [`${address}/p2p/${identity.peerId}`],
  });

  function assemble(): Running {
    const trust = spec.depth === 'registry' ? createTrust({ db, clock, log }) : undefined;
    const isBlocked = (...ids: string[]) => trust?.isBlocked(...ids) ?? false;
    const network = createNetwork(isBlocked);
    const access = trust ? createAccess({ db, clock, log, standing: trust.standing }) : undefined;
    const concerns = (provider: string) => trust?.isKnown(provider) ?? false;
    const records = createRecords(
      { network, db, clock, random, verify: work.verify, log },
      {
        maySee: (provider, record) => access?.maySee(provider, parseEntryKey(record.key).server).ok ?? false,
        isBlocked,
        concerns,
      },
    );
    records.on('refused', ({ reason }) => void refusals.set(reason, (refusals.get(reason) ?? 0) + 1));
    const node = publishing();
    const publisher = createPublisher({
      node,
      records,
      clock,
      manifests: {
        put: () => undefined,
        get: () => undefined,
        fetch: async () => undefined,
        serve: neverServed,
      },
    });
    const registry = trust
      ? createRegistry(
          { db, records, network, clock, random, verify: work.verify, log, node, certified },
          {
            concerns,
            maySee: (provider, server) => access?.maySee(provider, server).ok ?? false,
            isLocalReachable: () => true,
          },
        )
      : undefined;
    // The registry registers the kind of entries itself.
    if (!registry)
      records.register({
        type: ENTRY_TYPE,
        topic: ENTRY_TOPIC,
        read: (record) => readEntry(record, certified).meta,
        renew: publisher.renew,
      });
    access?.on('shareChanged', ({ server, share }) => registry?.setShare(server, share));
    trust?.on('blocked', ({ id }) => {
      records.forget(id);
      for (const peer of network.peers())
        if (peer.peerId === id || peer.providerId === id) void network.disconnect(peer.peerId);
    });
    return {
      network,
      records,
      trust,
      access,
      registry,
      publisher,
      async stop() {
        await registry?.stop();
        await records.stop();
        await network.stop();
      },
    };
  }

  return {
    ...identity,
    name,
    clock,
    address: `${address}/p2p/${identity.peerId}`,
    refusals,
    get isUp() {
      return running !== undefined;
    },
    get network() {
      return up().network;
    },
    get records() {
      return up().records;
    },
    get registry() {
      const { registry } = up();
      if (!registry) throw new Error(`${name} has no registry`);
      return registry;
    },
    get trust() {
      const { trust } = up();
      if (!trust) throw new Error(`${name} has no trust`);
      return trust;
    },
    get access() {
      const { access } = up();
      if (!access) throw new Error(`${name} decides on nothing`);
      return access;
    },
    db,
    async start() {
      if (running) return;
      running = assemble();
      await running.network.start();
      running.records.start();
      running.registry?.start();
    },
    async stop() {
      const stopping = running;
      running = undefined;
      await stopping?.stop();
    },
    share(server, tools = [defaultTool], audience = { kind: 'everyone' }) {
      const { access, publisher, registry } = up();
      const local = { offers: offersOf(server, tools), tags: [] };
      registry?.setLocalServer(server, local);
      if (access) access.share({ server, audience, confirmed: true, offered: tools });
      else publisher.sync(server, { server, audience, sharedAt: clock.now() }, local);
      return `${identity.providerId}/${identity.peerId}/${server}${audience.kind === 'everyone' ? '' : '/private'}`;
    },
    unshare(server) {
      const { access, publisher } = up();
      if (access) access.unshare(server);
      else publisher.sync(server, undefined, undefined);
    },
    async close() {
      await this.stop();
      db.close();
    },
  };
}

const neverServed = () => ({ close: () => undefined });
