/** One of everything that a node can answer with, the same in every run. */
import type {
  AccessRequestView,
  HeldGrantView,
  MadeGrantView,
} from '#shared/features/access/grants-contract.ts';
import type { ScopedLimit } from '#shared/features/access/limits.ts';
import type { CacheState } from '#shared/features/relay/caching.ts';
import type { ReshareView } from '#shared/features/relay/resharing.ts';
import type { Load } from '#shared/features/relay/load.ts';
import type { Listing } from '#shared/features/registry/central.ts';
import type { DoctorResult } from '#shared/features/p2p/doctor.ts';
import type { NetworkItem } from '#shared/features/p2p/networks.ts';
import type { InvitationView, NetworkView } from '#shared/features/p2p/joining.ts';
import type { z } from 'zod';
import type { Share } from '#shared/features/access/contract.ts';
import type { ClientSession } from '#shared/features/clients/contract.ts';
import type { ClientFile, ClientPlan, Hop, Removal } from '#shared/features/clients/files.ts';
import type { AdoptionSample, GovernanceView, ProposalView } from '#shared/features/governance/contract.ts';
import type { identitySchema } from '#shared/features/identity/contract.ts';
import type { NodeStatus } from '#shared/features/node/contract.ts';
import type { PeerView } from '#shared/features/p2p/contract.ts';
import type { RulePreview, RuleView } from '#shared/features/registry/curation.ts';
import type { ToolView } from '#shared/features/registry/contract.ts';
import type { Understood } from '#shared/features/registry/search-view.ts';
import type { HopTime, Traffic } from '#shared/features/metrics/contract.ts';
import type { UsageAnswer } from '#shared/features/metrics/usage.ts';
import type { Diagnostics, NodeStorage } from '#shared/features/node/upkeep.ts';
import type { Invocation, LastUse } from '#shared/features/relay/contract.ts';
import { providerIdOf } from '#shared/kernel/ids.ts';
import type { ServerView } from '#shared/features/servers/contract.ts';

const AT = 1_800_000_000_000;
const PROVIDER = `z6Mk${'a'.repeat(44)}`;
const OTHER_PROVIDER = `z6Mk${'b'.repeat(44)}`;
const FINGERPRINT = 'f0'.repeat(32);

export const status = (pid: number, dataDir: string): NodeStatus => ({
  version: '0.1.0',
  pid,
  dataDir,
  startedAt: AT,
  providerId: PROVIDER,
  peerId: '12D3KooWHere',
  displayName: 'Ada',
  addresses: ['/ip4/127.0.0.1/tcp/7422/p2p/12D3KooWHere'],
  mcpUrl: 'http://127.0.0.1:7420/mcp',
  webUrl: 'http://127.0.0.1:7421/',
  peers: 1,
  servers: { total: 2, running: 1, failed: 1 },
  tools: { catalog: 3, network: 13, pending: 12, changed: 0 },
  residentBytes: 94_371_840,
});

export const server: ServerView = {
  name: 'everything',
  transport: { type: 'stdio', command: 'npx', args: ['-y', '@modelcontextprotocol/server-everything'] },
  env: {},
  secrets: [],
  interaction: 'auto',
  enabled: true,
  tags: [],
  state: 'running',
  pid: 4242,
  startedAt: AT,
  restarts: 0,
  serverInfo: { name: 'everything', version: '2.0.0' },
  protocolVersion: '2025-11-25',
  era: 'legacy',
  toolCount: 13,
  promptCount: 4,
  resourceCount: 7,
};

export const failedServer: ServerView = {
  ...server,
  name: 'broken',
  transport: { type: 'http', url: 'https://mcp.example.org/mcp' },
  state: 'failed',
  pid: undefined,
  problem: { code: 'servers.unreachable', message: 'It does not answer.', advice: 'Check the address.' },
  toolCount: 0,
};

export const share: Share = {
  server: 'everything',
  audience: { kind: 'providers', providers: [OTHER_PROVIDER] },
  tools: ['echo'],
  sharedAt: AT,
};

export const limits: ScopedLimit[] = [
  { scope: { kind: 'each' }, concurrent: 128 },
  { scope: { kind: 'tool', server: 'everything', tool: 'echo' }, callsPerMinute: 60 },
];

export const load: Load = {
  running: 2,
  maxRunning: 256,
  waiting: 1,
  maxWaiting: 1024,
  queues: [{ providerId: OTHER_PROVIDER, name: 'Grace', waiting: 1 }],
  limits: [{ scope: { kind: 'each' }, running: 2, used: 0.25 }],
  refused: { rate: 3, full: 0, late: 1, shed: 0 },
  holdMs: 12.5,
};

export const hopTimes: HopTime[] = [
  { direction: 'outgoing', hop: 'network', count: 84, totalMs: 3_612, p50Ms: 38, p95Ms: 71, p99Ms: 204 },
];

export const cache: CacheState = {
  entries: 2,
  bytes: 2048,
  hits: 30,
  misses: 10,
  joined: 2,
  bytesSaved: 61_440,
};

export const reshare: ReshareView = {
  name: 'team',
  provider: OTHER_PROVIDER,
  providerName: 'Grace',
  server: 'notes',
  tools: ['search'],
  state: 'shared',
  via: [{ provider: OTHER_PROVIDER, name: 'Grace' }],
  depth: 1,
  until: 1_782_000_000_000,
};

export const madeGrant: MadeGrantView = {
  id: 'a'.repeat(64),
  to: OTHER_PROVIDER,
  toName: 'Grace',
  server: 'everything',
  tools: ['echo'],
  calls: 10,
  note: '',
  issuedAt: AT,
  expiresAt: AT + 7 * 86_400_000,
  used: 3,
  lastUsedAt: AT,
  state: 'active',
};

export const heldGrant: HeldGrantView = {
  id: 'b'.repeat(64),
  provider: OTHER_PROVIDER,
  providerName: 'Grace',
  server: 'notes',
  issuedAt: AT,
  expiresAt: AT + 7 * 86_400_000,
  state: 'active',
};

export const accessRequest: AccessRequestView = {
  id: 1,
  side: 'here',
  provider: OTHER_PROVIDER,
  providerName: 'Grace',
  server: 'everything',
  tools: ['echo'],
  words: 'please',
  state: 'open',
  at: AT,
};

export const lastUse: LastUse = {
  server: 'everything',
  tool: 'echo',
  providerId: OTHER_PROVIDER,
  providerName: 'Grace',
  at: AT,
  calls: 12,
};

export const tool: ToolView = {
  id: `${OTHER_PROVIDER}/everything/echo@2.0.0#${FINGERPRINT}`,
  catalogName: 'everything_echo',
  providerId: OTHER_PROVIDER,
  providerName: 'Grace',
  server: 'everything',
  name: 'echo',
  title: 'Echo',
  // What a hostile provider might send: the terminal must not obey it.
  description: 'Says it again.\u001b[31m\u202e',
  version: '2.0.0',
  fingerprint: FINGERPRINT,
  tags: [],
  origin: 'network',
  state: 'approved',
  reachable: true,
  nodes: ['12D3KooWThere'],
  warnings: [],
};

export const toolDetail = {
  ...tool,
  tool: {
    name: 'echo',
    description: 'Says it again.',
    inputSchema: { type: 'object', properties: { message: { type: 'string' } } },
  },
  diff: [{ path: 'description', before: 'Says it.', after: 'Says it again.' }],
  breaking: [],
  versions: [
    {
      version: '2.0.0',
      fingerprint: FINGERPRINT,
      firstSeenAt: AT,
      lastSeenAt: AT,
      nodes: ['12D3KooWThere'],
      current: true,
      approved: false,
    },
  ],
};

export const rule: RuleView = {
  id: 'r1',
  createdAt: AT,
  provider: providerIdOf(new Uint8Array(32).fill(7)),
  claims: ['readOnly'],
  tags: [],
  action: 'approve',
  coversChanges: false,
  matches: 12,
  providerName: 'Grace\u001b[31m',
};

export const rulePreview: RulePreview = {
  matches: 12,
  approves: 10,
  asks: 0,
  rejects: 0,
  changedLeft: 2,
  sample: ['echo', 'add'],
};

export const peer: PeerView = {
  peerId: '12D3KooWThere',
  providerId: OTHER_PROVIDER,
  displayName: 'Grace',
  connected: true,
  networks: ['public', '5f3a91c07be2d864'],
  blocked: false,
  known: true,
  addresses: ['/ip4/127.0.0.1/tcp/7432/p2p/12D3KooWThere'],
  direction: 'outbound',
  agent: 'toolswarm/0.1.0',
  version: 1,
  features: [],
  latencyMs: 1.5,
  connectedAt: AT,
};

export const identity: z.output<typeof identitySchema> = {
  providerId: PROVIDER,
  peerId: '12D3KooWHere',
  createdAt: AT,
  profile: { displayName: 'Ada' },
  passphraseProtected: false,
  recoveryPhraseConfirmed: false,
  rotatedFrom: [],
  rootHere: true,
  formerProvider: null,
};

export const fleet = {
  providerId: PROVIDER,
  displayName: 'Ada',
  rootHere: true,
  passphraseProtected: false,
  formerProvider: null,
  removed: false,
  nodes: [
    {
      peerId: '12D3KooWHere',
      label: 'workshop',
      self: true,
      connected: true,
      listed: true,
      addedAt: AT,
      facts: {
        version: '0.1.0',
        startedAt: AT,
        shares: 2,
        tools: 9,
        calls: 120,
        errors: 3,
        running: 1,
        waiting: 0,
        rootHere: true,
      },
    },
    {
      peerId: '12D3KooWAttic',
      label: 'attic',
      self: false,
      connected: false,
      listed: true,
      addedAt: AT,
      lastSeenAt: AT,
    },
  ],
  codes: [
    { id: 'code1', code: 'ABCD-EFGH-JKMN-PQRS', link: 'toolswarm://node/x', createdAt: AT, expiresAt: AT },
  ],
  guests: [{ id: 'guest1', peerId: '12D3KooWGuest', label: 'laptop', digits: '123 456', at: AT }],
};
export const fleetPolicy = {
  on: true,
  kinds: [{ kind: 'block' as const, count: 2 }],
  nodes: [{ peerId: '12D3KooWAttic', at: AT }],
  failed: 0,
  changes: [
    { kind: 'block' as const, key: PROVIDER, at: AT, node: '12D3KooWAttic', ended: false, replaced: false },
  ],
};
export const fleetCode = {
  id: 'code1',
  code: 'ABCD-EFGH-JKMN-PQRS',
  link: 'toolswarm://node/x',
  createdAt: AT,
  expiresAt: AT,
};
export const joining = {
  state: 'waiting' as const,
  peerId: '12D3KooWThere',
  name: 'Workshop',
  digits: '123 456',
};

export const client = { id: 'c1', name: 'Editor', profile: 'default', scope: 'call' as const, createdAt: AT };

export const connection = {
  url: 'http://127.0.0.1:7420/mcp',
  token: 'tm_secret',
  socket: '/run/mcp.sock',
  command: 'npx',
  args: ['toolswarm', 'mcp'],
};

export const setting = {
  key: 'mcp.port',
  schema: { type: 'integer' },
  value: 7420,
  defaultValue: 7420,
  source: 'default' as const,
  needsRestart: true,
  restartPending: false,
  variable: 'TOOLSWARM_ENDPOINT_PORT',
};

const quiet = { local: 0, outgoing: 0, incoming: 0, errors: 0, bytesIn: 0, bytesOut: 0 };
const MINUTE_MS = 60_000;

export const traffic: Traffic = {
  minutes: Array.from({ length: 60 }, (_, index) => ({
    at: 1_800_000_000_000 + (index - 59) * MINUTE_MS,
    ...quiet,
    ...(index === 58 ? { local: 4, outgoing: 2, errors: 1, bytesIn: 2048, p50Ms: 12, p95Ms: 90 } : {}),
  })),
  live: { at: 1_800_000_000_000, ...quiet },
  total: { calls: 6, errors: 1, bytesIn: 2048, bytesOut: 0 },
};

export const storage: NodeStorage = {
  dataDir: '/home/sam/.local/share/toolswarm',
  items: [
    { kind: 'calls', bytes: 4_096_000 },
    { kind: 'log', bytes: 81_920 },
  ],
  freeBytes: 64_000_000_000,
};

export const diagnostics: Diagnostics = {
  name: 'toolswarm-diagnostics-2027-01-15',
  files: [{ name: 'README.txt', text: 'What is in here.\n' }],
};

export const invocation: Invocation = {
  id: 'i1',
  direction: 'outgoing',
  startedAt: AT,
  durationMs: 12.4,
  outcome: 'ok',
  method: 'tools/call',
  server: 'everything',
  tool: 'echo',
  providerId: OTHER_PROVIDER,
  client: 'Editor',
  requestBytes: 120,
  responseBytes: 2048,
};

export const words = Array.from({ length: 24 }, (_, index) => `word${index + 1}`);

export const clientFile: ClientFile = {
  id: 'cursor',
  name: 'Cursor',
  installed: true,
  file: '/home/ada/.cursor/mcp.json',
  exists: true,
  format: 'jsonc',
  entry: 'present',
  profile: 'default',
  connectedAt: AT,
  takesEffect: 'at_once',
};

export const brokenClientFile: ClientFile = {
  id: 'claude-desktop',
  name: 'Claude Desktop',
  installed: true,
  file: '/home/ada/.config/Claude/claude_desktop_config.json',
  exists: true,
  format: 'json',
  entry: 'absent',
  problem: {
    code: 'clients.file_broken',
    message: 'The file breaks off at line 3, column 5.',
    advice: 'Mend it in an editor first: the client itself cannot read it as it is.',
    details: { line: 3, column: 5 },
  },
  takesEffect: 'restart',
};

export const clientPlan: ClientPlan = {
  client: 'cursor',
  file: '/home/ada/.cursor/mcp.json',
  change: 'add',
  lines: [
    { kind: 'same', text: '{', line: 1 },
    { kind: 'remove', text: '  "a": 1', line: 2 },
    { kind: 'add', text: '  "a": 1,', line: 2 },
    // What a file might hold: the terminal must not obey it.
    { kind: 'add', text: '  "b\u001b[31m": 2', line: 3 },
    { kind: 'gap', text: '' },
  ],
  hash: FINGERPRINT,
  backup: '/data/client-files/cursor-20270115T080000000-f0f0f0f0.bak',
  takesEffect: 'at_once',
};

export const removals: Removal[] = [
  { client: 'cursor', file: clientPlan.file, outcome: 'restored' },
  { client: 'codex', file: '/home/ada/.codex/config.toml', outcome: 'removed' },
  {
    client: 'zed',
    file: '/home/ada/.config/zed/settings.json',
    outcome: 'failed',
    problem: {
      code: 'clients.file_read_only',
      message: 'It cannot be written.',
      advice: 'Allow writing to it.',
    },
  },
];

/** A chain that holds, or one that breaks at the endpoint. */
export const chain = (breaks: boolean): Hop[] => [
  { hop: 'entry', state: 'running' },
  { hop: 'entry', state: 'ok', ms: 0.5, subject: clientPlan.file },
  { hop: 'command', state: 'ok', ms: 80, subject: '/usr/bin/node' },
  ...(breaks
    ? [
        {
          hop: 'endpoint' as const,
          state: 'failed' as const,
          ms: 1,
          fault: {
            code: 'clients.not_us',
            message: 'Something else answered: x.',
            advice: 'Connect the client again.',
          },
        },
      ]
    : [
        { hop: 'endpoint' as const, state: 'ok' as const, ms: 0.1, subject: 'toolswarm 0.1.0' },
        { hop: 'server' as const, state: 'ok' as const, ms: 2, subject: 'everything', count: 13 },
        { hop: 'tool' as const, state: 'ok' as const, ms: 5, listed: true, count: 13 },
      ]),
];

export const clientSession: ClientSession = {
  id: 's1',
  name: 'Cursor',
  version: '2.0',
  profile: 'default',
  transport: 'socket',
  era: 'legacy',
  since: AT,
  lastSeenAt: AT,
  calls: 7,
  running: 0,
};

export const workshop: NetworkItem = {
  id: '5f3a91c07be2d864',
  kind: 'private',
  name: 'Workshop\u001b[2J',
  state: 'running',
  peers: 1,
  addresses: ['/ip4/192.168.1.23/tcp/23817/p2p/12D3KooWSelf'],
  shares: 0,
};

export const network: NetworkView = {
  peerId: '12D3KooWSelf',
  providerId: 'z6MkSelf',
  displayName: 'Attic',
  addresses: ['/ip4/192.168.1.23/tcp/7422/p2p/12D3KooWSelf'],
  reach: 'lan',
  mdns: true,
  bootstrap: [],
  networks: [
    {
      id: 'public',
      kind: 'public',
      name: '',
      state: 'running',
      peers: 3,
      addresses: ['/ip4/192.168.1.23/tcp/7422/p2p/12D3KooWSelf'],
      shares: 1,
    },
    workshop,
  ],
  left: [{ id: '00000000000000aa', name: 'Firm', until: 1_800_000_600_000 }],
  invitations: [
    {
      id: 'a1',
      note: 'for Vera\u001b[2J',
      createdAt: 1_800_000_000_000,
      expiresAt: 1_800_000_600_000,
      usedBy: 'z6MkVera',
      usedAt: 1_800_000_000_000,
    },
  ],
};

export const written = {
  id: 'a1',
  code: 'hGxpbnZp',
  link: 'toolswarm://join/hGxpbnZp',
  short: 'TOOLSWARM://JOIN/:0A1B2C3D4E5F',
  expiresAt: 1_800_000_600_000,
  reach: 'machine' as const,
  network: 'Workshop',
};

export const invitation: InvitationView = {
  providerId: 'z6MkAnna',
  peerId: '12D3KooWAnna',
  label: 'Anna\u001b[31m',
  addresses: ['/ip4/192.0.2.7/tcp/7422'],
  expiresAt: 1_800_000_600_000,
  pins: true,
  network: 'Workshop',
  change: 'enter',
  standing: 'unknown',
};

export const findings: DoctorResult[] = [
  { check: 'clock', state: 'running', code: 'checking', facts: {} },
  {
    check: 'clock',
    state: 'warn',
    code: 'clock.wrong',
    facts: { ms: 128_000, direction: 'behind', count: 2 },
  },
  { check: 'peers', state: 'ok', code: 'peers.ready', facts: { count: 1 } },
  {
    check: 'bootstrap',
    state: 'failed',
    code: 'bootstrap.silent',
    facts: { count: 1, silent: 1 },
    fix: 'redial',
  },
  { check: 'udp', state: 'warn', code: 'udp.symmetric', facts: { count: 2 } },
  { check: 'outside', state: 'warn', code: 'outside.closed', facts: { port: 7422 } },
  { check: 'relays', state: 'ok', code: 'relays.held', facts: { count: 2 } },
  { check: 'serving', state: 'ok', code: 'serving.on', facts: { count: 1, bytes: 3_145_728 } },
];

export const listing: Listing = {
  name: 'io.github.example/weather',
  title: 'Weather',
  description: 'Forecasts\u001b[2J for any place',
  version: '2.4.1',
  status: 'active',
  updatedAt: AT,
  kinds: ['npm', 'remote'],
  repository: 'https://example.org/weather',
};

export const catalogCost = {
  tools: 2,
  tokens: 310,
  mode: 'full' as const,
  budget: 15_000,
  listed: { tools: 2, tokens: 310 },
  alwaysListed: ['everything_echo'],
};

/** How the node read what somebody searched for. */
export const understood = {
  filters: [{ name: 'tag', operator: ':', value: 'files', not: false, source: 'tag:files' }],
  notes: [{ code: 'corrected', part: 'raed', value: 'read' }],
  marks: ['read'],
} satisfies Understood;

export const equivocation = {
  providerId: PROVIDER,
  providerName: 'Grace',
  peerId: '12D3KooWGrace',
  type: 'entry/1',
  subject: 'files',
  seq: 7,
  foundAt: 1_795_341_000_000,
  seen: false,
  first: 'Zmlyc3Q',
  second: 'c2Vjb25k',
};

export const proposal: ProposalView = {
  id: 'a'.repeat(64),
  feature: 'tree-sync/1',
  class: 'feature',
  specUrl: 'https://specs.example.org/tree-sync-1.txt',
  specHash: '4f'.repeat(32),
  opened: AT,
  earliest: AT + 21 * 86_400_000,
  text: 'Records are compared as a tree.\u202e\nIt is faster.',
  textPending: false,
  proposer: { providerId: OTHER_PROVIDER, name: 'Anna\u0007', own: false, established: true },
  state: 'open',
  electors: 7,
  weight: 7000,
  cast: { yes: 4000, no: 1000, abstain: 500, ready: 5000, yesCount: 4 },
  settled: { yes: 0, no: 1000, abstain: 0, ready: 1000, yesCount: 0 },
  lacks: ['time'],
  runs: false,
  vote: 'yes',
};

export const adoption: AdoptionSample = {
  at: AT,
  yes: 4000,
  no: 1000,
  abstain: 500,
  ready: 5000,
  weight: 7000,
};

export const governance: GovernanceView = {
  versions: { min: 1, max: 2 },
  refusedVersions: { older: 2, newer: 1 },
  features: [
    {
      name: 'reconcile/1',
      about: 'Records are compared range by range.',
      activation: 'always',
      active: true,
      peers: 3,
    },
    {
      name: 'tree-sync/1',
      about: 'Records are compared as a tree.',
      activation: 'decided',
      active: false,
      override: 'never',
      peers: 0,
    },
  ],
  proposals: [
    proposal,
    {
      ...proposal,
      id: 'b'.repeat(64),
      feature: 'rpc/2',
      class: 'major',
      proposer: { providerId: PROVIDER, name: '', own: true, established: true },
      state: 'waiting',
      lacks: [],
      activatesAt: AT,
      override: 'never',
    },
  ],
  electors: 7,
  automatic: false,
  refused: {},
};

export const usage: UsageAnswer = {
  from: '2026-10-25',
  to: '2026-11-23',
  items: [
    {
      day: '2026-11-23',
      direction: 'incoming',
      providerId: 'z6MkhaXgBZDvotDkL5257faiztiGiC2QtKLGpbnnEGta2doK',
      providerName: 'Boris\u001b[2J',
      server: 'everything',
      tool: 'echo',
      calls: 131,
      errors: 2,
      cached: 0,
      requestBytes: 20_480,
      responseBytes: 1_048_576,
      durationMs: 12_345,
    },
    {
      direction: 'incoming',
      kind: 'refused',
      calls: 4,
      errors: 4,
      cached: 0,
      requestBytes: 512,
      responseBytes: 0,
      durationMs: 3,
    },
  ],
  total: {
    calls: 135,
    errors: 6,
    cached: 0,
    requestBytes: 20_992,
    responseBytes: 1_048_576,
    durationMs: 12_348,
  },
  more: true,
};
