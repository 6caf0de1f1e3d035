/** What goes wrong: always a code, a sentence and advice, on stderr, with the right exit code. */
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, it } from 'vitest';
import { runCli, runCliHere } from './support/cli.ts';
import { type ServedNode, serveMemoryNode } from './support/served-node.ts';

let node: ServedNode;
let empty: string;
beforeAll(async () => {
  node = await serveMemoryNode();
  empty = mkdtempSync(join(tmpdir(), 'toolswarm-empty-'));
});
afterAll(async () => {
  await node.end();
  rmSync(empty, { recursive: true, force: true });
});

const onNode = (...args: string[]) => runCli(['--data-dir', node.dataDir, ...args]);

describe.concurrent('wrong usage ends with exit code 2', () => {
  it.for([
    ['an unknown command', ['stauts'], 'unknown command'],
    ['an unknown command of a group', ['servers', 'lst'], 'unknown command'],
    ['no command', [], 'A command is missing.'],
    ['a group without a command', ['servers'], 'A command is missing.'],
    ['an unknown option', ['status', '--fast'], 'unknown option'],
    ['a missing argument', ['servers', 'remove'], 'missing required argument'],
    ['too many arguments', ['status', 'now'], 'too many arguments'],
    ['a server without command or url', ['servers', 'add', 'x'], 'either a command after -- or --url'],
    ['a server with both', ['servers', 'add', 'x', '--url', 'https://a.b', '--', 'npx'], 'either a command'],
    [
      'headers for a command',
      ['servers', 'add', 'x', '--header', 'A=b', '--', 'npx'],
      '--header is for --url',
    ],
    ['an environment that is no pair', ['servers', 'add', 'x', '--env', 'A', '--', 'npx'], 'NAME=VALUE'],
    [
      'a sharing with everyone and someone',
      ['servers', 'share', 'x', '--to', 'everyone', 'z6MkA'],
      'stand alone',
    ],
    ['arguments that are not JSON', ['tools', 'call', 'x', '--args', '{broken'], 'JSON object'],
    ['arguments that are no object', ['tools', 'call', 'x', '--args', '[1]'], 'JSON object'],
    ['a port that is none', ['daemon', '--mcp-port', '70000'], 'Ports end at 65535'],
    ['a choice that is none', ['log', '--outcome', 'great'], 'Allowed choices'],
    ['a setting that is no pair', ['packages', 'install', 'z6Mk/x', '--set', 'A'], 'NAME=VALUE'],
    ['a channel that is none', ['packages', 'review', 'z6Mk/x', '--channel', 'gamma'], 'Allowed choices'],
    ['a version for nobody', ['packages', 'pin', 'calendar', '1.0.0'], '--profile'],
    ['a profile without a version', ['packages', 'pin', 'calendar', '--profile', 'p'], '--current'],
    ['a phrase without words', ['identity', 'confirm', 'apple'], '3=apple'],
  ] as const)('%s', async ([, args, sentence], { expect }) => {
    const human = await runCliHere(['--data-dir', node.dataDir, ...args]);
    expect(human).toMatchObject({ exitCode: 2, stdout: '' });
    expect(human.stderr).toContain(sentence);
    expect(human.stderr.trim().split('\n')).toHaveLength(1);
    const json = await onNode('--json', ...args);
    expect(json).toMatchObject({ exitCode: 2, stdout: '' });
    expect(JSON.parse(json.stderr)).toMatchObject({
      ok: false,
      error: { code: 'cli.usage', retryable: false },
    });
  });
});

describe.concurrent('what fails ends with exit code 1', () => {
  it.for([
    ['an installation that nobody agreed to', ['install', 'z6Mk/x'], 'cli.not_confirmed'],
    ['an update that nobody agreed to', ['update', 'calendar'], 'cli.not_confirmed'],
    ['a file that nobody agreed to', ['install', '/tmp/calendar.mcpb'], 'cli.not_confirmed'],
    ['a setting that is none', ['install', 'z6Mk/x', '--yes', '--set', 'a=b'], 'packages.bad_setting'],
    ['a number that is none', ['configure', 'calendar', '--set', 'days=few'], 'packages.bad_setting'],
    ['a secret in plain sight', ['configure', 'calendar', '--set', 'token=x'], 'packages.bad_setting'],
    ['a secret without a value', ['configure', 'calendar', '--secret', 'token'], 'cli.secret_needed'],
    ['a package that is not there', ['rollback', 'clock'], 'packages.not_installed'],
    ['a version that there is not', ['pin', 'calendar', '9.9.9', '--profile', 'p'], 'packages.no_release'],
    ['a release that there is not', ['link', 'calendar@9.9.9'], 'packages.no_release'],
  ] as const)('with packages: %s', async ([, args, code], { expect }) => {
    const outcome = await runCliHere(['--data-dir', node.dataDir, '--json', 'packages', ...args]);
    expect(outcome).toMatchObject({ exitCode: 1, stdout: '' });
    expect(JSON.parse(outcome.stderr)).toMatchObject({ ok: false, error: { code } });
  });

  it('where a package does not pass its check, after what was found', async ({ expect }) => {
    const outcome = await runCliHere(['--data-dir', node.dataDir, 'packages', 'check', '/tmp/broken']);
    expect(outcome.exitCode).toBe(1);
    expect(outcome.stdout).toContain('Errors:\n  It has no tools. (no_tools)');
    expect(outcome.stderr).toContain('packages.check_failed');
  });

  it('where no node runs', async ({ expect }) => {
    const outcome = await runCli(['status', '--json', '--data-dir', empty]);
    expect(outcome).toMatchObject({ exitCode: 1, stdout: '' });
    expect(JSON.parse(outcome.stderr)).toEqual({
      ok: false,
      error: {
        code: 'cli.not_running',
        message: `No node is running on ${empty}.`,
        advice: 'Start one with `toolswarm daemon`, or name its folder with --data-dir.',
        retryable: true,
      },
    });
    const human = await runCli(['status'], { env: { TOOLSWARM_DATA_DIR: empty } });
    expect(human.stderr).toBe(
      `toolswarm: No node is running on ${empty}. Start one with \`toolswarm daemon\`, or name its folder with --data-dir. (cli.not_running)\n`,
    );
  });

  it('with the node’s own code, sentence and advice', async ({ expect }) => {
    const outcome = await onNode('servers', 'remove', 'unknown', '--json');
    expect(outcome).toMatchObject({ exitCode: 1, stdout: '' });
    expect(JSON.parse(outcome.stderr)).toEqual({
      ok: false,
      error: {
        code: 'servers.unknown',
        message: 'There is no server “unknown”.',
        advice: 'List them with `toolswarm servers list`.',
        retryable: false,
      },
    });
  });

  it('naming the field that the node refused', async ({ expect }) => {
    const outcome = await onNode('servers', 'add', 'Not A Name', '--json', '--', 'npx');
    expect(outcome.exitCode).toBe(1);
    expect(JSON.parse(outcome.stderr)).toMatchObject({
      error: { code: 'contract.invalid_input', details: { issues: [{ path: 'name' }] } },
    });
  });

  it('when everyone is not confirmed and nobody can be asked', async ({ expect }) => {
    const outcome = await onNode('servers', 'share', 'everything', '--to', 'everyone', '--json');
    expect(outcome.exitCode).toBe(1);
    expect(JSON.parse(outcome.stderr)).toMatchObject({ error: { code: 'access.confirm_everyone' } });
  });

  it('when a secret has no value and nobody can be asked', async ({ expect }) => {
    const outcome = await onNode('servers', 'add', 'x', '--secret', 'API_KEY', '--json', '--', 'npx');
    expect(outcome.exitCode).toBe(1);
    expect(JSON.parse(outcome.stderr)).toMatchObject({ error: { code: 'cli.secret_needed' } });
  });

  it('when a passphrase is needed and nobody can be asked', async ({ expect }) => {
    const outcome = await onNode('backup', 'file.bak', '--json');
    expect(outcome.exitCode).toBe(1);
    expect(JSON.parse(outcome.stderr)).toMatchObject({ error: { code: 'cli.passphrase_needed' } });
  });

  it('when the passphrase file cannot be read', async ({ expect }) => {
    const outcome = await onNode('backup', 'file.bak', '--passphrase-file', '/no/such/file', '--json');
    expect(JSON.parse(outcome.stderr)).toMatchObject({ error: { code: 'cli.unreadable_file' } });
  });

  it('when a backup would go into a folder that is used', async ({ expect }) => {
    const outcome = await onNode('restore', 'file.bak', '--json', '--passphrase-file', '/dev/null');
    expect(outcome.exitCode).toBe(1);
    expect(JSON.parse(outcome.stderr)).toMatchObject({ ok: false, error: { retryable: false } });
  });
});

describe.concurrent('what people give in other ways', () => {
  it('takes a server’s command whole after --', async ({ expect }) => {
    const outcome = await runCli(
      [
        'servers',
        'add',
        'files',
        '--env',
        'A=1',
        '--env',
        'B=x=y',
        '--secret',
        'KEY',
        '--interaction',
        'off',
        '--json',
        '--data-dir',
        node.dataDir,
        '--',
        'npx',
        '-y',
        'pkg',
        '--json',
        '--help',
      ],
      { env: { KEY: 'hidden' } },
    );
    expect(outcome.exitCode).toBe(0);
    expect(node.asked.findLast(({ name }) => name === 'servers.add')?.input).toEqual({
      name: 'files',
      transport: { type: 'stdio', command: 'npx', args: ['-y', 'pkg', '--json', '--help'] },
      env: { A: '1', B: 'x=y' },
      secrets: ['KEY'],
      secretValues: { KEY: 'hidden' },
      interaction: 'off',
      enabled: true,
      tags: [],
    });
    expect(outcome.stdout).not.toContain('hidden');
  });

  it('reads an import from stdin', async ({ expect }) => {
    const outcome = await runCli(['servers', 'import', '-', '--only', 'files', '--data-dir', node.dataDir], {
      input: '{"mcpServers":{}}',
    });
    expect(outcome.exitCode).toBe(0);
    expect(node.asked).toContainEqual({
      name: 'servers.import',
      input: { text: '{"mcpServers":{}}', names: ['files'], values: {} },
    });
  });

  it.for([
    ['a file', ['--passphrase-file', 'FILE'], {}],
    ['the environment', [], { TOOLSWARM_PASSPHRASE: 'correct horse' }],
  ] as const)('takes a passphrase from %s', async ([, args, env], { expect }) => {
    const file = join(empty, 'passphrase');
    writeFileSync(file, 'correct horse\n');
    const withFile = args.map((arg) => (arg === 'FILE' ? file : arg));
    const outcome = await runCli(['backup', '/tmp/b.bak', '--data-dir', node.dataDir, ...withFile], { env });
    expect(outcome.exitCode).toBe(0);
    expect(node.asked).toContainEqual({
      name: 'recovery.backup',
      input: { file: '/tmp/b.bak', passphrase: 'correct horse' },
    });
  });

  it('prints version and help, for the whole and for each command', async ({ expect }) => {
    expect((await runCli(['--version'])).stdout).toMatch(/^\d+\.\d+\.\d+\n$/);
    const help = await runCli(['--help']);
    expect(help).toMatchObject({ exitCode: 0, stderr: '' });
    for (const word of ['daemon', 'servers', 'tools', 'peers', 'Examples:', 'Exit codes:'])
      expect(help.stdout).toContain(word);
    const share = await runCli(['servers', 'share', '--help']);
    expect(share.exitCode).toBe(0);
    expect(share.stdout).toContain('--to known');
    expect(share.stdout).toContain('--data-dir');
  });
});
