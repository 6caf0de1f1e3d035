/** The shapes that programs read, frozen: a change here is a change for every script that uses the command line. */
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { providerIdOf } from '#shared/kernel/ids.ts';
import { runCli, runCliHere } from './support/cli.ts';
import { type ServedNode, serveMemoryNode } from './support/served-node.ts';

// Times are shown as they are here.
process.env.TZ = 'UTC';

let node: ServedNode;
beforeAll(async () => {
  node = await serveMemoryNode();
});
afterAll(() => node.end());

const GRACE = providerIdOf(new Uint8Array(32).fill(7));
/** A package that the node in memory knows, its newest release, and the one before. */
const CALENDAR = `z6Mk${'b'.repeat(44)}/calendar`;
const RELEASE = 'c1'.repeat(32);
const OLD_RELEASE = 'c0'.repeat(32);
const ACCEPTED = { acceptStale: false, acceptFetchedCode: false };
const UNTOLD = { settings: {}, secretValues: {} };
/** What a rule has unless it says otherwise. */
const RULE = { claims: [], tags: [], coversChanges: false };

/** Each command line with the call it makes and the input that the node receives. */
const COMMANDS: Array<[line: string, call: string, input: unknown]> = [
  ['status', 'node.status', {}],
  ['open', 'node.openLink', { role: 'owner', name: '' }],
  ['open --role read-only --name Bea', 'node.openLink', { role: 'read-only', name: 'Bea' }],
  ['operators list', 'operators.list', {}],
  ['operators link finance --name Bea', 'node.openLink', { role: 'finance', name: 'Bea' }],
  ['operators revoke s1', 'operators.revoke', { id: 's1' }],
  ['attention', 'node.attention', {}],
  ['tasks list', 'tasks.watch', {}],
  ['tasks cancel t1', 'tasks.cancel', { id: 't1' }],
  ['servers list', 'servers.list', {}],
  ['servers show everything', 'servers.get', { name: 'everything' }],
  ['servers remove everything', 'servers.remove', { name: 'everything' }],
  ['servers start everything', 'servers.start', { name: 'everything' }],
  ['servers stop everything', 'servers.stop', { name: 'everything' }],
  ['servers restart everything', 'servers.restart', { name: 'everything' }],
  ['servers usage', 'servers.usage', {}],
  ['servers logs everything --limit 5', 'servers.logs', { name: 'everything', limit: 5 }],
  ['servers import /etc/client.json', 'servers.import', { path: '/etc/client.json', values: {} }],
  [
    'servers edit everything --title Everything --tag a --tag b --env LEVEL=debug --unset KEY',
    'servers.update',
    {
      name: 'everything',
      title: 'Everything',
      tags: ['a', 'b'],
      env: expect.objectContaining({ LEVEL: 'debug' }),
      secretValues: {},
      removeSecrets: expect.any(Array),
      unchecked: false,
    },
  ],
  ['servers logout everything', 'servers.login.signOut', { name: 'everything', profile: 'default' }],
  ['servers who everything', 'access.shares', {}],
  [
    'servers share everything --to known --except add --note echo=Slow --tool-tag echo=a --category Tests',
    'servers.share',
    {
      name: 'everything',
      audience: { kind: 'known' },
      overrides: { add: { audience: { kind: 'nobody' } }, echo: { note: 'Slow', tags: ['a'] } },
      category: 'Tests',
      confirmed: false,
    },
  ],
  ['servers import /etc/client.json --preview', 'servers.previewImport', { path: '/etc/client.json' }],
  ['servers shares', 'access.shares', {}],
  [
    'servers share everything --to z6MkA z6MkB --tool echo --tool add',
    'servers.share',
    {
      name: 'everything',
      audience: { kind: 'providers', providers: ['z6MkA', 'z6MkB'] },
      tools: ['echo', 'add'],
      confirmed: false,
    },
  ],
  [
    'servers share everything --to known',
    'servers.share',
    { name: 'everything', audience: { kind: 'known' }, confirmed: false },
  ],
  [
    'servers share everything --to everyone --yes',
    'servers.share',
    { name: 'everything', audience: { kind: 'everyone' }, confirmed: true },
  ],
  ['servers unshare everything', 'servers.unshare', { name: 'everything' }],
  ['discover sync', 'central.sync', { olderThanMs: 0 }],
  ['discover search weather --limit 5', 'central.list', { text: 'weather', offset: 0, limit: 5 }],
  ['discover show io.github.example/weather', 'central.show', { name: 'io.github.example/weather' }],
  ['tools list', 'tools.list', { scope: 'catalog', limit: 20_000 }],
  ['tools list --network', 'tools.list', { scope: 'network', limit: 20_000 }],
  ['tools list --local', 'tools.list', { scope: 'local', limit: 20_000 }],
  ['tools list --all', 'tools.list', { scope: 'all', limit: 20_000 }],
  ['tools search read files --limit 3', 'tools.search', { text: 'read files', limit: 3 }],
  ['search tag:files raed', 'tools.search', { text: 'tag:files raed', limit: 50 }],
  ['tools search files --network', 'tools.searchNetwork', { text: 'files', limit: 50 }],
  ['tools show everything_echo', 'tools.show', { id: 'everything_echo' }],
  [
    'tools call everything_echo --args {"message":"hello"}',
    'tools.call',
    { id: 'everything_echo', arguments: { message: 'hello' }, timeoutMs: 60_000 },
  ],
  ['tools approve everything_echo', 'tools.approve', { id: 'everything_echo' }],
  ['tools reject everything_echo', 'tools.reject', { id: 'everything_echo' }],
  ['tools alias everything_echo say', 'tools.alias', { id: 'everything_echo', alias: 'say' }],
  ['tools pin everything_echo', 'tools.pin', { id: 'everything_echo' }],
  [
    'tools pin everything_echo ^2.0',
    'tools.pin',
    { id: 'everything_echo', pin: { kind: 'range', value: '^2.0' } },
  ],
  ['tools unpin everything_echo', 'tools.unpin', { id: 'everything_echo' }],
  ['tools critical', 'tools.critical', {}],
  ['tools critical everything_echo --min 2', 'tools.setCritical', { id: 'everything_echo', min: 2 }],
  ['tools favourite everything_echo', 'tools.favourite', { id: 'everything_echo', favourite: true }],
  [
    'tools favourite everything_echo --remove',
    'tools.favourite',
    { id: 'everything_echo', favourite: false },
  ],
  ['packages search team calendar', 'packages.search', { text: 'team calendar', limit: 50, runnable: false }],
  ['packages search --runnable --limit 1', 'packages.search', { text: '', limit: 1, runnable: true }],
  [`packages show ${CALENDAR}`, 'packages.show', { id: CALENDAR }],
  [`packages publisher ${GRACE}`, 'packages.publisher', { provider: GRACE }],
  [`packages review ${CALENDAR}`, 'packages.review', { what: CALENDAR, channel: 'stable' }],
  [`packages review ${RELEASE} --channel beta`, 'packages.review', { what: RELEASE, channel: 'beta' }],
  [
    `packages install ${CALENDAR}@1.2.0 --set days=3 --set folder=/home/ada --set zones=UTC --set zones=CET --server dates --accept-stale --yes`,
    'packages.install',
    {
      release: RELEASE,
      settings: { days: 3, folder: '/home/ada', zones: ['UTC', 'CET'] },
      secretValues: {},
      acceptStale: true,
      acceptFetchedCode: false,
      server: 'dates',
    },
  ],
  [
    'packages install /tmp/calendar.mcpb --set days=3 --yes',
    'packages.installFile',
    { path: '/tmp/calendar.mcpb', settings: { days: 3 }, secretValues: {} },
  ],
  [
    'packages install npm/@grace/calendar@1.2.0 --set days=3 --yes',
    'packages.installListed',
    {
      package: expect.objectContaining({
        registryType: 'npm',
        identifier: '@grace/calendar',
        version: '1.2.0',
      }),
      settings: { days: 3 },
      secretValues: {},
    },
  ],
  ['packages list', 'packages.installed', {}],
  ['packages updates', 'packages.checkUpdates', {}],
  ['packages update calendar --yes', 'packages.install', { release: RELEASE, ...UNTOLD, ...ACCEPTED }],
  ['packages history calendar', 'packages.history', { id: CALENDAR }],
  ['packages rollback calendar', 'packages.rollback', { id: CALENDAR }],
  [`packages rollback ${CALENDAR} --to 1`, 'packages.rollback', { id: CALENDAR, generation: 1 }],
  ['packages configure calendar', 'packages.settings', { id: CALENDAR }],
  [
    'packages configure calendar --set days=3',
    'packages.configure',
    { id: CALENDAR, settings: { folder: '/home/ada/calendars', days: 3 }, secretValues: {} },
  ],
  ['packages policy calendar', 'packages.installed', {}],
  [
    'packages policy calendar --take minor --channel beta --after-peers 3',
    'packages.setPolicy',
    { id: CALENDAR, policy: { take: 'minor', channel: 'beta', afterPeers: 3, afterHours: 24 } },
  ],
  [
    'packages pin calendar 1.2.0 --profile work',
    'packages.pin',
    { id: CALENDAR, profile: 'work', release: RELEASE },
  ],
  [
    'packages pin calendar 1.1.0 --profile work',
    'packages.pin',
    { id: CALENDAR, profile: 'work', release: OLD_RELEASE },
  ],
  [
    'packages pin calendar --profile work --current',
    'packages.pin',
    { id: CALENDAR, profile: 'work', release: null },
  ],
  ['packages remove calendar', 'packages.remove', { id: CALENDAR, keepData: false }],
  ['packages remove calendar --keep-data', 'packages.remove', { id: CALENDAR, keepData: true }],
  ['packages verify', 'packages.verify', {}],
  ['packages transfers', 'packages.transfers', {}],
  ['packages transfers --watch', 'packages.transfers', {}],
  ['packages sandbox', 'packages.sandbox', {}],
  ['packages init /tmp/calendar --name dates', 'packages.init', { path: '/tmp/calendar', name: 'dates' }],
  [
    'packages check /tmp/calendar --set days=3',
    'packages.check',
    { path: '/tmp/calendar', settings: { days: 3 }, secretValues: {} },
  ],
  [
    'packages publish /tmp/calendar --channel beta --notes Zones',
    'packages.publish',
    { path: '/tmp/calendar', channel: 'beta', notes: 'Zones', ...UNTOLD },
  ],
  ['packages published', 'packages.published', {}],
  [
    'packages channel calendar 1.2.0 beta',
    'packages.setChannel',
    { name: 'calendar', version: '1.2.0', channel: 'beta' },
  ],
  [
    'packages withdraw calendar 1.2.0 --reason Broken',
    'packages.withdraw',
    { name: 'calendar', version: '1.2.0', reason: 'Broken' },
  ],
  ['packages withdraw calendar', 'packages.withdraw', { name: 'calendar', reason: '' }],
  ['packages link calendar@1.1.0', 'packages.link', { release: OLD_RELEASE }],
  [`packages link ${CALENDAR}`, 'packages.link', { release: RELEASE }],
  [`packages link ${RELEASE}`, 'packages.link', { release: RELEASE }],
  ['rules list', 'rules.list', {}],
  [
    `tools approve --rule --provider ${GRACE} --claim readOnly`,
    'rules.add',
    { rule: { ...RULE, provider: GRACE, claims: ['readOnly'], action: 'approve' } },
  ],
  [
    `rules add --action ask --provider ${GRACE} --server files --tag a b --at 1`,
    'rules.add',
    { rule: { ...RULE, provider: GRACE, server: 'files', tags: ['a', 'b'], action: 'ask' }, position: 0 },
  ],
  [
    `rules add --action approve --provider ${GRACE} --cover-changes --preview`,
    'rules.preview',
    { rule: { ...RULE, provider: GRACE, action: 'approve', coversChanges: true } },
  ],
  ['rules remove r1', 'rules.remove', { id: 'r1' }],
  ['rules reorder r2 r1', 'rules.reorder', { ids: ['r2', 'r1'] }],
  ['peers list', 'peers.list', {}],
  [
    'peers connect /ip4/127.0.0.1/tcp/1/p2p/12D3KooWThere',
    'peers.connect',
    { address: '/ip4/127.0.0.1/tcp/1/p2p/12D3KooWThere' },
  ],
  ['peers disconnect z6MkB', 'peers.disconnect', { id: 'z6MkB' }],
  ['peers block z6MkB', 'peers.block', { id: 'z6MkB' }],
  ['peers unblock z6MkB', 'peers.unblock', { id: 'z6MkB' }],
  ['peers know z6MkB', 'peers.setKnown', { providerId: 'z6MkB', known: true }],
  ['peers forget z6MkB', 'peers.setKnown', { providerId: 'z6MkB', known: false }],
  ['network show', 'network.show', {}],
  [
    'network invite --hours 2 --note Vera',
    'network.invite',
    { pin: true, expiresInMs: 7_200_000, note: 'Vera' },
  ],
  ['network invite --no-pin', 'network.invite', { pin: false }],
  [
    'network invite --network 5f3a91c07be2d864 --qr',
    'network.invite',
    { pin: true, network: '5f3a91c07be2d864' },
  ],
  ['network preview toolswarm://join/code', 'network.previewInvitation', { code: 'toolswarm://join/code' }],
  [
    'network join toolswarm://join/code',
    'network.join',
    { code: 'toolswarm://join/code', enterNetwork: false },
  ],
  ['network join code --enter', 'network.join', { code: 'code', enterNetwork: true }],
  ['network list', 'network.show', {}],
  ['network revoke a1', 'network.revokeInvitation', { id: 'a1' }],
  ['network create Workshop', 'network.createPrivate', { name: 'Workshop' }],
  ['network leave 5f3a91c07be2d864', 'network.leavePrivate', { network: '5f3a91c07be2d864' }],
  ['network rejoin Firm', 'network.rejoinPrivate', { network: '00000000000000aa' }],
  ['network forget Firm', 'network.forgetPrivate', { network: '00000000000000aa' }],
  [
    'network rename 5f3a91c07be2d864 Shed',
    'network.renamePrivate',
    { network: '5f3a91c07be2d864', name: 'Shed' },
  ],
  ['network pause --minutes 5', 'node.pauseSharing', { forMs: 300_000 }],
  ['network resume', 'node.resumeSharing', {}],
  ['doctor', 'node.doctor', {}],
  ['clients list', 'clients.list', {}],
  [
    'clients create Editor --profile work',
    'clients.create',
    { name: 'Editor', profile: 'work', scope: 'call' },
  ],
  [
    'clients create Editor --scope read --days 30',
    'clients.create',
    { name: 'Editor', profile: 'default', scope: 'read', forDays: 30 },
  ],
  ['clients revoke c1', 'clients.revoke', { id: 'c1' }],
  ['clients connection', 'clients.connection', { profile: 'default' }],
  ['clients connected', 'clients.sessions', {}],
  ['clients detect', 'clients.detect', {}],
  [
    'clients connect cursor --profile work',
    'clients.connect',
    { client: 'cursor', profile: 'work', hash: 'f0'.repeat(32) },
  ],
  ['clients connect cursor --dry-run', 'clients.plan', { client: 'cursor', profile: 'default' }],
  ['clients connect cursor --profile none', 'clients.plan', { client: 'cursor', profile: 'none' }],
  ['clients disconnect cursor', 'clients.disconnect', { client: 'cursor' }],
  ['clients disconnect cursor --dry-run', 'clients.planRemoval', { client: 'cursor' }],
  ['clients disconnect --all', 'clients.disconnectAll', {}],
  [
    'clients manual codex --folder /work',
    'clients.manual',
    { client: 'codex', profile: 'default', folder: '/work' },
  ],
  ['clients prove cursor', 'clients.prove', { client: 'cursor' }],
  ['profiles list', 'profiles.list', {}],
  ['profiles preview default', 'profiles.preview', { name: 'default', prefix: true }],
  [
    'profiles set few --no-server --tool everything_echo --hide everything_add',
    'profiles.set',
    {
      name: 'few',
      servers: [],
      includeTools: ['everything_echo'],
      excludeTools: ['everything_add'],
      prefix: true,
    },
  ],
  [
    'profiles set work --server files --no-prefix',
    'profiles.set',
    { name: 'work', servers: ['files'], prefix: false },
  ],
  [
    'profiles set big --catalog search --budget 8000 --list everything_echo',
    'profiles.set',
    { name: 'big', prefix: true, catalog: 'search', budget: 8000, alwaysListed: ['everything_echo'] },
  ],
  ['profiles catalog', 'profiles.catalog', {}],
  ['protocol show', 'governance.show', {}],
  ['protocol never reconcile/1', 'governance.override', { feature: 'reconcile/1', choice: 'never' }],
  ['protocol always reconcile/1', 'governance.override', { feature: 'reconcile/1', choice: 'always' }],
  ['protocol decide reconcile/1', 'governance.override', { feature: 'reconcile/1', choice: null }],
  ['governance show', 'governance.show', {}],
  ['governance show aaaa', 'governance.show', {}],
  ['governance history aaaa', 'governance.history', { id: 'a'.repeat(64) }],
  [
    `governance propose tree-sync/1 --sha256 ${'4F'.repeat(32)} --url https://specs.example.org/1.txt --text faster --earliest 2027-03-01`,
    'governance.propose',
    {
      feature: 'tree-sync/1',
      class: 'feature',
      specHash: '4f'.repeat(32),
      specUrl: 'https://specs.example.org/1.txt',
      text: 'faster',
      earliest: Date.UTC(2027, 2, 1),
    },
  ],
  ['governance vote aaaa yes', 'governance.vote', { id: 'a'.repeat(64), vote: 'yes' }],
  ['governance vote aaaa none', 'governance.vote', { id: 'a'.repeat(64), vote: null }],
  ['governance erase aaaa', 'governance.eraseText', { id: 'a'.repeat(64) }],
  ['governance withdraw aaaa', 'governance.withdraw', { id: 'a'.repeat(64) }],
  ['providers equivocations', 'providers.equivocations', {}],
  ['providers acknowledge z6MkX', 'providers.acknowledge', { providerId: 'z6MkX' }],
  ['profiles remove work', 'profiles.remove', { name: 'work' }],
  ['identity show', 'identity.get', {}],
  ['identity name Ada', 'identity.setProfile', { displayName: 'Ada' }],
  ['identity phrase', 'identity.revealRecoveryPhrase', {}],
  [
    'identity confirm 1=word1 2=word2 24=word24',
    'identity.confirmRecoveryPhrase',
    {
      answers: [
        { position: 1, word: 'word1' },
        { position: 2, word: 'word2' },
        { position: 24, word: 'word24' },
      ],
    },
  ],
  ['identity rotate', 'identity.rotate', {}],
  ['identity passphrase --remove', 'identity.setPassphrase', { next: '' }],
  ['limits list', 'access.limits', {}],
  [
    'limits set everything/echo --calls 60 --concurrent 2',
    'access.setLimit',
    { scope: { kind: 'tool', server: 'everything', tool: 'echo' }, callsPerMinute: 60, concurrent: 2 },
  ],
  ['limits remove each', 'access.setLimit', { scope: { kind: 'each' } }],
  ['limits load', 'relay.load', {}],
  ['metrics hops', 'metrics.hops', {}],
  ['metrics bottleneck', 'metrics.bottleneck', {}],
  ['usage', 'usage.query', { by: 'day', days: 30, limit: 1000 }],
  [
    'usage --by tool --days 7 --direction incoming --limit 5 --csv',
    'usage.query',
    { by: 'tool', days: 7, direction: 'incoming', limit: 5 },
  ],
  ['usage erase', 'usage.erase', {}],
  ['cache show', 'relay.cache', {}],
  ['cache clear', 'relay.clearCache', {}],
  ['access list', 'access.grants', {}],
  ['access uses', 'invocations.uses', {}],
  [
    `access check {"properties":{"path":{"pattern":"^public/"}}} --try {"path":"public/a"}`,
    'access.checkConstraint',
    { schema: '{"properties":{"path":{"pattern":"^public/"}}}', arguments: { path: 'public/a' } },
  ],
  [
    `access grant everything ${GRACE} --tool echo --calls 10 --days 7`,
    'access.grant',
    { server: 'everything', to: GRACE, tools: ['echo'], calls: 10, days: 7, note: '' },
  ],
  ['fleet list', 'fleet.list', {}],
  ['fleet add --minutes 5', 'fleet.add', { expiresInMs: 300_000 }],
  ['fleet cancel code1', 'fleet.cancelCode', { id: 'code1' }],
  ['fleet accept guest1 --name laptop', 'fleet.answer', { id: 'guest1', accept: true, label: 'laptop' }],
  ['fleet decline guest1', 'fleet.answer', { id: 'guest1', accept: false }],
  ['fleet join ABCD-EFGH-JKMN-PQRS --no-wait', 'fleet.join', { code: 'ABCD-EFGH-JKMN-PQRS' }],
  ['fleet rename attic cellar', 'fleet.rename', { peerId: '12D3KooWAttic', label: 'cellar' }],
  ['fleet remove attic', 'fleet.remove', { peerId: '12D3KooWAttic' }],
  ['fleet policy', 'fleet.policy', {}],
  ['fleet policy on', 'fleet.setPolicy', { on: true }],
  ['fleet policy off', 'fleet.setPolicy', { on: false }],
  ['usage --all-nodes --days 2', 'fleet.usage', { days: 2, by: 'day', limit: 1000 }],
  ['fleet leave', 'fleet.leave', {}],
  ['reshares list', 'reshares.list', {}],
  [
    `reshares add ${GRACE}/notes --to known --as team --tool search --depth 1`,
    'reshares.add',
    {
      provider: GRACE,
      server: 'notes',
      name: 'team',
      audience: { kind: 'known' },
      tools: ['search'],
      delegation: { depth: 1 },
      confirmed: false,
    },
  ],
  ['reshares remove team', 'reshares.remove', { name: 'team' }],
  ['access revoke aaaa', 'access.revoke', { id: 'a'.repeat(64) }],
  ['access requests', 'access.requests', {}],
  [
    `access ask ${GRACE} notes --tool search --words please`,
    'access.ask',
    { provider: GRACE, server: 'notes', tools: ['search'], words: 'please' },
  ],
  ['access accept 1 --days 7', 'access.accept', { id: 1, days: 7, note: '' }],
  ['access decline 1', 'access.decline', { id: 1 }],
  ['settings list', 'settings.list', {}],
  ['settings set mcp.port 7500', 'settings.set', { key: 'mcp.port', value: 7500 }],
  ['settings set node.name Ada', 'settings.set', { key: 'node.name', value: 'Ada' }],
  ['settings reset mcp.port', 'settings.reset', { key: 'mcp.port' }],
  ['log --limit 10 --outcome ok', 'invocations.list', { limit: 10, outcome: 'ok' }],
  [
    'log --tool echo --since 2026-01-01T00:00:00Z',
    'invocations.list',
    { limit: 100, tool: 'echo', since: 1_767_225_600_000 },
  ],
  ['log show 0199', 'invocations.get', { id: '0199' }],
  ['restart', 'node.restart', {}],
  ['storage', 'node.storage', {}],
  ['diagnostics', 'node.diagnostics', {}],
  ['traffic', 'metrics.traffic', {}],
  ['api list', 'api.tokens.list', {}],
  [
    'api create script --scope operate',
    'api.tokens.create',
    { name: 'script', scope: 'operate', role: 'owner' },
  ],
  [
    'api create script --role finance',
    'api.tokens.create',
    { name: 'script', scope: 'read', role: 'finance' },
  ],
  ['api revoke a1', 'api.tokens.revoke', { id: 'a1' }],
];

const words = (line: string): string[] =>
  line.includes('--args')
    ? [...line.split(' --args ')[0]!.split(' '), '--args', line.split(' --args ')[1]!]
    : line.split(' ');

describe.concurrent('what a command answers to a program', () => {
  it.for(COMMANDS)('%s', async ([line, call, input], { expect }) => {
    const { exitCode, stdout, stderr } = await runCli([...words(line), '--json', '--data-dir', node.dataDir]);
    expect(stderr).toBe('');
    expect(exitCode).toBe(0);
    expect(stdout.endsWith('}\n')).toBe(true);
    expect(stdout.trim().split('\n')).toHaveLength(1);
    expect(JSON.parse(stdout)).toMatchSnapshot();
    expect(node.asked).toContainEqual({ name: call, input });
  });
});

describe('what a command says to a person', () => {
  it.for(COMMANDS)('%s', async ([line], { expect }) => {
    const { exitCode, stdout, stderr } = await runCliHere(['--data-dir', node.dataDir, ...words(line)]);
    expect(stderr).toBe('');
    expect(exitCode).toBe(0);
    expect(stdout).toMatchSnapshot();
    expect(stdout).not.toMatch(/(?!\n)\p{Cc}|\u202e/u);
  });
});
