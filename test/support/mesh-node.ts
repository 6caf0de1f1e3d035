/** A node of the mesh without servers and endpoint of its own: real libp2p, real SQLite, real records, registry and relay. */
import { accessMigrations, createAccess, createGrants, type Grants } from '#main/features/access/index.ts';
import { identityMigrations } from '#main/features/identity/index.ts';
import type { SpanExporter } from '#main/features/metrics/index.ts';
import { createLibp2pNetwork, p2pMigrations } from '#main/features/p2p/index.ts';
import { createRecords, recordsMigrations } from '#main/features/records/index.ts';
import { createRegistry, decidedProviders, registryMigrations } from '#main/features/registry/index.ts';
import {
  createRelay,
  createResharing,
  relayMigrations,
  type Resharing,
  resharingMigrations,
} from '#main/features/relay/index.ts';
import { createTrust, trustMigrations } from '#main/features/trust/index.ts';
import { sharingOnTerms, wireResharing } from '#main/node/resharing.ts';
import { systemClock } from '#main/platform/clock.ts';
import { createSigner, createVerify } from '#main/platform/crypto.ts';
import { silentLog } from '#main/platform/log.ts';
import { systemRandom } from '#main/platform/random.ts';
import { signCertificate, verifyCertificate } from '#shared/features/identity/rules.ts';
import { GRANTS_FEATURE } from '#shared/features/access/grant-messages.ts';
import { RECONCILE_FEATURE } from '#shared/features/records/messages.ts';
import { parseEntryKey } from '#shared/features/registry/entry.ts';
import { sealPolicyOf } from '#shared/features/access/rules.ts';
import type { SealWish } from '#shared/features/relay/seal-wishes.ts';
import type { ScopedLimit } from '#shared/features/access/limits.ts';
import type { Tool } from '#shared/features/registry/tool.ts';
import type { McpExchange, McpTarget } from '#shared/features/servers/mcp.ts';
import { AppError } from '#shared/kernel/errors.ts';
import { peerIdOf, providerIdOf } from '#shared/kernel/ids.ts';
import { fileDatabase, memoryDatabase } from './database.ts';

export const echoTool: Tool = {
  name: 'echo',
  description: 'Says it back',
  inputSchema: { type: 'object', properties: { message: { type: 'string' } }, required: ['message'] },
  annotations: { readOnlyHint: true },
};

export interface MeshNodeOptions {
  bootstrap?: string[];
  /** Targets by server name. */
  targets?: Record<string, McpTarget>;
  idleTimeoutMs?: number;
  maxResultBytes?: number;
  /** Keeps a part of the distributed index for others. */
  dhtServer?: boolean;
  /** Whether peers' searches are answered. Default: they are. */
  answersSearches?: () => boolean;
  /** `asking`: reads no peer's records, so that it knows only what it looks up; `hostile`: answers only what a test makes it. */
  role?: 'asking' | 'hostile';
  /** 32 bytes; nodes with the same one serve one provider. Default: a provider of its own. */
  rootSeed?: Uint8Array;
  /** Calls of peers that run at the same time. */
  maxRunning?: number;
  maxWaiting?: number;
  /** Whether providers are told which client calls. Default: they are not. */
  tellClient?: boolean;
  /** Values that never leave it. */
  secrets?: string[];
  /** What is wanted of calls that leave it. Default: `whenOffered`. */
  seal?: SealWish;
  /** Where its database is kept. Default: in memory. */
  databaseFile?: string;
  /** Where spans of its calls go. Default: nowhere. */
  spans?: SpanExporter;
  /** Limits on calls of peers. Default: none. */
  limits?: ScopedLimit[];
}

export type MeshNode = Awaited<ReturnType<typeof startMeshNode>>;

export async function startMeshNode(options: MeshNodeOptions = {}) {
  const deps = { clock: systemClock, random: systemRandom, log: silentLog, verify: createVerify() };
  const migrations = [
    identityMigrations,
    p2pMigrations,
    recordsMigrations,
    trustMigrations,
    accessMigrations,
    registryMigrations,
    relayMigrations,
    resharingMigrations,
  ];
  const db = options.databaseFile
    ? fileDatabase(options.databaseFile, ...migrations)
    : memoryDatabase(...migrations);
  const root = createSigner(options.rootSeed ?? systemRandom.bytes(32));
  const nodeSeed = systemRandom.bytes(32);
  const signer = createSigner(nodeSeed);
  const providerId = providerIdOf(root.publicKey);
  const peerId = peerIdOf(signer.publicKey);
  const certificate = signCertificate(root, {
    nodePublicKey: signer.publicKey,
    label: 'test',
    seq: 1,
    issuedAt: Date.now(),
    rotations: [],
  });
  const certified = (bytes: Uint8Array) => {
    const verified = verifyCertificate(bytes, { now: Date.now(), verify: deps.verify });
    if (!verified.ok) throw new AppError('identity.bad_certificate', verified.reason);
    return verified.value;
  };
  const trust = createTrust({ db, clock: systemClock, log: silentLog });
  const network = createLibp2pNetwork(
    {
      ...deps,
      db,
      privateKey: nodeSeed,
      certificate: () => certificate,
      gate: (peer) => !trust.isBlocked(peer),
      admit(peer, bytes) {
        const node = certified(bytes);
        if (node.peerId !== peer) return { ok: false, code: 'identity.wrong_node', message: 'another node' };
        if (trust.isBlocked(peer, node.providerId))
          return { ok: false, code: 'p2p.blocked', message: 'blocked' };
        return { ok: true, providerId: node.providerId };
      },
    },
    {
      listen: ['/ip4/127.0.0.1/tcp/0'],
      mdns: false,
      privateAddresses: 'always',
      bootstrap: options.bootstrap ?? [],
      dhtServer: options.dhtServer ?? false,
      features: { offered: () => [RECONCILE_FEATURE, GRANTS_FEATURE] },
    },
  );
  const access = createAccess({
    db,
    clock: systemClock,
    log: silentLog,
    standing: trust.standing,
    granted: (call) => grants.covering(call),
  });
  const grants: Grants = createGrants({
    ...deps,
    db,
    network,
    self: () => ({ providerId, signer, certificate }),
    certified,
    takesRequests: () => true,
    isBlocked: trust.isBlocked,
    mayShareOn: (provider, server) =>
      sharingOnTerms({ access, resharing, self: providerId }, provider, server),
    isNeeded: (id) => resharing.isNeeded(id),
  });
  const decided = decidedProviders(db);
  const concerns = (provider: string) =>
    trust.standing(provider).tier !== 'unknown' || access.concerns(provider) || decided(provider);
  const records = createRecords(
    { ...deps, network, db },
    {
      concerns,
      maySee: (provider, record) => access.maySee(provider, parseEntryKey(record.key).server).ok,
      isBlocked: (provider, node) => trust.isBlocked(provider, node),
    },
  );
  const registry = createRegistry(
    {
      ...deps,
      db,
      records,
      network,
      certified,
      node: {
        providerId,
        peerId,
        signer,
        certificate: () => certificate,
        displayName: () => 'test',
        addresses: () => network.addresses(),
      },
    },
    {
      concerns,
      maySee: (provider, server) => access.maySee(provider, server).ok,
      isLocalReachable: () => true,
      partiesOf(via, provider) {
        const passed = grants.partiesOf(via);
        const isSound = passed?.parties.at(-1) === provider && !passed.parties.includes(providerId);
        return isSound ? passed : undefined;
      },
      ...(options.answersSearches ? { answersSearches: options.answersSearches } : {}),
    },
  );
  const relay = createRelay(
    {
      ...deps,
      ...(options.spans ? { spans: options.spans } : {}),
      db,
      network,
      servers: {
        target: (name) => options.targets?.[name] ?? resharing.target(name),
        sessionEnded: () => undefined,
      },
      mayCall: access.mayCall,
      useGrant: grants.use,
      isGrantGood: grants.isGood,
      judgeChain: grants.judgeChain,
      onward: (name) => resharing.onward(name),
      sealing: { self: { peerId, signer, certificate: () => certificate }, certified },
      secrets: () => options.secrets ?? [],
      openMask: ({ certificate: own, nodeSeed: seed }) =>
        createLibp2pNetwork(
          {
            ...deps,
            db: memoryDatabase(p2pMigrations),
            privateKey: seed,
            certificate: () => own,
            gate: () => true,
            admit: (_peer, bytes) => ({ ok: true, providerId: certified(bytes).providerId }),
          },
          { listen: [], mdns: false, privateAddresses: 'always', bootstrap: [], dhtServer: false },
        ),
      callable: (id) => registry.callable(id),
      findLocal: (server, tool) => registry.localTool(server, tool) ?? resharing.callable(server, tool),
    },
    {
      idleTimeoutMs: () => options.idleTimeoutMs ?? 10_000,
      maxResultBytes: () => options.maxResultBytes ?? 8 << 20,
      keepPayloads: () => false,
      retentionMs: () => 3_600_000,
      maxRunning: () => options.maxRunning ?? 256,
      maxWaiting: () => options.maxWaiting ?? 1024,
      limitsOf: () => options.limits ?? [],
      sealPolicy: (server, tool) => sealPolicyOf(access.shareOf(server), tool),
      seal: () => options.seal ?? 'whenOffered',
      tellClient: () => options.tellClient ?? false,
      cache: () => true,
      preference: () => ({ price: 0, trust: 0 }),
    },
  );
  const resharing: Resharing = createResharing({
    ...deps,
    db,
    self: () => providerId,
    grants,
    catalog: registry.catalog,
    callableById: registry.callable,
    callTool: relay.callTool,
    nodesOf: (provider) =>
      network.peers().flatMap(({ peerId, providerId: of }) => (of === provider ? [peerId] : [])),
  });
  wireResharing({ access, registry, relay, resharing, servers: { on: () => () => undefined } });
  access.on('shareChanged', ({ server, share }) => {
    registry.setShare(server, share);
    relay.recheck();
  });
  grants.on('madeChanged', ({ server }) => {
    relay.recheck();
    registry.setShare(server, access.shareOf(server));
  });
  trust.on('blocked', ({ id }) => {
    relay.recheck();
    records.forget(id);
    for (const peer of network.peers())
      if (peer.peerId === id || peer.providerId === id) void network.disconnect(peer.peerId);
  });
  await network.start();
  grants.start();
  if (options.role === undefined) records.start();
  if (options.role !== 'hostile') registry.start();
  relay.start();
  resharing.start();
  return {
    db,
    resharing,
    providerId,
    peerId,
    signer,
    certificate,
    trust,
    network,
    access,
    grants,
    records,
    registry,
    relay,
    address: () => network.addresses()[0] as string,
    addServer(name: string, tools: Tool[], tags: string[] = []) {
      registry.setLocalServer(name, {
        tags,
        offers: {
          serverInfo: { name, version: '1.0.0' },
          capabilities: {},
          protocolVersion: '2025-11-25',
          era: 'legacy',
          tools,
          prompts: [],
          resources: [],
          resourceTemplates: [],
          listedAt: Date.now(),
        },
      });
      registry.setShare(name, access.shareOf(name));
    },
    async stop() {
      resharing.stop();
      await relay.stop();
      grants.stop();
      await registry.stop();
      await records.stop();
      await network.stop();
      db.close();
    },
  };
}

/** A client that notes what it is told and answers questions with `answer`. */
export function testExchange(change: Partial<McpExchange> = {}) {
  const notifications: Array<{ method: string }> = [];
  const exchange: McpExchange = {
    caller: {
      era: 'legacy',
      protocolVersion: '2025-11-25',
      capabilities: {},
      session: 's1',
      principal: 'local',
    },
    signal: new AbortController().signal,
    notify: (message) => notifications.push(message),
    ask: () => Promise.reject(new Error('not asked in this test')),
    ...change,
  };
  return { exchange, notifications };
}

/** Waits until `condition` holds, looking again every 20 ms; the test's own timeout is the limit. */
export async function until<T>(
  condition: () => T | undefined | false | Promise<T | undefined | false>,
): Promise<T> {
  for (;;) {
    const value = await condition();
    if (value) return value;
    await new Promise((resolve) => setTimeout(resolve, 20));
  }
}
