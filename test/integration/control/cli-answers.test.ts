/** The shapes that programs read, frozen: a change here is a change for every script that uses the command line. */
import { afterAll, beforeAll, describe, it } from 'vitest';
import { runCli, runCliHere } from './support/cli.ts';
import { type ServedNode, serveMemoryNode } from './support/served-node.ts';

// Times are shown as they are here.
process.env.TZ = 'UTC';

let node: ServedNode;
beforeAll(async () => {
  node = await serveMemoryNode();
});
afterAll(() => node.end());

/** Each command line with the call it makes and the input that the node receives. */
const COMMANDS: Array<[line: string, call: string, input: unknown]> = [
  ['status', 'node.status', {}],
  ['open', 'node.openLink', {}],
  ['servers list', 'servers.list', {}],
  ['servers show everything', 'servers.get', { name: 'everything' }],
  ['servers remove everything', 'servers.remove', { name: 'everything' }],
  ['servers start everything', 'servers.start', { name: 'everything' }],
  ['servers stop everything', 'servers.stop', { name: 'everything' }],
  ['servers restart everything', 'servers.restart', { name: 'everything' }],
  ['servers logs everything --limit 5', 'servers.logs', { name: 'everything', limit: 5 }],
  ['servers import /etc/client.json', 'servers.import', { path: '/etc/client.json' }],
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
  ['tools list', 'tools.list', { scope: 'catalog', limit: 20_000 }],
  ['tools list --network', 'tools.list', { scope: 'network', limit: 20_000 }],
  ['tools list --local', 'tools.list', { scope: 'local', limit: 20_000 }],
  ['tools list --all', 'tools.list', { scope: 'all', limit: 20_000 }],
  ['tools search read files --limit 3', 'tools.search', { text: 'read files', limit: 3 }],
  ['tools show everything_echo', 'tools.show', { id: 'everything_echo' }],
  [
    'tools call everything_echo --args {"message":"hello"}',
    'tools.call',
    { id: 'everything_echo', arguments: { message: 'hello' }, timeoutMs: 60_000 },
  ],
  ['tools approve everything_echo', 'tools.approve', { id: 'everything_echo' }],
  ['tools reject everything_echo', 'tools.reject', { id: 'everything_echo' }],
  ['tools alias everything_echo say', 'tools.alias', { id: 'everything_echo', alias: 'say' }],
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
  ['clients list', 'clients.list', {}],
  ['clients create Editor --profile work', 'clients.create', { name: 'Editor', profile: 'work' }],
  ['clients revoke c1', 'clients.revoke', { id: 'c1' }],
  ['clients connection', 'clients.connection', { profile: 'default' }],
  ['profiles list', 'profiles.list', {}],
  [
    'profiles set work --server files --no-prefix',
    'profiles.set',
    { name: 'work', servers: ['files'], prefix: false },
  ],
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
  ['settings list', 'settings.list', {}],
  ['settings set mcp.port 7500', 'settings.set', { key: 'mcp.port', value: 7500 }],
  ['settings set node.name Ada', 'settings.set', { key: 'node.name', value: 'Ada' }],
  ['settings reset mcp.port', 'settings.reset', { key: 'mcp.port' }],
  ['log --limit 10 --outcome ok', 'invocations.list', { limit: 10, outcome: 'ok' }],
  ['log --tool echo --since 2026-01-01T00:00:00Z', 'invocations.list', { limit: 100, tool: 'echo', since: 1_767_225_600_000 }],
  ['log show 0199', 'invocations.get', { id: '0199' }],
  ['restart', 'node.restart', {}],
  ['storage', 'node.storage', {}],
  ['diagnostics', 'node.diagnostics', {}],
  ['traffic', 'metrics.traffic', {}],
  ['api list', 'api.tokens.list', {}],
  ['api create script --scope operate', 'api.tokens.create', { name: 'script', scope: 'operate' }],
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
