/** Handlers of the whole contract in memory: what was asked is recorded, answers come from the fixtures. */
import type { NodeHandlers } from '#shared/contract.ts';
import { AppError } from '#shared/kernel/errors.ts';
import { unanswered } from '#test/support/unanswered.ts';
import * as fixtures from './fixtures.ts';
import { packageHandlers } from './package-handlers.ts';

export interface Asked {
  name: string;
  input: unknown;
}

export interface MemoryNode {
  handlers: NodeHandlers;
  asked: Asked[];
}

/** @param stop what `node.stop` does besides being recorded. */
export function createMemoryNode({
  pid = process.pid,
  dataDir = '/data',
  stop = () => undefined,
}: {
  pid?: number;
  dataDir?: string;
  stop?: () => void;
} = {}): MemoryNode {
  const { server, share, tool, toolDetail, peer, identity, client, setting } = fixtures;
  const items = <T>(...list: T[]) => ({ items: list });
  async function* once<T>(item: T) {
    yield item;
  }
  const status = () => fixtures.status(pid, dataDir);
  const createdAt = 1_800_000_000_000;
  const apiToken = { id: 'a1', name: 'script', scope: 'read', role: 'owner', createdAt } as const;
  const operator = { id: 's1', kind: 'session', name: 'Bea', role: 'read-only', createdAt } as const;
  const log = items(
    { at: 1_800_000_000_000, stream: 'event' as const, text: 'started' },
    { at: 1_800_000_000_001, stream: 'stderr' as const, text: 'ready\u001b[2J' },
  );
  const counts = { revision: 1, catalog: 3, network: 13, pending: 12, changed: 0 };

  const handlers: NodeHandlers = {
    ...unanswered(),
    ...packageHandlers(),
    'api.tokens.list': () => items(apiToken),
    'api.tokens.create': ({ name, role, scope }) => ({ ...apiToken, name, role, scope, token: 'ts_secret' }),
    'api.tokens.revoke': () => ({}),
    'operators.me': () => ({ role: 'owner' }),
    'operators.list': () => items(operator),
    'operators.revoke': () => ({}),
    'node.status': status,
    'node.stop': () => {
      stop();
      return {};
    },
    'node.openLink': () => ({ url: 'http://127.0.0.1:7421/#t=once' }),
    'node.watch': () => once(status()),
    'node.attention': () =>
      once(
        items(
          {
            id: 'server.failed:files',
            kind: 'server.failed' as const,
            level: 'mend' as const,
            subject: 'files',
            code: 'servers.exited',
            since: 1_800_000_000_000,
          },
          {
            id: 'tools.pending',
            kind: 'tools.pending' as const,
            level: 'decide' as const,
            count: 12,
            since: 1_800_000_000_000,
          },
        ),
      ),
    'tasks.watch': () =>
      once(
        items({
          id: 't1',
          kind: 'recovery.backup',
          subject: 'node.backup',
          state: 'active' as const,
          startedAt: 1_800_000_000_000,
          done: 3,
          total: 9,
          unit: 'bytes' as const,
          cancellable: true,
        }),
      ),
    'tasks.cancel': () => ({}),
    'identity.get': () => identity,
    'identity.setProfile': (profile) => ({ ...identity, profile }),
    'identity.revealRecoveryPhrase': () => ({ words: fixtures.words }),
    'identity.confirmRecoveryPhrase': () => ({ ...identity, recoveryPhraseConfirmed: true }),
    'identity.rotate': () => ({ ...identity, rotatedFrom: [identity.providerId] }),
    'identity.setPassphrase': ({ next }) => ({ ...identity, passphraseProtected: next !== '' }),
    'settings.list': () => items(setting),
    'settings.set': ({ value }) => ({ ...setting, value, source: 'file' }),
    'settings.reset': () => setting,
    'network.show': () => fixtures.network,
    'network.invite': () => fixtures.written,
    'network.previewInvitation': () => fixtures.invitation,
    'network.join': ({ enterNetwork }) =>
      enterNetwork
        ? { pinned: false, network: fixtures.network.networks[1]?.id ?? '', waiting: true }
        : { pinned: true, network: 'public', waiting: false, peer: fixtures.peer },
    'network.revokeInvitation': () => ({}),
    'network.createPrivate': ({ name }) => ({ ...fixtures.workshop, name }),
    'network.leavePrivate': () => fixtures.network,
    'network.rejoinPrivate': () => fixtures.network,
    'network.forgetPrivate': () => fixtures.network,
    'network.renamePrivate': () => fixtures.network,
    'node.pauseSharing': ({ forMs = 0 }) => ({
      sharing: 'paused',
      reasons: ['person'],
      until: 1_800_000_000_000 + forMs,
      machine: {},
    }),
    'node.resumeSharing': () => ({ sharing: 'on', reasons: [], machine: {} }),
    'node.doctor': async function* () {
      yield* fixtures.findings;
    },
    'peers.list': () => items(peer),
    'peers.connect': () => peer,
    'peers.disconnect': () => ({}),
    'peers.block': ({ id }) => ({ id }),
    'peers.unblock': ({ id }) => ({ id }),
    'peers.setKnown': () => ({}),
    'peers.watch': () => once(items(peer)),
    'profiles.list': () => items({ name: 'default', prefix: true }),
    'profiles.set': (profile) => profile,
    'profiles.remove': () => ({}),
    'clients.list': () => items(client),
    'clients.create': ({ name, profile, scope }) => ({ ...client, name, profile, scope, token: 'tm_secret' }),
    'clients.revoke': () => ({}),
    'clients.connection': () => fixtures.connection,
    'providers.equivocations': () => items(fixtures.equivocation),
    'providers.acknowledge': () => ({}),
    'governance.show': () => fixtures.governance,
    'governance.history': () => items(fixtures.adoption),
    'governance.propose': ({ feature, text }) => ({ ...fixtures.proposal, feature, text }),
    'governance.vote': ({ vote }) => {
      const { vote: _before, ...unsaid } = fixtures.proposal;
      return vote ? { ...unsaid, vote } : unsaid;
    },
    'governance.withdraw': ({ id }) => ({ id }),
    'governance.eraseText': ({ id }) => ({ id }),
    'governance.override': ({ choice, feature }) => ({ feature, active: choice === 'always' }),
    'profiles.catalog': () =>
      items({ profile: 'default', choice: 'auto', ...fixtures.catalogCost, clients: 1 }),
    'profiles.preview': () => ({
      ...fixtures.catalogCost,
      servers: [{ server: 'everything', tools: 13, shown: 2 }],
    }),
    'clients.detect': () => items(fixtures.clientFile, fixtures.brokenClientFile),
    'clients.plan': ({ profile }) => ({
      ...fixtures.clientPlan,
      change: profile === 'none' ? 'none' : 'add',
      ...(profile === 'none' ? { lines: [] } : {}),
    }),
    'clients.planRemoval': () => ({ ...fixtures.clientPlan, change: 'restore' }),
    'clients.connect': ({ profile }) => ({ ...fixtures.clientFile, profile }),
    'clients.disconnect': ({ client: id }) => ({
      client: id,
      file: '/home/ada/.cursor/mcp.json',
      outcome: 'restored',
    }),
    'clients.disconnectAll': () => items(...fixtures.removals),
    'clients.manual': () => ({
      file: '/home/ada/.codex/config.toml',
      format: 'toml',
      stdio: '[mcp_servers.toolswarm]\ncommand = "toolswarm"\n',
      http: '[mcp_servers.toolswarm]\nurl = "http://127.0.0.1:7420/mcp"\n',
    }),
    'clients.prove': async function* ({ client: id }) {
      yield* fixtures.chain(id === 'goose');
    },
    'clients.sessions': () => once(items(fixtures.clientSession)),
    'access.shares': () => items(share),
    'access.limits': () => items(...fixtures.limits),
    'access.setLimit': () => items(...fixtures.limits),
    'fleet.list': () => fixtures.fleet,
    'fleet.watch': () => once(fixtures.fleet),
    'fleet.add': () => fixtures.fleetCode,
    'fleet.cancelCode': () => ({}),
    'fleet.answer': () => fixtures.fleet,
    'fleet.join': () => fixtures.joining,
    'fleet.awaitJoin': () => ({ ...fixtures.joining, state: 'joined' }),
    'fleet.cancelJoin': () => ({}),
    'fleet.rename': () => fixtures.fleet,
    'fleet.remove': () => fixtures.fleet,
    'fleet.usage': () => ({ ...fixtures.usage, nodes: [], silent: [] }),
    'fleet.policy': () => fixtures.fleetPolicy,
    'fleet.setPolicy': () => fixtures.fleetPolicy,
    'fleet.leave': () => ({ providerId: fixtures.identity.providerId }),
    'reshares.list': () => items(fixtures.reshare),
    'reshares.add': () => fixtures.reshare,
    'reshares.remove': () => ({}),
    'access.grants': () => ({ made: [fixtures.madeGrant], held: [fixtures.heldGrant] }),
    'access.grant': () => fixtures.madeGrant,
    'access.revoke': () => ({}),
    'access.requests': () => items(fixtures.accessRequest),
    'access.ask': () => fixtures.accessRequest,
    'access.accept': () => fixtures.madeGrant,
    'access.decline': () => ({}),
    'access.checkConstraint': () => ({ fits: true }),
    'invocations.uses': () => items(fixtures.lastUse),
    'metrics.hops': () => ({ sinceMs: 720_000, items: fixtures.hopTimes }),
    'usage.query': () => fixtures.usage,
    'metrics.bottleneck': () => ({
      resource: 'server',
      state: 'full',
      subject: 'everything',
      share: 0.82,
      numbers: {
        sinceMs: 60_000,
        calls: 1200,
        cpuShare: 0.31,
        loopShare: 0.24,
        loopDelayMs: 4,
        running: 256,
        maxRunning: 256,
        waiting: 40,
        refused: { rate: 0, full: 3, late: 1, shed: 0 },
      },
    }),
    'usage.erase': () => ({ erased: 3 }),
    'relay.cache': () => fixtures.cache,
    'relay.clearCache': () => fixtures.cache,
    'relay.load': () => once(fixtures.load),
    'servers.share': ({ name, audience, tools, confirmed }) => {
      if (audience.kind === 'everyone' && !confirmed) throw confirmEveryone();
      return { server: name, audience, tools, sharedAt: share.sharedAt };
    },
    'servers.unshare': () => ({}),
    'central.sync': () => ({ read: 2, count: 12 }),
    'central.list': () => ({ items: [fixtures.listing], total: 1 }),
    'central.show': () => ({ ...fixtures.listing, serverJson: '{}' }),
    'tools.list': () => items(tool),
    'tools.search': () => ({ ...items(tool), understood: fixtures.understood }),
    'tools.searchNetwork': () =>
      once({
        items: [{ ...tool, relevance: 700, networks: ['public'] }],
        ...{ asked: 5, answered: 2, refused: 1, off: 1, busy: 1 },
        reasons: { no_manifest: 1 },
        done: true,
      }),
    'tools.show': () => toolDetail,
    'tools.approve': () => tool,
    'tools.reject': () => ({ ...tool, state: 'rejected' }),
    'tools.alias': ({ alias }) => ({ ...tool, alias }),
    'tools.pin': ({ pin }) => ({
      ...tool,
      pin: { ...(pin ?? { kind: 'fingerprint', value: tool.fingerprint }), holds: true },
    }),
    'tools.unpin': () => tool,
    'tools.critical': () => ({
      items: [
        { id: 'a/b/c', name: 'b_c', provider: 'a', providerName: 'Grace', server: 'b', min: 2, live: 1 },
      ],
    }),
    'tools.setCritical': ({ min }) => ({ ...tool, critical: { min, live: 1 } }),
    'tools.favourite': ({ favourite }) => ({ ...tool, ...(favourite ? { favourite } : {}) }),
    'rules.list': () => items(fixtures.rule),
    'rules.preview': () => fixtures.rulePreview,
    'rules.add': ({ rule }) => items(fixtures.rule, { ...fixtures.rule, ...rule, id: 'r2' }),
    'rules.remove': () => items(),
    'rules.reorder': () => items(fixtures.rule),
    'tools.watch': () => once(counts),
    'tools.call': () => ({ result: { content: [{ type: 'text', text: 'Echo: hello' }] } }),
    'metrics.traffic': () => once(fixtures.traffic),
    'invocations.list': () => items(fixtures.invocation),
    'tools.callNews': () => once({ t: 'progress', progress: 1, total: 2 }),
    'invocations.get': () => fixtures.invocation,
    'invocations.erase': () => ({ erased: 3 }),
    'invocations.watch': () => once(fixtures.invocation),
    'servers.list': () => items(server, fixtures.failedServer),
    'servers.get': () => server,
    'servers.add': ({ name }) => ({ ...server, name }),
    'servers.update': ({ name, rename, title, tags }) => ({
      ...server,
      name: rename ?? name,
      ...(title ? { title } : {}),
      ...(tags ? { tags } : {}),
    }),
    'servers.login.signOut': () => ({ revoked: true }),
    'servers.remove': ({ name }) => {
      if (name !== server.name) throw unknownServer(name);
      return {};
    },
    'servers.start': () => server,
    'servers.stop': () => ({ ...server, state: 'disabled' }),
    'servers.restart': () => server,
    'servers.usage': () => ({
      items: [{ server: 'everything', processes: 1, cpuPercent: 2.5, memoryBytes: 64 * 1_048_576 }],
    }),
    'servers.logs': () => log,
    'servers.followLogs': () => once(log.items[0]!),
    'servers.watch': () => once(items(server)),
    'servers.previewImport': () => ({ format: 'mcpServers', items: [{ name: 'files' }] }),
    'servers.import': () => ({
      added: ['files'],
      skipped: [{ name: 'old', reason: 'It is present already.' }],
    }),
    'recovery.suggest': () => ({ file: '/home/sam/toolswarm.backup' }),
    'node.restart': () => ({}),
    'node.storage': () => fixtures.storage,
    'node.diagnostics': () => fixtures.diagnostics,
    'recovery.backup': ({ file }) => ({ file, bytes: 4096, createdAt: 1_800_000_000_000 }),
  };
  const asked: Asked[] = [];
  return { handlers: recording(handlers, asked), asked };
}

function recording(handlers: NodeHandlers, asked: Asked[]): NodeHandlers {
  const recorded = Object.entries(handlers).map(([name, handler]) => [
    name,
    (input: unknown, context: unknown) => {
      asked.push({ name, input });
      return (handler as (input: unknown, context: unknown) => unknown)(input, context);
    },
  ]);
  return Object.fromEntries(recorded) as NodeHandlers;
}

const confirmEveryone = (): AppError =>
  new AppError('access.confirm_everyone', 'This server can change things.', {
    advice: 'Share it with providers you know, or confirm.',
  });

const unknownServer = (name: string): AppError =>
  new AppError('servers.unknown', `There is no server “${name}”.`, {
    advice: 'List them with `toolswarm servers list`.',
  });
