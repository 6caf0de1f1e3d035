/** What the in-memory node knows at first: an operator with servers, peers, tools and calls. */
import type { ReshareView } from '#shared/features/relay/resharing.ts';
import type { ApprovalRule } from '#shared/features/registry/approval-rules.ts';
import type { Resemblance } from '#shared/features/registry/conflicts.ts';
import type { Listing } from '#shared/features/registry/central.ts';
import type { MachineFacts, Pause } from '#shared/features/node/conditions.ts';
import type { Equivocation } from '#shared/features/node/equivocations.ts';
import type { AttentionItem } from '#shared/features/node/attention.ts';
import type { Setup } from '#shared/features/node/setup.ts';
import type { TaskView } from '#shared/features/node/tasks.ts';
import { fingerprintOf, type Tool } from '#shared/features/registry/tool.ts';
import type { ToolView } from '#shared/features/registry/contract.ts';
import { warningsOf } from '#shared/features/registry/text.ts';
import type { Share } from '#shared/features/access/contract.ts';
import type {
  AccessRequestView,
  HeldGrantView,
  MadeGrantView,
} from '#shared/features/access/grants-contract.ts';
import type { ScopedLimit } from '#shared/features/access/limits.ts';
import type { LeftNetwork, NetworkItem } from '#shared/features/p2p/networks.ts';
import type { OpenInvitation } from '#shared/features/p2p/joining.ts';
import type { PeerView } from '#shared/features/p2p/contract.ts';
import type { Invocation } from '#shared/features/relay/contract.ts';
import type { CacheState } from '#shared/features/relay/caching.ts';
import type { Load } from '#shared/features/relay/load.ts';
import type { ServerView } from '#shared/features/servers/contract.ts';
import { formatToolId, PUBLIC_NETWORK } from '#shared/kernel/ids.ts';
import { busyGovernance, type GovernanceWorld, quietGovernance } from './governance-world.ts';
import { noPackages, type PackagesWorld, somePackages } from './packages-world.ts';
import { type FleetWorld, freshFleet, usedFleet } from './fleet-world.ts';
import { type ClientsWorld, freshClients, usedClients } from './clients-world.ts';
import { everythingTools, notesTools, weatherTools } from './tools.ts';

export const OWN_PROVIDER = 'z6MkhaXgBZDvotDkL5257faiztiGiC2QtKLGpbnnEGta2doK';
export const ANNA = 'z6MkpTHR8VNsBxYAAWHut2Geadd9jSwuBV8xRoAnwWsdvktH';
export const BORIS = 'z6MkrJVnaZkeFzdQyMZu1cgjg7k1pZZ6pvBQ7XJPt4swbTQ2';
/** The private network of the example world. */
export const WORKSHOP = '5f3a91c07be2d864';
export const publicNetwork = (): NetworkItem => ({
  id: PUBLIC_NETWORK,
  kind: 'public',
  name: '',
  state: 'running',
  peers: 0,
  addresses: [`/ip4/192.168.1.23/tcp/7422/p2p/${OWN_PEER}`],
  shares: 0,
});
export const privateNetwork = (id: string, name: string): NetworkItem => ({
  ...publicNetwork(),
  id,
  kind: 'private',
  name,
  addresses: [`/ip4/192.168.1.23/tcp/23817/p2p/${OWN_PEER}`],
});

export const OWN_PEER = '12D3KooWGQmdpbHXCqLno4mMxWXKNFQHASBeF99gTm2JR8Vu5Bdc';

export const WORDS =
  'abandon ability able about above absent absorb abstract absurd abuse access accident account accuse achieve acid acoustic acquire across act action actor actress actual'.split(
    ' ',
  );

const QUIET: Load = {
  running: 0,
  maxRunning: 256,
  waiting: 0,
  maxWaiting: 1024,
  queues: [],
  limits: [],
  refused: { rate: 0, full: 0, late: 0, shed: 0 },
  holdMs: 10,
};

export interface KnownTool {
  view: ToolView;
  tool: Tool;
  diff?: Array<{ path: string; before?: string; after?: string }>;
  /** Whose names its names are like. */
  resembles?: Resemblance[];
  /** Definitions that it had before. */
  older?: Array<{ tool: Tool; version: string; fingerprint: string; seenAt: number }>;
}

export interface World {
  displayName: string;
  phraseConfirmed: boolean;
  startedAt: number;
  servers: ServerView[];
  shares: Share[];
  limits: ScopedLimit[];
  reshares: ReshareView[];
  grants: { made: MadeGrantView[]; held: HeldGrantView[]; requests: AccessRequestView[] };
  load: Load;
  cache: CacheState;
  peers: PeerView[];
  /** Nodes of the own provider. */
  fleet: FleetWorld;
  /** What can be installed, and what is. */
  packages: PackagesWorld;
  /** AI clients of the machine. */
  clients: ClientsWorld;
  network: { networks: NetworkItem[]; left: LeftNetwork[]; invitations: OpenInvitation[] };
  tools: KnownTool[];
  /** The operator's rules for tools of the network, in their order. */
  rules: ApprovalRule[];
  calls: Invocation[];
  /** What was sent and answered, of the calls of which that is kept. */
  payloads: Map<string, { request: string; response: string }>;
  tasks: TaskView[];
  /** What waits besides what follows from tools, servers and the phrase. */
  attention: AttentionItem[];
  /** Who was caught signing two things under one number. */
  equivocations: Equivocation[];
  /** Changes of the protocol. */
  governance: GovernanceWorld;
  setup: Setup;
  conditions: { machine: MachineFacts; pause?: Pause };
  /** The centralized registry that Discover browses; without `syncedAt` it was never read. */
  central: { listings: Listing[]; syncedAt?: number };
  logs: Map<string, Array<{ at: number; stream: 'stderr' | 'event'; text: string }>>;
  settings: {
    /** Those that are not at their default. */
    values: Map<string, unknown>;
    /** Those that the environment decides. */
    fixed: Set<string>;
    /** Those that were changed since the start. */
    changedKeys: Set<string>;
  };
}

export function knownTool(
  tool: Tool,
  from: Partial<ToolView> & { providerId: string; server: string },
): KnownTool {
  const fingerprint = fingerprintOf(tool);
  const version = from.version ?? '2.1.0';
  const local = from.providerId === OWN_PROVIDER;
  const view: ToolView = {
    id: formatToolId({
      provider: from.providerId,
      server: from.server,
      tool: tool.name,
      version,
      fingerprint,
    }),
    name: tool.name,
    version,
    fingerprint,
    tags: [],
    origin: local ? 'local' : 'network',
    state: local ? 'local' : 'pending',
    reachable: true,
    nodes: [OWN_PEER],
    warnings: warningsOf(tool),
    ...(tool.title ? { title: tool.title } : {}),
    ...(tool.description ? { description: tool.description } : {}),
    ...(tool.annotations ? { annotations: tool.annotations } : {}),
    ...(local ? { catalogName: `${from.server}_${tool.name}` } : {}),
    ...from,
  };
  return { view, tool };
}

export const server = (name: string, part: Partial<ServerView> = {}): ServerView => ({
  name,
  transport: { type: 'stdio', command: 'npx', args: ['-y', `@modelcontextprotocol/server-${name}`] },
  env: {},
  secrets: [],
  interaction: 'auto',
  enabled: true,
  tags: [],
  state: 'running',
  restarts: 0,
  toolCount: 0,
  promptCount: 0,
  resourceCount: 0,
  ...part,
});

const peer = (name: string, providerId: string, part: Partial<PeerView>): PeerView => ({
  peerId: `12D3KooW${providerId.slice(4, 48)}`,
  providerId,
  displayName: name,
  connected: true,
  blocked: false,
  known: false,
  addresses: ['/ip4/192.0.2.7/tcp/7422'],
  ...(part.connected === false ? {} : { networks: [PUBLIC_NETWORK] }),
  ...part,
});

const call = (now: number, index: number, part: Partial<Invocation>): Invocation => ({
  id: `call-${index}`,
  direction: 'local',
  startedAt: now - index * 47_000,
  durationMs: 4 + index * 13,
  outcome: 'ok',
  method: 'tools/call',
  server: 'everything',
  tool: 'echo',
  client: 'claude-desktop',
  requestBytes: 182,
  responseBytes: 431 + index * 900,
  ...part,
});

/** What a centralized registry lists: a few servers that are told apart, and many more. */
const listings = (now: number): Listing[] => [
  {
    name: 'io.github.example/weather',
    title: 'Weather',
    description: 'Forecasts and warnings for any place, from public services.',
    version: '2.4.1',
    status: 'active',
    updatedAt: now - 86_400_000,
    kinds: ['npm'],
    repository: 'https://github.com/example/weather',
  },
  {
    name: 'org.example/library',
    title: 'Town library',
    description: 'Looks up books and their loans.',
    version: '1.0.3',
    status: 'active',
    updatedAt: now - 3 * 86_400_000,
    kinds: ['remote'],
    website: 'https://library.example.org/',
  },
  {
    name: 'com.example/ledger',
    description: 'Reads a ledger; replaced by com.example/books.',
    version: '0.9.0',
    status: 'deprecated',
    updatedAt: now - 200 * 86_400_000,
    kinds: ['pypi', 'oci'],
  },
  ...Array.from(
    { length: 240 },
    (_, at): Listing => ({
      name: `io.github.maker-${at % 40}/tool-${at}`,
      description: `Server number ${at} of a long list, for scrolling.`,
      version: `1.${at}.0`,
      status: 'active',
      updatedAt: now - (10 + at) * 86_400_000,
      kinds: at % 3 === 0 ? ['remote'] : ['npm'],
    }),
  ),
];

/** Nothing yet: a node that was started a moment ago, whose first run was skipped. */
export const emptyWorld = (now: number): World => ({
  displayName: '',
  phraseConfirmed: false,
  startedAt: now,
  servers: [],
  fleet: freshFleet(OWN_PEER, now),
  clients: freshClients(),
  packages: noPackages(),
  tasks: [],
  attention: [],
  equivocations: [],
  governance: quietGovernance(),
  setup: { finished: true, step: 'look', completed: [] },
  conditions: { machine: {} },
  central: { listings: listings(now) },
  shares: [],
  limits: [{ scope: { kind: 'each' }, concurrent: 128 }],
  load: QUIET,
  cache: { entries: 3, bytes: 48_213, hits: 271, misses: 64, joined: 9, bytesSaved: 1_904_112 },
  reshares: [],
  grants: { made: [], held: [], requests: [] },
  peers: [],
  network: { networks: [publicNetwork()], left: [], invitations: [] },
  tools: [],
  rules: [],
  calls: [],
  payloads: new Map(),
  logs: new Map(),
  settings: { values: new Map(), fixed: new Set(), changedKeys: new Set() },
});

/** The very first start: nobody has said anything yet. */
export const freshWorld = (now: number): World => ({
  ...emptyWorld(now),
  setup: { finished: false, step: 'look', completed: [] },
});

export function busyWorld(now: number): World {
  const own = (tool: Tool) => knownTool(tool, { providerId: OWN_PROVIDER, server: 'everything' });
  const annas = (tool: Tool, part: Partial<ToolView>) =>
    knownTool(tool, {
      providerId: ANNA,
      providerName: 'Anna’s workshop',
      server: 'weather',
      version: '0.9.3',
      tags: ['weather'],
      seal: 'offered',
      ...part,
    });
  const [forecast, radar] = weatherTools as [Tool, Tool];
  const notes = notesTools.map((tool) =>
    knownTool(tool, { providerId: BORIS, providerName: 'Борис', server: 'notes', version: '1.0.0' }),
  );
  return {
    ...emptyWorld(now),
    displayName: 'Studio mini',
    governance: busyGovernance(now),
    fleet: usedFleet(OWN_PEER, now),
    clients: usedClients(now),
    packages: somePackages(now),
    startedAt: now - 7_200_000,
    servers: [
      server('everything', {
        description: 'Reference server with one of everything that MCP knows.',
        toolCount: 4,
        promptCount: 4,
        resourceCount: 100,
        pid: 48_213,
        startedAt: now - 3_600_000,
        serverInfo: { name: 'everything', title: 'Everything Server', version: '2.1.0' },
        protocolVersion: '2025-11-25',
        era: 'legacy',
        tags: ['reference', 'test'],
      }),
      server('filesystem', {
        state: 'idle',
        transport: {
          type: 'stdio',
          command: 'npx',
          args: ['-y', '@modelcontextprotocol/server-filesystem', '/home/sam/Documents'],
        },
        toolCount: 14,
      }),
      server('github', {
        state: 'failed',
        transport: { type: 'http', url: 'https://api.example.org/mcp/' },
        secrets: ['Authorization'],
        restarts: 5,
        problem: {
          code: 'servers.unauthorized',
          message: 'The server refused the credentials.',
          advice: 'Check the secret “Authorization” and start the server again.',
        },
      }),
      server('tracker', {
        state: 'failed',
        transport: { type: 'http', url: 'https://tracker.example.org/mcp' },
        problem: {
          code: 'servers.login_needed',
          message: 'The server tracker wants you to sign in.',
          advice: 'Sign in on the page of the server, or with `toolswarm servers login tracker`.',
        },
        logins: [{ profile: 'default', state: 'needed', scopes: [], renewable: false }],
      }),
    ],
    grants: {
      made: [
        {
          id: 'a1'.padEnd(64, '0'),
          to: BORIS,
          toName: 'Борис',
          server: 'everything',
          tools: ['echo'],
          calls: 500,
          note: 'For the trial in November',
          issuedAt: now - 5 * 86_400_000,
          expiresAt: now + 25 * 86_400_000,
          used: 131,
          lastUsedAt: now - 3_600_000,
          state: 'active',
        },
        {
          id: 'b2'.padEnd(64, '0'),
          to: ANNA,
          toName: 'Anna’s workshop',
          server: 'everything',
          note: '',
          issuedAt: now - 90 * 86_400_000,
          expiresAt: now - 60 * 86_400_000,
          used: 12,
          lastUsedAt: now - 70 * 86_400_000,
          state: 'expired',
        },
      ],
      held: [
        {
          id: 'c3'.padEnd(64, '0'),
          provider: ANNA,
          providerName: 'Anna’s workshop',
          server: 'notes',
          issuedAt: now - 86_400_000,
          expiresAt: now + 6 * 86_400_000,
          state: 'active',
        },
      ],
      requests: [
        {
          id: 2,
          side: 'here',
          provider: BORIS,
          providerName: 'Борис',
          server: 'everything',
          tools: ['get-sum'],
          words: 'We would like to add up the hours of our team with it.',
          state: 'open',
          at: now - 7_200_000,
        },
        {
          id: 1,
          side: 'elsewhere',
          provider: ANNA,
          providerName: 'Anna’s workshop',
          server: 'notes',
          tools: [],
          words: '',
          state: 'granted',
          at: now - 2 * 86_400_000,
        },
      ],
    },
    limits: [
      { scope: { kind: 'each' }, concurrent: 128 },
      { scope: { kind: 'provider', provider: BORIS }, callsPerMinute: 30, concurrent: 2 },
      { scope: { kind: 'tool', server: 'everything', tool: 'echo' }, callsPerMinute: 600 },
    ],
    load: {
      ...QUIET,
      running: 4,
      waiting: 11,
      queues: [
        { providerId: BORIS, name: 'Boris', waiting: 9 },
        { providerId: ANNA, name: 'Anna', waiting: 2 },
      ],
      limits: [
        { scope: { kind: 'provider', provider: BORIS }, running: 2, used: 1 },
        { scope: { kind: 'each' }, running: 2, used: 2 / 128 },
      ],
      refused: { rate: 112, full: 0, late: 3, shed: 7 },
      holdMs: 41.7,
    },
    shares: [
      {
        server: 'everything',
        audience: { kind: 'providers', providers: [ANNA, BORIS] },
        category: 'Reference',
        overrides: {
          echo: {
            audience: { kind: 'providers', providers: [ANNA] },
            note: 'For the first test of a connection.',
          },
          'get-sum': { audience: { kind: 'nobody' } },
        },
        sharedAt: now - 86_400_000,
      },
    ],
    peers: [
      peer('Anna’s workshop', ANNA, {
        known: true,
        latencyMs: 12.4,
        latencies: [11.8, 12.1, 14.9, 12.2, 11.7, 30.4, 12.9, 12.4],
        direction: 'outbound',
        connectedAt: now - 600_000,
        transport: 'tcp',
        path: 'direct',
        encryption: 'tls',
        agent: 'toolswarm/0.1.0',
        version: 1,
        receivedBytes: 184_320,
        sentBytes: 61_440,
        tools: 2,
        tier: 'known',
      }),
      peer('Борис', BORIS, {
        latencyMs: 48,
        latencies: [52, 47, 49, 48],
        direction: 'inbound',
        connectedAt: now - 5_400_000,
        transport: 'tcp',
        path: 'relayed',
        encryption: 'noise',
        agent: 'toolswarm/0.1.0',
        version: 1,
        tools: 3,
        tier: 'unknown',
      }),
      peer('Attic', 'z6MkqAtticAtticAtticAtticAtticAtticAtticAtticAtt', {
        known: true,
        latencyMs: 0.8,
        latencies: [0.9, 0.8, 0.7, 0.8],
        direction: 'outbound',
        connectedAt: now - 86_400_000,
        addresses: ['/ip4/192.168.1.40/tcp/7422'],
        transport: 'tcp',
        path: 'lan',
        encryption: 'tls',
        agent: 'toolswarm/0.1.0',
        version: 1,
        paused: true,
        tools: 1,
        tier: 'known',
      }),
      peer('ورشة ليلى', 'z6MkwLaylaLaylaLaylaLaylaLaylaLaylaLaylaLaylaLay', {
        connected: false,
        known: true,
        lastSeenAt: now - 7_500_000,
      }),
      peer('free-gpu-tools', 'z6MktSpamSpamSpamSpamSpamSpamSpamSpamSpamSpamSpa', {
        connected: false,
        blocked: true,
      }),
    ],
    tools: [
      ...everythingTools.map(own),
      annas(forecast, { state: 'approved', catalogName: 'weather_forecast', depth: 2 }),
      {
        ...annas(radar, { state: 'changed' }),
        older: [
          {
            tool: { ...radar, description: 'A rain radar picture', inputSchema: { type: 'object' } },
            version: '0.9.1',
            fingerprint: '5d'.repeat(32),
            seenAt: now - 9 * 86_400_000,
          },
        ],
        diff: [
          {
            path: 'description',
            before: 'A rain radar picture',
            after: 'The latest rain radar as a picture',
          },
          { path: 'inputSchema.properties.region', after: '{"type":"string"}' },
        ],
      },
      ...notes,
    ],
    calls: Array.from({ length: 40 }, (_, index) =>
      call(now, index, {
        ...(index % 7 === 3
          ? { direction: 'incoming', providerId: BORIS }
          : index % 5 === 1
            ? {
                direction: 'outgoing',
                server: 'weather',
                tool: 'forecast',
                providerId: ANNA,
                toolId: annas(forecast, {}).view.id,
                sealed: true,
                ...(index === 1 ? { redacted: 2 } : {}),
              }
            : { toolId: own(everythingTools[0] as Tool).view.id }),
        ...(index % 9 === 4 ? { outcome: 'error', code: 'relay.timeout' } : {}),
        ...(index % 11 === 6 ? { outcome: 'tool_error' } : {}),
      }),
    ),
    payloads: new Map(
      [0, 2, 5].map((index) => [
        `call-${index}`,
        {
          request: JSON.stringify({ name: 'echo', arguments: { message: `Hello ${index}` } }),
          response: JSON.stringify({ content: [{ type: 'text', text: `Echo: Hello ${index}` }] }),
        },
      ]),
    ),
    logs: new Map([
      [
        'everything',
        [
          { at: now - 3_600_000, stream: 'event' as const, text: 'started, pid 48213' },
          { at: now - 3_599_400, stream: 'stderr' as const, text: 'Starting default (STDIO) server...' },
        ],
      ],
    ]),
    settings: {
      values: new Map<string, unknown>([
        ['p2p.mdns', false],
        ['log.level', 'debug'],
      ]),
      fixed: new Set(['log.level']),
      changedKeys: new Set(),
    },
  };
}

/** The busy world, in a private network as well: Anna is met in both, Attic in the private one alone. */
export function severalNetworks(now: number): World {
  const world = busyWorld(now);
  world.network.networks.push(privateNetwork(WORKSHOP, 'Workshop'));
  for (const one of world.peers) {
    if (one.displayName === 'Attic') one.networks = [WORKSHOP];
    if (one.providerId === ANNA) one.networks = [PUBLIC_NETWORK, WORKSHOP];
  }
  world.network.left.push({ id: '90c1e2f3a4b5d6e7', name: 'Rowing club', until: now + 1_800_000 });
  return world;
}
